// SPDX-License-Identifier: MIT
#include <tet/train/checkpoint_file.hpp>

#include "../support/scratch_folder.hpp"

#include <doctest/doctest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

namespace {

using tet::CheckpointReader;
using tet::CheckpointWriter;

constexpr float f_min = std::numeric_limits<float>::denorm_min();

CheckpointWriter small_checkpoint() {
  CheckpointWriter writer;
  writer.add("parameters", std::vector<float>{0.1f, -0.0f, f_min});
  writer.add("moments", std::vector<double>{0.1, 5e-324});
  writer.add("position", std::vector<std::int64_t>{-1, 1ll << 62});
  writer.add("counters", std::vector<std::uint64_t>{~0ull});
  writer.add("network", "Conv2d<6>");
  return writer;
}

bool refused(std::vector<std::byte> const& content) {
  try {
    CheckpointReader const reader(content, "file");
    return false;
  } catch (tet::IoError const& error) {
    CHECK(error.path() == "file");
    CHECK(error.offset() <= std::max<std::size_t>(content.size(), 24));
    return true;
  }
}

/// Puts a right checksum under a changed content.
std::vector<std::byte> resealed(std::vector<std::byte> content) {
  content.erase(content.end() - 8, content.end());
  tet::Crc64 crc;
  crc.update(content);
  tet::append_little_endian(content, crc.value());
  return content;
}

template <class Number>
void overwrite(std::vector<std::byte>& content, std::size_t at, Number number) {
  std::vector<std::byte> bytes;
  tet::append_little_endian(bytes, number);
  std::copy(bytes.begin(), bytes.end(), content.begin() + std::ptrdiff_t(at));
}

}  // namespace

TEST_CASE("Checkpoint file: every type of section comes back bit for bit [train]") {
  fixture::ScratchFolder folder;
  auto const path = folder.file("run.tetckpt");
  small_checkpoint().write(path);
  auto const reader = CheckpointReader::read(path);
  auto const parameters = reader.section<float>("parameters");
  CHECK(parameters == std::vector{0.1f, -0.0f, f_min});
  CHECK(std::signbit(parameters[1]));
  CHECK(reader.section<double>("moments") == std::vector{0.1, 5e-324});
  CHECK(reader.section<std::int64_t>("position") == std::vector<std::int64_t>{-1, 1ll << 62});
  CHECK(reader.section<std::uint64_t>("counters") == std::vector<std::uint64_t>{~0ull});
  CHECK(reader.text("network") == "Conv2d<6>");
  CHECK(reader.value<std::uint64_t>("counters") == ~0ull);
  CHECK(reader.names() == std::vector<std::string>{"counters", "moments", "network", "parameters", "position"});
  CHECK(reader.contains("moments"));
  CHECK_FALSE(reader.contains("nothing"));
  CHECK(folder.files() == 1);
}

TEST_CASE("Checkpoint file: NaN and infinity of any payload are kept as they are [train]") {
  CheckpointWriter writer;
  std::vector<std::uint32_t> const bits{0x7FC00001u, 0xFF800000u, 0x7F800000u, 0xFFFFFFFFu};
  std::vector<float> values(4);
  std::memcpy(values.data(), bits.data(), 16);
  writer.add("values", values);
  auto const read = CheckpointReader(writer.content(), "file").section<float>("values");
  CHECK(std::memcmp(read.data(), bits.data(), 16) == 0);
}

TEST_CASE("Checkpoint file: no sections, empty sections, names and texts of every length up to 17 [train]") {
  CHECK(CheckpointReader(CheckpointWriter().content(), "file").names().empty());
  CheckpointWriter writer;
  writer.add("none", std::span<float const>());
  writer.add("silent", "");
  for (std::size_t n = 1; n <= 17; ++n) {
    writer.add(std::string(n, 'n'), std::vector<float>(n, float(n)));
    writer.add(std::string(n, 't'), std::string(n, '\0'));
  }
  writer.add_value("step", std::int64_t{7});
  CHECK(writer.content().size() % 8 == 0);
  CheckpointReader const reader(writer.content(), "file");
  CHECK(reader.section<float>("none").empty());
  CHECK(reader.text("silent").empty());
  for (std::size_t n = 1; n <= 17; ++n) {
    CHECK(reader.section<float>(std::string(n, 'n')) == std::vector<float>(n, float(n)));
    CHECK(reader.text(std::string(n, 't')) == std::string(n, '\0'));
  }
  CHECK(reader.value<std::int64_t>("step") == 7);
}

TEST_CASE("Checkpoint file: the layout is the documented one, little-endian [train]") {
  CheckpointWriter writer;
  writer.add("ab", std::vector<float>{1.0f});
  auto const content = writer.content();
  std::vector<unsigned char> const want{'T', 'E', 'T', 'C', 'K', 'P', 'T', 0, 1, 0, 0, 0, 1,    0,    0, 0, 64, 0, 0,
                                        0,   0,   0,   0,   0,   1,   0,   0, 0, 2, 0, 0, 0,    1,    0, 0, 0,  0, 0,
                                        0,   0,   'a', 'b', 0,   0,   0,   0, 0, 0, 0, 0, 0x80, 0x3F, 0, 0, 0,  0};
  REQUIRE(content.size() == 64);
  for (std::size_t i = 0; i < want.size(); ++i) {
    CAPTURE(i);
    CHECK(int(content[i]) == int(want[i]));
  }
}

TEST_CASE("Checkpoint file: equal sections give equal bytes [train]") {
  CHECK(small_checkpoint().content() == small_checkpoint().content());
}

TEST_CASE("CheckpointReader: a file cut off at any byte, or with bytes behind it, is refused [train]") {
  auto const whole = small_checkpoint().content();
  REQUIRE_FALSE(refused(whole));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    CHECK(refused({whole.begin(), whole.begin() + std::ptrdiff_t(size)}));
  }
  auto longer = whole;
  for (int i = 0; i < 16; ++i) {
    longer.push_back(std::byte{0});
    CHECK(refused(longer));
  }
}

TEST_CASE("CheckpointReader: every flipped bit and every two neighbouring ones are detected [train]") {
  auto const whole = small_checkpoint().content();
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    CAPTURE(bit);
    auto damaged = whole;
    damaged[bit / 8] ^= std::byte(1u << bit % 8);
    CHECK(refused(damaged));
    auto const next = (bit + 1) % (whole.size() * 8);
    damaged[next / 8] ^= std::byte(1u << next % 8);
    CHECK(refused(damaged));
  }
}

TEST_CASE("CheckpointReader: bytes lost in the middle and zeroed pages are detected [train]") {
  auto const whole = small_checkpoint().content();
  for (std::size_t at = 0; at + 8 <= whole.size(); ++at) {
    CAPTURE(at);
    auto shorter = whole;
    shorter.erase(shorter.begin() + std::ptrdiff_t(at), shorter.begin() + std::ptrdiff_t(at + 8));
    CHECK(refused(shorter));
    auto zeroed = whole;
    std::fill(zeroed.begin() + std::ptrdiff_t(at), zeroed.end(), std::byte{0});
    CHECK(refused(zeroed));
  }
  CHECK(refused(std::vector<std::byte>(4096)));
}

TEST_CASE("CheckpointReader: sizes that lie under a right checksum are refused without reading out of bounds [train]") {
  CheckpointWriter writer;
  writer.add("ab", std::vector<float>{1.0f});
  writer.add("cd", std::vector<double>{1.0});
  auto const whole = writer.content();
  REQUIRE_FALSE(refused(resealed(whole)));
  auto const changed = [&](std::size_t at, auto number) {
    auto content = whole;
    overwrite(content, at, number);
    CAPTURE(at);
    CAPTURE(number);
    CHECK(refused(resealed(content)));
  };
  for (std::uint32_t const version : {0u, 2u, ~0u}) changed(8, version);
  for (std::uint32_t const sections : {0u, 1u, 3u, ~0u}) changed(12, sections);
  for (std::uint32_t const type : {0u, 6u, ~0u, 5u}) changed(24, type);
  for (std::uint32_t const name : {0u, 9u, 1000u, ~0u}) changed(28, name);
  for (std::uint64_t const count :
       {std::uint64_t(3), std::uint64_t(1) << 62, (std::uint64_t(1) << 62) + 1, ~std::uint64_t(0)})
    changed(32, count);
  changed(45, std::uint8_t(1));  // padding behind a name
  changed(54, std::uint8_t(1));  // padding behind the values
  auto content = whole;
  overwrite(content, 72, 'a');
  overwrite(content, 73, 'b');
  CHECK_THROWS_WITH_AS(CheckpointReader(resealed(content), "file"), doctest::Contains("a second section \"ab\""),
                       tet::IoError);

  // any byte of the structure, any value that differs
  for (std::size_t at = 0; at < whole.size() - 8; ++at)
    for (int value : {0, 1, 2, 5, 7, 8, 127, 128, 255}) {
      content = whole;
      content[at] = std::byte(value);
      static_cast<void>(refused(resealed(content)));
    }
}

TEST_CASE("CheckpointReader: missing sections, other types and other lengths are refused by name [train]") {
  CheckpointReader const reader(small_checkpoint().content(), "file");
  CHECK_THROWS_WITH_AS(reader.section<float>("weights"),
                       doctest::Contains("no section \"weights\", expected one of float32"), tet::IoError);
  CHECK_THROWS_WITH_AS(reader.section<double>("parameters"),
                       doctest::Contains("float32 in section \"parameters\", expected float64"), tet::IoError);
  CHECK_THROWS_WITH_AS(reader.section<std::uint64_t>("position"), doctest::Contains("\"position\""), tet::IoError);
  CHECK_THROWS_WITH_AS(reader.text("parameters"), doctest::Contains("\"parameters\", expected text"), tet::IoError);
  CHECK_THROWS_WITH_AS(reader.section<float>("parameters", 4),
                       doctest::Contains("3 values in section \"parameters\", expected 4"), tet::IoError);
  CHECK_THROWS_AS(reader.value<float>("parameters"), tet::IoError);
  CHECK(reader.section<float>("parameters", 3).size() == 3);
}

TEST_CASE("CheckpointReader: another file's kind, version and a missing file say so [train]") {
  auto other = small_checkpoint().content();
  other[0] = std::byte{'X'};
  CHECK_THROWS_WITH_AS(CheckpointReader(other, "file"), doctest::Contains("another kind of file"), tet::IoError);
  auto newer = small_checkpoint().content();
  newer[8] = std::byte{2};
  CHECK_THROWS_WITH_AS(CheckpointReader(newer, "file"), doctest::Contains("format version 2, expected 1"),
                       tet::IoError);
  CHECK_THROWS_AS(CheckpointReader::read("/nonexistent/run.tetckpt"), tet::IoError);
}

TEST_CASE("CheckpointWriter: repeated and empty names are refused [train]") {
  auto writer = small_checkpoint();
  CHECK_THROWS_AS(writer.add("parameters", "again"), std::invalid_argument);
  CHECK_THROWS_AS(writer.add("", "nameless"), std::invalid_argument);
  CHECK(CheckpointReader(writer.content(), "file").names().size() == 5);
}

TEST_CASE(
    "CheckpointWriter: a process killed at any step leaves a complete checkpoint, the old or the new one [train]") {
  using tet::WriteStep;
  for (WriteStep const at : {WriteStep::before_write, WriteStep::in_write, WriteStep::after_write,
                             WriteStep::after_sync, WriteStep::after_rename, WriteStep::after_folder_sync}) {
    CAPTURE(int(at));
    fixture::ScratchFolder folder;
    auto const path = folder.file("run.tetckpt");
    CheckpointWriter first, second;
    first.add_value("step", std::int64_t{1});
    second.add_value("step", std::int64_t{2});
    first.write(path);
    ::pid_t const child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      second.write(path, [&](WriteStep step) {
        if (step == at) ::kill(::getpid(), SIGKILL);
      });
      ::_exit(1);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WIFSIGNALED(status));
    CHECK(CheckpointReader::read(path).value<std::int64_t>("step") == (at >= WriteStep::after_rename ? 2 : 1));
    second.write(path);
    CHECK(CheckpointReader::read(path).value<std::int64_t>("step") == 2);
    CHECK(folder.files() == 1);
  }
}
