// SPDX-License-Identifier: MIT
#include <examples/experiments/command_line.hpp>
#include <examples/experiments/study.hpp>
#include <tests/support/scratch_folder.hpp>

#include <tet/core/error.hpp>

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <vector>

using experiments::Study;
using nlohmann::json;

namespace {

experiments::Settings const settings = {{"dataset", "digits"}, {"epochs", "8"}};

}  // namespace

TEST_CASE("Study: a finished run is not made again, one that failed is [experiments]") {
  fixture::ScratchFolder const folder;
  int made = 0;
  auto const work = [&](experiments::RunFiles const&) { return json{{"accuracy", 0.1 + 0.2}, {"number", ++made}}; };
  json first;
  {
    Study study(folder.file("out"), "test", settings);
    CHECK_THROWS_AS(study.run("tet-1", [](auto const&) -> json { throw std::runtime_error("power cut"); }),
                    std::runtime_error);
    first = study.run("tet-1", work);
    CHECK(made == 1);
  }
  Study study(folder.file("out"), "test", settings);
  CHECK(study.run("tet-1", work) == first);
  CHECK(made == 1);
  CHECK(first["accuracy"].get<double>() == 0.1 + 0.2);
  CHECK(study.run("tet-2", work)["number"] == 2);
}

TEST_CASE("Study: a run's checkpoint is there while it lasts, and gone when it is done [experiments]") {
  fixture::ScratchFolder const folder;
  Study study(folder.path(), "test", settings);
  auto const files = study.files("a");
  CHECK_THROWS(study.run("a", [&](experiments::RunFiles const& f) -> json {
    fixture::write_content(f.checkpoint, "half");
    throw std::runtime_error("power cut");
  }));
  CHECK(fixture::content_of(files.checkpoint) == "half");
  study.run("a", [&](experiments::RunFiles const& f) {
    CHECK(fixture::content_of(f.checkpoint) == "half");
    return json(1);
  });
  CHECK_THROWS(fixture::content_of(files.checkpoint));
}

TEST_CASE("Study: a folder of other settings or another experiment, and one in use, are refused [experiments]") {
  fixture::ScratchFolder const folder;
  {
    Study const study(folder.path(), "test", settings);
    CHECK_THROWS_WITH_AS(Study(folder.path(), "test", settings), doctest::Contains("another process"), tet::IoError);
  }
  CHECK_NOTHROW(Study(folder.path(), "test", settings));
  CHECK_THROWS_WITH_AS(Study(folder.path(), "other", settings), doctest::Contains("experiment = test"), tet::IoError);
  CHECK_THROWS_WITH_AS(Study(folder.path(), "test", {{"dataset", "digits"}, {"epochs", "9"}}),
                       doctest::Contains("got epochs = 8, expected epochs = 9"), tet::IoError);
  CHECK_THROWS_WITH_AS(Study(folder.path(), "test", {{"dataset", "digits"}}), doctest::Contains("epochs = 8"),
                       tet::IoError);
  CHECK_NOTHROW(Study(folder.path(), "test", settings));
}

TEST_CASE("Study: files that are damaged or of another run are refused, and names that are paths [experiments]") {
  fixture::ScratchFolder const folder;
  Study study(folder.path(), "test", settings);
  auto const work = [](experiments::RunFiles const&) { return json(1); };
  study.run("a", work);
  std::string const file = folder.file("runs/a.json"), whole = fixture::content_of(file);
  fixture::write_content(file, whole.substr(0, whole.size() / 2));
  CHECK_THROWS_AS(study.run("a", work), tet::IoError);
  fixture::write_content(file, "{\"run\": \"b\", \"result\": 1}");
  CHECK_THROWS_AS(study.run("a", work), tet::IoError);
  fixture::write_content(file, "[1]");
  CHECK_THROWS_AS(study.run("a", work), tet::IoError);
  for (char const* const name : {"", "../a", "a/b", "a b"})
    CHECK_THROWS_AS(study.run(name, work), std::invalid_argument);
  fixture::write_content(folder.file("settings.json"), "{");
}

TEST_CASE("CommandLine: fills in what suits the data set, and tells what decides the numbers [experiments]") {
  experiments::CommandLine line("experiment", "about", "folder");
  long points = 7;
  double radius = 0.1;
  line.add("--points", points, "help", 1, 99);
  line.add("--radius", radius, "help", 0, 1);
  std::vector<char const*> const arguments = {"x/experiment", "--points", "9", "--seeds", "2", "--out", "a folder"};
  int status = -1;
  REQUIRE(line.parse(int(arguments.size()), arguments.data(), status));
  CHECK(line.options().epochs == 8);
  CHECK(line.options().timesteps == 8);
  CHECK(line.options().seeds == 2);
  CHECK(points == 9);
  CHECK(line.command() == "experiment --points 9 --seeds 2 --out 'a folder'");
  auto const all = line.settings();
  CHECK(all.front() == std::pair<std::string, std::string>{"dataset", "digits"});
  CHECK(all.back() == std::pair<std::string, std::string>{"radius", "0.1"});
  for (auto const& [name, value] : all) CHECK((name != "seeds" && name != "out" && name != "threads"));
}

TEST_CASE("CommandLine: values out of range and options that are none are refused [experiments]") {
  using Arguments = std::vector<char const*>;
  for (Arguments const& arguments : {Arguments{"e", "--seeds", "0"},
                                     {"e", "--dataset", "mnist"},
                                     {"e", "--lambda", "1.5"},
                                     {"e", "--epochs", "-1"},
                                     {"e", "--epoch", "3"},
                                     {"e", "--batch", "many"}}) {
    experiments::CommandLine line("e", "about", "folder");
    int status = 0;
    CHECK_FALSE(line.parse(int(arguments.size()), arguments.data(), status));
    CHECK(status != 0);
  }
}
