// SPDX-License-Identifier: MIT
#include <tests/support/reference.hpp>
#include <tests/support/scratch_folder.hpp>
#include <tet/core/file_bytes.hpp>

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include <sys/stat.h>

using namespace tet;

namespace {

std::string refusal(std::string const& path) {
  return test::message_of<IoError>([&] { read_file_bytes(path); });
}

}  // namespace

TEST_CASE("read_file_bytes: the whole of a regular file, empty ones too [core]") {
  fixture::ScratchFolder folder;
  for (std::size_t const size : {0, 1, 4097}) {
    std::string const text(size, 'x');
    std::ofstream(folder.file("a"), std::ios::binary) << text;
    auto const bytes = read_file_bytes(folder.file("a"));
    CHECK(bytes.size() == size);
    CHECK(regular_file_size(folder.file("a")) == size);
    CHECK((size == 0 || bytes.back() == std::byte('x')));
  }
}

TEST_CASE("read_file_bytes: what is no regular file is refused and never waited for [core]") {
  fixture::ScratchFolder folder;
  CHECK(test::mentions(refusal(folder.file("absent")), "absent", "No such file", "a readable file"));
  CHECK(test::mentions(refusal(folder.path()), "not a regular file"));
  REQUIRE(::mkfifo(folder.file("pipe").c_str(), 0600) == 0);
  CHECK(test::mentions(refusal(folder.file("pipe")), "not a regular file"));
  CHECK(!regular_file_size(folder.file("pipe")));
  CHECK(file_exists(folder.file("pipe")));
  CHECK(!file_exists(folder.file("absent")));
  std::filesystem::create_symlink(folder.file("absent"), folder.file("link"));
  CHECK(test::mentions(refusal(folder.file("link")), "No such file"));
}
