// SPDX-License-Identifier: MIT
#include <tests/support/scratch_folder.hpp>
#include <tet/train/progress.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdio>
#include <string>

namespace {

/// What a Progress writes to a file, which is no terminal.
std::string written(tet::ProgressOutput output) {
  fixture::ScratchFolder const folder;
  std::FILE* const file = std::fopen(folder.file("log").c_str(), "w");
  REQUIRE(file != nullptr);
  tet::Progress progress(output, file);
  progress.begin_epoch();
  for (tet::Index done = 1; done <= 4; ++done) progress.update({"TET T=4, epoch 1/2", done, 4, done, 1.5, 0.25});
  progress.end_epoch({"TET T=4, epoch 1/2", 4, 4, 4, 1.25, 0.5}, "test 61.00 %");
  std::fclose(file);
  return fixture::content_of(folder.file("log"));
}

}  // namespace

TEST_CASE("Progress: where the output is no terminal an epoch is one plain line [progress]") {
  std::string const text = written(tet::ProgressOutput::automatic);
  CHECK(text.find('\r') == text.npos);
  CHECK(text.find('\033') == text.npos);
  CHECK(std::count(text.begin(), text.end(), '\n') == 1);
  CHECK(text.starts_with("TET T=4, epoch 1/2 [########################] 4/4  "));
  CHECK(text.find("loss 1.2500  acc 50.0 %  0:00 left  test 61.00 %\n") != text.npos);
}

TEST_CASE("Progress: none writes nothing [progress]") { CHECK(written(tet::ProgressOutput::none).empty()); }
