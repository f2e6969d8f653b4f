// SPDX-License-Identifier: MIT
#include <tet/io/safetensors_writer.hpp>

#include "../support/scratch_folder.hpp"

#include <tet/io/safetensors_file.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <vector>

using tet::Index;
using tet::io::Dtype;
using tet::io::NamedTensor;
using tet::io::SafetensorsFile;
using tet::io::write_safetensors;

namespace {

template <class Number>
NamedTensor tensor(std::string name, std::vector<Index> shape, std::vector<Number> const& values) {
  return NamedTensor::of(std::move(name), std::move(shape), std::span<Number const>(values));
}

}  // namespace

TEST_CASE("write_safetensors: what is written is read again bit for bit [io]") {
  fixture::ScratchFolder folder;
  auto const path = folder.file("a.safetensors");
  float const inf = std::numeric_limits<float>::infinity();
  std::vector<NamedTensor> tensors{
      tensor<float>("single", {2, 2}, {0.1f, -0.0f, inf, 1e-45f}),
      tensor<double>("double", {1, 3, 1}, {0.1, 5e-324, -1e300}),
      tensor<std::int64_t>("whole", {}, {-7}),
      tensor<float>("none", {4, 0}, {}),
      {"half",
       Dtype::f16,
       {3},
       {std::byte{0x00}, std::byte{0x3C}, std::byte{0x01}, std::byte{0x00}, std::byte{0x00}, std::byte{0xFC}}},
      {"brain", Dtype::bf16, {1}, {std::byte{0x80}, std::byte{0x3F}}},
      {"odd", Dtype::u8, {3}, {std::byte{1}, std::byte{2}, std::byte{3}}},
  };
  std::map<std::string, std::string> const metadata{{"format", "pt"}, {"a \"quoted\"\nkey", "\\ \u00e9 \x01"}};
  write_safetensors(path, tensors, metadata);

  auto const file = SafetensorsFile::read(path);
  CHECK(file.metadata() == metadata);
  REQUIRE(file.tensors().size() == tensors.size());
  for (auto const& t : tensors) {
    CAPTURE(t.name);
    auto const& read = file[t.name];
    CHECK(read.dtype() == t.dtype);
    CHECK(read.shape() == t.shape);
    CHECK(std::equal(read.bytes().begin(), read.bytes().end(), t.bytes.begin(), t.bytes.end()));
    CHECK(read.offset() % std::uint64_t(tet::io::size_of(t.dtype)) == 0);  // aligned
  }
  CHECK(file["half"].values<float>() == std::vector{1.0f, 0x1p-24f, -inf});
  CHECK(file["whole"].integers() == std::vector<std::int64_t>{-7});
}

TEST_CASE("write_safetensors: pads the header to 8 bytes and orders by element size, then name [io]") {
  fixture::ScratchFolder folder;
  auto const path = folder.file("a.safetensors");
  for (int length = 1; length <= 9; ++length) {
    std::string const name(std::size_t(length), 'n');
    std::vector<NamedTensor> tensors{tensor<float>("b", {}, {1}), tensor<double>(name, {}, {2}),
                                     tensor<float>("a", {}, {3})};
    write_safetensors(path, tensors);
    auto const content = fixture::content_of(path);
    auto const header = std::size_t(static_cast<unsigned char>(content[0]));
    CHECK(header % 8 == 0);
    CHECK(content.size() == 8 + header + 16);
    auto const file = SafetensorsFile::read(path);
    std::vector<std::string> names;
    for (auto const& t : file.tensors()) names.push_back(t.name());
    CHECK(names == std::vector<std::string>{name, "a", "b"});

    std::swap(tensors[0], tensors[2]);
    write_safetensors(path, tensors);
    CHECK(fixture::content_of(path) == content);
  }
}

TEST_CASE("write_safetensors: a file without tensors [io]") {
  fixture::ScratchFolder folder;
  write_safetensors(folder.file("a"), {});
  CHECK(SafetensorsFile::read(folder.file("a")).tensors().empty());
}

TEST_CASE("write_safetensors: wrong arguments are refused before the file is touched [io]") {
  fixture::ScratchFolder folder;
  auto const path = folder.file("a");
  fixture::write_content(path, "old");
  auto const refused = [&](std::vector<NamedTensor> const& tensors,
                           std::map<std::string, std::string> const& metadata = {}) {
    CHECK_THROWS_AS(write_safetensors(path, tensors, metadata), std::invalid_argument);
    CHECK(fixture::content_of(path) == "old");
  };
  refused({tensor<float>("a", {}, {1}), tensor<float>("a", {}, {1})});
  refused({tensor<float>("__metadata__", {}, {1})});
  refused({tensor<float>("a", {2}, {1})});
  refused({tensor<float>("a", {-1}, {1})});
  refused({tensor<float>("a", {Index(1) << 40, Index(1) << 40}, {})});
  refused({tensor<float>("\xFF", {}, {1})});
  refused({}, {{"a", "\xFF"}});
}

TEST_CASE("write_safetensors: a write that stops half-way leaves the old file [io]") {
  fixture::ScratchFolder folder;
  auto const path = folder.file("a");
  std::vector<NamedTensor> const tensors{tensor<float>("a", {2}, {1, 2})};
  write_safetensors(path, tensors);
  auto const old_content = fixture::content_of(path);
  CHECK_THROWS_AS(write_safetensors(path, {}, {},
                                    [](tet::WriteStep step) {
                                      if (step == tet::WriteStep::in_write) throw std::runtime_error("stop");
                                    }),
                  std::runtime_error);
  CHECK(fixture::content_of(path) == old_content);
  CHECK(folder.files() == 1);
}
