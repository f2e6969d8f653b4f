// SPDX-License-Identifier: MIT
#include "support.hpp"

#include <tet/data/batches.hpp>
#include <tet/data/cifar.hpp>

#include <cmath>
#include <cstdlib>

using fixture::ScratchFolder;
using fixture::write_content;
using support::io_error;
using tet::Index;
namespace data = tet::data;

namespace {

constexpr std::size_t image_bytes = 3072;

/// Byte of plane c at pixel p of record n.
char pattern(std::size_t n, std::size_t c, std::size_t p) {
  return char(std::uint8_t(n * 31 + c * 101 + p * 7 + p / 32));
}

std::string record(std::size_t n, std::string const& labels) {
  std::string bytes = labels;
  for (std::size_t c = 0; c < 3; ++c)
    for (std::size_t p = 0; p < 1024; ++p) bytes += pattern(n, c, p);
  return bytes;
}

std::string cifar10_records(std::size_t first, std::size_t count) {
  std::string bytes;
  for (std::size_t n = first; n < first + count; ++n) bytes += record(n, std::string(1, char(n % 10)));
  return bytes;
}

/// Five files of two records and a test file of three.
void write_cifar10(ScratchFolder const& folder) {
  for (std::size_t k = 0; k < 5; ++k)
    write_content(folder.file("data_batch_" + std::to_string(k + 1) + ".bin"), cifar10_records(2 * k, 2));
  write_content(folder.file("test_batch.bin"), cifar10_records(100, 3));
}

std::string cifar100_records(std::size_t count) {
  std::string bytes;
  for (std::size_t n = 0; n < count; ++n) bytes += record(n, {char(n % 20), char(99 - n)});
  return bytes;
}

}  // namespace

TEST_CASE("cifar10: records of all files arrive in order with channels innermost [data]") {
  ScratchFolder const folder;
  write_cifar10(folder);
  auto const [train, test] = data::cifar10(folder.path());
  REQUIRE(train.size() == 10);
  REQUIRE(test.size() == 3);
  CHECK(train.classes() == 10);
  CHECK(train.shape() == tet::Shape{32, 32, 3});
  CHECK(train.presentation() == tet::Presentation::repeated);
  for (Index i = 0; i < 10; ++i) CHECK(train.label(i) == int(i));
  CHECK(test.label(2) == 2);
  std::size_t wrong = 0;
  for (std::size_t n = 0; n < 10; ++n)
    for (std::size_t p = 0; p < 1024; ++p)
      for (std::size_t c = 0; c < 3; ++c) wrong += train.pixels(Index(n))[p * 3 + c] != std::uint8_t(pattern(n, c, p));
  CHECK(wrong == 0);
}

TEST_CASE("cifar10: values are normalised per channel [data]") {
  ScratchFolder const folder;
  write_cifar10(folder);
  auto const [train, test] = data::cifar10(folder.path(), {{0.5f, 0.25f, 0.0f}, {0.5f, 0.25f, 1.0f}});
  std::vector<float> values(image_bytes);
  train.sample(4, tet::Timesteps{7}, {}, values);
  float const mean[] = {0.5f, 0.25f, 0.0f}, deviation[] = {0.5f, 0.25f, 1.0f};
  for (std::size_t k : {std::size_t(0), std::size_t(1), std::size_t(2), std::size_t(1000), image_bytes - 1}) {
    float const byte = float(std::uint8_t(pattern(4, k % 3, k / 3)));
    CHECK(values[k] == doctest::Approx((byte / 255.0f - mean[k % 3]) / deviation[k % 3]));
  }
}

TEST_CASE("cifar10: a file cut off anywhere inside a record is refused at its end [data]") {
  std::string const whole = cifar10_records(0, 2);
  for (std::size_t const length :
       {std::size_t(1), std::size_t(3072), std::size_t(3074), std::size_t(4000), std::size_t(6145)}) {
    CAPTURE(length);
    ScratchFolder const folder;
    write_cifar10(folder);
    write_content(folder.file("data_batch_3.bin"), whole.substr(0, length));
    auto const error = io_error([&] { data::cifar10(folder.path()); });
    CHECK(error.path() == folder.file("data_batch_3.bin"));
    CHECK(error.offset() == length);
    CHECK(error.got().find("after " + std::to_string(length % 3073) + " bytes") != std::string::npos);
    CHECK(error.expected().find("3073 bytes") != std::string::npos);
  }
}

TEST_CASE("cifar10: an empty, a missing and an oversized file and a folder in its place are refused [data]") {
  ScratchFolder const folder;
  CHECK(io_error([&] { data::cifar10(folder.file("absent")); }).path() == folder.file("absent/data_batch_1.bin"));

  write_cifar10(folder);
  write_content(folder.file("test_batch.bin"), "");
  auto error = io_error([&] { data::cifar10(folder.path()); });
  CHECK(error.path() == folder.file("test_batch.bin"));
  CHECK(error.offset() == 0);
  CHECK(error.got() == "an empty file");

  std::filesystem::remove(folder.file("test_batch.bin"));
  CHECK(io_error([&] { data::cifar10(folder.path()); }).expected() == "a readable file");

  std::filesystem::create_directory(folder.file("test_batch.bin"));
  CHECK(io_error([&] { data::cifar10(folder.path()); }).got() == "something not a regular file");

  std::filesystem::remove(folder.file("test_batch.bin"));
  write_content(folder.file("test_batch.bin"), "");
  std::filesystem::resize_file(folder.file("test_batch.bin"), 10001ull * 3073);  // sparse
  error = io_error([&] { data::cifar10(folder.path()); });
  CHECK(error.offset() == 10000ull * 3073);
  CHECK(error.got() == "a file of " + std::to_string(10001ull * 3073) + " bytes");
}

TEST_CASE("cifar10: a label above 9 is refused at its byte [data]") {
  for (std::size_t const n : {0, 1}) {
    CAPTURE(n);
    ScratchFolder const folder;
    write_cifar10(folder);
    std::string bytes = cifar10_records(0, 2);
    bytes[n * 3073] = 10;
    write_content(folder.file("data_batch_5.bin"), bytes);
    auto const error = io_error([&] { data::cifar10(folder.path()); });
    CHECK(error.offset() == n * 3073);
    CHECK(error.got() == "label 10");
    CHECK(error.expected() == "0 to 9");
    CHECK(std::string(error.what()).find("data_batch_5.bin") != std::string::npos);
  }
}

TEST_CASE("cifar100: fine and coarse labels are told apart [data]") {
  ScratchFolder const folder;
  write_content(folder.file("train.bin"), cifar100_records(25));
  write_content(folder.file("test.bin"), cifar100_records(2));
  auto const [train, test] = data::cifar100(folder.path());
  CHECK(train.size() == 25);
  CHECK(test.size() == 2);
  CHECK(train.classes() == 100);
  CHECK(train.label(1) == 98);
  CHECK(train.pixels(3)[5] == std::uint8_t(pattern(3, 2, 1)));
  auto const coarse = data::cifar100(folder.path(), data::Cifar100Labels::coarse).train;
  CHECK(coarse.classes() == 20);
  CHECK(coarse.label(21) == 1);
}

TEST_CASE("cifar100: wrong labels of both kinds and wrong lengths are refused [data]") {
  struct Case {
    char const* name;
    std::size_t byte;
    int value;
    char const* got;
    char const* expected;
  };
  constexpr Case cases[] = {{"coarse", 3074, 20, "coarse label 20", "0 to 19"},
                            {"fine", 3075, 100, "fine label 100", "0 to 99"},
                            {"fine, negative as a char", 1, 255, "fine label 255", "0 to 99"}};
  for (Case const& c : cases) {
    for (auto const labels : {data::Cifar100Labels::fine, data::Cifar100Labels::coarse}) {
      CAPTURE(c.name);
      ScratchFolder const folder;
      std::string bytes = cifar100_records(3);
      bytes[c.byte] = char(c.value);
      write_content(folder.file("train.bin"), bytes);
      write_content(folder.file("test.bin"), cifar100_records(1));
      auto const error = io_error([&] { data::cifar100(folder.path(), labels); });
      CHECK(error.offset() == c.byte);
      CHECK(error.got() == c.got);
      CHECK(error.expected() == c.expected);
    }
  }
  ScratchFolder const folder;
  write_content(folder.file("train.bin"), cifar100_records(3));
  write_content(folder.file("test.bin"), cifar10_records(0, 2));  // the other format
  CHECK(io_error([&] { data::cifar100(folder.path()); }).offset() == 2 * 3073);
}

TEST_CASE("cifar: class names are complete and without repeats [data]") {
  auto const check = [](auto const& names) {
    for (std::size_t i = 0; i < names.size(); ++i) {
      CHECK(!names[i].empty());
      if (i > 0) CHECK(names[i - 1] < names[i]);
    }
  };
  check(data::cifar10_classes);
  check(data::cifar100_classes);
  check(data::cifar100_coarse_classes);
}

TEST_CASE("cifar10: the real files, where TET_DATA_DIR names their parent folder [data]") {
  char const* const folder = std::getenv("TET_DATA_DIR");
  std::filesystem::path const files = std::filesystem::path(folder == nullptr ? "" : folder) / "cifar-10-batches-bin";
  if (folder == nullptr || !std::filesystem::exists(files / "test_batch.bin")) {
    MESSAGE("skipped: TET_DATA_DIR names no folder with cifar-10-batches-bin");
    return;
  }
  auto const [train, test] = data::cifar10(files);
  CHECK(train.size() >= 10);
  std::vector<Index> count(10);
  for (Index i = 0; i < train.size(); ++i) ++count[std::size_t(train.label(i))];
  for (Index const c : count) CHECK(c == train.size() / 10);
  double sum = 0, squares = 0, values = 0;  // normalised: mean 0, deviation 1
  for (tet::Batch const& batch : data::batches(train, 500, tet::Timesteps{1})) {
    for (float const v : batch.values) sum += v, squares += double(v) * v;
    values += double(batch.values.size());
  }
  CHECK(sum / values == doctest::Approx(0).epsilon(0.05));
  CHECK(std::sqrt(squares / values) == doctest::Approx(1).epsilon(0.05));
}
