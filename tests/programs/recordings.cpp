// SPDX-License-Identifier: MIT
#include "../data/recording_files.hpp"
#include "process.hpp"

#include <algorithm>
#include <filesystem>
#include <sstream>

using fixture::content_of;
using fixture::ScratchFolder;
using fixture::write_content;
using support::Process;

#if defined(TET_PROGRAM_NMNIST) && defined(TET_PROGRAM_STREAMING)

namespace {

/// Events of class k: most of them on a patch of its own, all over two frames of 1 ms.
std::vector<tet::data::Event> patch(int label, std::uint64_t seed) {
  auto events = support::random_events(tet::data::nmnist_sensor, 400, seed, 2);
  std::int64_t const first = events.front().t;
  for (std::size_t i = 0; i < events.size(); ++i) {
    events[i].t = first + std::int64_t(i) * 5;  // 2 ms in all
    if (i % 8 == 0) continue;                   // noise
    events[i].x = std::uint16_t(1 + 6 * (label % 5) + events[i].x % 6);
    events[i].y = std::uint16_t(4 + 14 * (label / 5) + events[i].y % 8);
  }
  return events;
}

void write_set(ScratchFolder const& folder, std::string const& split, int per_class, std::uint64_t seed) {
  for (int label = 0; label < 10; ++label) {
    std::string const of_class = folder.file("set/" + split + "/" + std::to_string(label));
    std::filesystem::create_directories(of_class);
    for (int n = 0; n < per_class; ++n)
      write_content(of_class + "/" + std::to_string(n) + ".bin", support::recording(patch(label, seed++)));
  }
}

Process train(ScratchFolder const& folder, std::vector<std::string> more = {}) {
  std::vector<std::string> arguments = {"--data",
                                        folder.file("set"),
                                        "--output",
                                        folder.file("run"),
                                        "--loss",
                                        "tet",
                                        "-T",
                                        "2",
                                        "--duration",
                                        "1000",
                                        "--epochs",
                                        "8",
                                        "--batch",
                                        "10",
                                        "--learning-rate",
                                        "0.003"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return support::run(TET_PROGRAM_NMNIST, arguments);
}

bool contains(std::string const& text, std::string const& part) { return text.find(part) != text.npos; }

}  // namespace

TEST_CASE("nmnist and streaming: train on recordings, then classify them event by event [programs]") {
  ScratchFolder const folder;
  write_set(folder, "Train", 5, 1);
  write_set(folder, "Test", 2, 1000);
  Process const trained = train(folder);
  CAPTURE(trained.output);
  REQUIRE(trained.status == 0);

  std::string const results = content_of(folder.file("run/results.csv"));
  CAPTURE(results);
  double accuracy = 0;
  REQUIRE(contains(results, "\ntet,1,2,"));
  std::istringstream(results.substr(results.find("\ntet,1,2,") + 9)) >> accuracy;
  CHECK(accuracy >= 0.9);

  Process const again = train(folder, {"--resume"});  // nothing is left to do
  CHECK(again.status == 0);
  CHECK_FALSE(contains(again.output, "epoch"));
  CHECK(content_of(folder.file("run/results.csv")) == results);

  std::string const weights = folder.file("run/tet-1.safetensors");
  std::string const recording = folder.file("set/Test/7/0.bin");
  auto const stream = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--weights", weights, "--duration", "1000", "-T", "2"});
    return support::run(TET_PROGRAM_STREAMING, arguments);
  };
  Process const one = stream({recording, "--confidence", "2"});
  CAPTURE(one.output);
  CHECK(one.status == 0);
  CHECK(contains(one.output, "400 events in 2.0 ms"));
  CHECK(contains(one.output, "after 2 timesteps, 2.0 ms"));
  CHECK(contains(one.output, "\nclass 7 with "));
  CHECK_FALSE(contains(one.output, " 0.000 M synaptic"));

  Process const early = stream({recording, "--confidence", "0"});
  CHECK(contains(early.output, "after 1 timestep, 1.0 ms"));

  Process const all = stream({"--data", folder.file("set/Test"), "--confidence", "2"});
  CAPTURE(all.output);
  char expected[40];
  std::snprintf(expected, sizeof expected, "accuracy %.2f %%, 2.00 timesteps", 100 * accuracy);
  CHECK(all.status == 0);
  CHECK(contains(all.output, expected));
  CHECK(contains(all.output, "decided after 1: 0, 2: 20"));

  // Bad files end the program, and are named.
  std::string const damaged = folder.file("damaged.bin");
  write_content(damaged, content_of(recording).substr(0, 33));
  Process const cut = stream({damaged});
  CHECK(cut.status == 1);
  CHECK(contains(cut.output, damaged + ": at byte 33: got the end of the file after 3 bytes of an event"));
  CHECK(stream({folder.file("absent.bin")}).status == 1);
  write_content(weights, content_of(weights).substr(0, 1000));
  Process const no_weights = stream({recording});
  CHECK(no_weights.status == 1);
  CHECK(contains(no_weights.output, weights));
}

TEST_CASE("nmnist and streaming: what cannot be run is refused [programs]") {
  ScratchFolder const folder;
  write_set(folder, "Train", 1, 1);
  write_set(folder, "Test", 1, 1000);
  CHECK(support::run(TET_PROGRAM_STREAMING, {}).status != 0);
  CHECK(support::run(TET_PROGRAM_STREAMING, {"a.bin", "--data", folder.path()}).status != 0);
  CHECK(train(folder, {"--epochs", "0"}).status != 0);
  CHECK(train(folder, {"--loss", "mse"}).status != 0);
  std::string const bad = folder.file("set/Train/3/0.bin");
  write_content(bad, support::record(34, 1, 0, 0));
  Process const damaged = train(folder);
  CAPTURE(damaged.output);
  CHECK(damaged.status == 1);
  CHECK(contains(damaged.output, bad + ": at byte 0: got record 0 at x = 34, y = 1"));
  CHECK_FALSE(std::filesystem::exists(folder.file("run/tet-1.safetensors")));
}

#else

TEST_CASE("nmnist and streaming: where examples are built [programs]") {
  MESSAGE("skipped: the examples are not built");
}

#endif
