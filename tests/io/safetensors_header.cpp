// SPDX-License-Identifier: MIT
#include <tet/io/safetensors_header.hpp>

#include "../support/scratch_folder.hpp"
#include "safetensors_text.hpp"
#include "torch_file.hpp"

#include <tet/core/random.hpp>
#include <tet/io/safetensors_file.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace {

using fixture::safetensors;

/// The error that a file's content gives; empty when it is accepted, all values converted.
std::optional<tet::IoError> error_of(std::vector<std::byte> const& content) {
  try {
    tet::io::SafetensorsFile const file(content, "file");
    for (auto const& tensor : file.tensors()) {
      if (tet::io::is_floating(tensor.dtype())) static_cast<void>(tensor.values<float>());
      if (tensor.dtype() == tet::io::Dtype::i64) static_cast<void>(tensor.integers());
    }
    return std::nullopt;
  } catch (tet::IoError const& error) {
    return error;
  }
}

/// Header of one tensor "a".
std::string one(std::string const& dtype, std::string const& shape, std::string const& offsets) {
  return R"({"a":{"dtype":)" + dtype + R"(,"shape":)" + shape + R"(,"data_offsets":)" + offsets + "}}";
}

}  // namespace

TEST_CASE("read_safetensors_header: takes what the format allows [io]") {
  struct Case {
    char const* name;
    std::string header;
    std::size_t data;
  };
  Case const cases[] = {
      {"no tensors", "{}", 0},
      {"padded", "{}      ", 0},
      {"metadata only", R"({"__metadata__":{"a":"b","":""}})", 0},
      {"a scalar", one(R"("I64")", "[]", "[0,8]"), 8},
      {"an empty tensor", one(R"("F32")", "[3,0]", "[0,0]"), 0},
      {"an empty tensor with a large extent", one(R"("F32")", "[0,9223372036854775807]", "[0,0]"), 0},
      {"fields in another order", R"({"a":{"data_offsets":[0,4],"shape":[1],"dtype":"F32"}})", 4},
      {"white space", "{ \"a\" :\n{\"dtype\":\t\"U8\", \"shape\":[2 ], \"data_offsets\":[0, 2]}}", 2},
      {"escapes in names", R"({"\u00e9\"\n":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}})", 2},
      {"tensors not in the order of the data",
       R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[3,5]},"b":{"dtype":"I8","shape":[3],"data_offsets":[0,3]}})",
       5},
      {"an empty tensor between others",
       R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"e":{"dtype":"F64","shape":[0],"data_offsets":[2,2]},)"
       R"("b":{"dtype":"BOOL","shape":[1],"data_offsets":[2,3]}})",
       3},
      {"a tensor named as a field", R"({"dtype":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})", 1},
  };
  for (auto const& c : cases) {
    CAPTURE(c.name);
    auto const error = error_of(safetensors(c.header, c.data));
    CHECK_MESSAGE(!error, (error ? error->what() : ""));
  }
}

TEST_CASE("read_safetensors_header: refuses every malformed header with offset, got and expected [io]") {
  struct Case {
    char const* name;
    std::string header;
    std::size_t data;
    char const* text;  // part of the message
  };
  std::string const ok = R"("dtype":"F32","shape":[2],"data_offsets":[0,8])";
  Case const cases[] = {
      {"empty header", "", 0, "empty header"},
      {"a list", "[]", 0, "expected '{'"},
      {"leading space", " {}", 0, "expected '{'"},
      {"byte order mark", "\xEF\xBB\xBF{}", 0, "expected '{'"},
      {"not closed", "{", 0, "JSON"},
      {"text after the object", "{} {}", 0, "JSON"},
      {"zero byte after the object", std::string("{}\0\0", 4), 0, "a zero byte"},
      {"a comment", "{}//", 0, "JSON"},
      {"trailing comma", "{\"a\":{" + ok + "},}", 8, "JSON"},
      {"invalid UTF-8", "{\"\xFF\":{" + ok + "}}", 8, "JSON"},
      {"lone surrogate", R"({"\ud800":{)" + ok + "}}", 8, "JSON"},
      {"tensor is null", R"({"a":null})", 0, "got null, expected an object that describes tensor \"a\""},
      {"tensor is a list", R"({"a":[]})", 0, "got an array"},
      {"tensor is a number", R"({"a":1})", 0, "the number 1"},
      {"tensor is a text", R"({"a":"b"})", 0, "\"b\""},
      {"tensor is true", R"({"a":true})", 0, "a boolean"},
      {"metadata is a text", R"({"__metadata__":"x"})", 0, "an object of texts"},
      {"metadata holds a number", R"({"__metadata__":{"a":1}})", 0, "expected a text"},
      {"metadata holds an object", R"({"__metadata__":{"a":{}}})", 0, "got an object, expected a text"},
      {"metadata holds null", R"({"__metadata__":{"a":null}})", 0, "expected a text"},
      {"repeated metadata", R"({"__metadata__":{},"__metadata__":{}})", 0, "a second \"__metadata__\""},
      {"repeated metadata key", R"({"__metadata__":{"a":"1","a":"1"}})", 0, "a second \"a\""},
      {"repeated tensor", "{\"a\":{" + ok + "},\"a\":{" + ok + "}}", 8, "a second \"a\""},
      {"repeated tensor in other spelling", "{\"a\":{" + ok + "},\"\\u0061\":{" + ok + "}}", 8, "a second \"a\""},
      {"repeated field", "{\"a\":{\"shape\":[2]," + ok + "}}", 8, "a second \"shape\" in tensor \"a\""},
      {"unknown field", "{\"a\":{\"stride\":[2]," + ok + "}}", 8, "the field \"stride\""},
      {"no dtype", R"({"a":{"shape":[2],"data_offsets":[0,8]}})", 8, "no field \"dtype\""},
      {"no shape", R"({"a":{"dtype":"F32","data_offsets":[0,8]}})", 8, "no field \"shape\""},
      {"no offsets", R"({"a":{"dtype":"F32","shape":[2]}})", 8, "no field \"data_offsets\""},
      {"unknown dtype", one(R"("F128")", "[1]", "[0,16]"), 16, "unknown dtype \"F128\" in tensor \"a\""},
      {"dtype in small letters", one(R"("f32")", "[1]", "[0,4]"), 4, "unknown dtype"},
      {"dtype is a number", one("32", "[1]", "[0,4]"), 4, "the number 32"},
      {"dtype is a list", one(R"(["F32"])", "[1]", "[0,4]"), 4, "an array"},
      {"dtype is an object", one(R"({"F32":1})", "[1]", "[0,4]"), 4, "an object"},
      {"shape is a number", one(R"("F32")", "1", "[0,4]"), 4, "a list of whole numbers as shape"},
      {"shape is null", one(R"("F32")", "null", "[0,4]"), 4, "null"},
      {"shape holds a list", one(R"("F32")", "[[1]]", "[0,4]"), 4, "an array"},
      {"shape holds a text", one(R"("F32")", "[\"1\"]", "[0,4]"), 4, "\"1\""},
      {"negative extent", one(R"("F32")", "[-1]", "[0,4]"), 4, "negative number -1 in tensor \"a\""},
      {"minus zero", one(R"("F32")", "[-0]", "[0,0]"), 0, "negative number"},
      {"fractional extent", one(R"("F32")", "[1.0]", "[0,4]"), 4, "the number \"1.0\""},
      {"exponent", one(R"("F32")", "[1e0]", "[0,4]"), 4, "the number \"1e0\""},
      {"extent of 2^63", one(R"("F32")", "[9223372036854775808]", "[0,4]"), 4, "9223372036854775808"},
      {"extent of 2^64", one(R"("F32")", "[18446744073709551616]", "[0,4]"), 4, "18446744073709551616"},
      {"huge exponent", one(R"("F32")", "[1e999]", "[0,4]"), 4, "JSON"},
      {"shape overflows", one(R"("F32")", "[4611686018427387904,4611686018427387904]", "[0,4]"), 4, "more than 2^64"},
      {"shape overflows to a fitting size", one(R"("F32")", "[4294967296,4294967296]", "[0,0]"), 0, "more than 2^64"},
      {"shape overflows before a zero", one(R"("F32")", "[4294967296,4294967296,0]", "[0,0]"), 0, "more than 2^64"},
      {"bytes overflow", one(R"("F64")", "[2305843009213693952]", "[0,0]"), 0, "more than 2^64"},
      {"one offset", one(R"("F32")", "[1]", "[4]"), 4, "got 1 numbers in tensor \"a\""},
      {"no offset", one(R"("F32")", "[1]", "[]"), 4, "got 0 numbers"},
      {"three offsets", one(R"("F32")", "[1]", "[0,4,8]"), 4, "the number 8"},
      {"offsets are an object", one(R"("F32")", "[1]", R"({"begin":0})"), 4, "an object"},
      {"negative offset", one(R"("F32")", "[1]", "[-4,0]"), 4, "negative number -4"},
      {"begin after end", one(R"("F32")", "[1]", "[4,0]"), 4, "data_offsets [4, 0] for tensor \"a\""},
      {"end beyond the data", one(R"("F32")", "[2]", "[0,8]"), 7, "begin <= end <= 7"},
      {"offsets beyond the data", one(R"("F32")", "[1]", "[18446744073709551611,18446744073709551615]"), 4,
       "data_offsets"},
      {"too few bytes for the shape", one(R"("F32")", "[2]", "[0,4]"), 4,
       "4 bytes for tensor \"a\", expected 8 bytes for F32 [2]"},
      {"too many bytes for the shape", one(R"("F16")", "[2]", "[0,5]"), 5, "expected 4 bytes for F16 [2]"},
      {"a scalar without bytes", one(R"("F32")", "[]", "[0,0]"), 0, "expected 4 bytes for F32 []"},
      {"hole at the start", one(R"("U8")", "[2]", "[1,3]"), 3, "expected 0, where"},
      {"bytes behind the last tensor", one(R"("U8")", "[2]", "[0,2]"), 3, "1 bytes behind the last tensor"},
      {"bytes without a tensor", "{}", 1, "1 bytes behind the last tensor"},
      {"overlap",
       R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}})",
       3, "tensor \"b\" at data offset 1"},
      {"two tensors of the same bytes",
       R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}})",
       2, "no overlap"},
      {"hole between tensors",
       R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[1],"data_offsets":[3,4]}})",
       4, "tensor \"b\" at data offset 3, expected 2"},
      {"empty tensor inside another",
       R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[0],"data_offsets":[2,2]}})",
       4, "no overlap"},
  };
  for (auto const& c : cases) {
    CAPTURE(c.name);
    auto const error = error_of(safetensors(c.header, c.data));
    REQUIRE(error);
    CAPTURE(error->what());
    CHECK(error->path() == "file");
    CHECK(error->offset() <= 8 + c.header.size() + c.data);
    CHECK(std::string(error->what()).find(c.text) != std::string::npos);
  }
}

TEST_CASE("read_safetensors_header: offsets point at what is wrong [io]") {
  auto const offset_in = [](std::string const& header, std::string const& mark) {
    auto const error = error_of(safetensors(header, 8));
    REQUIRE(error);
    CAPTURE(error->what());
    auto const want = 8 + header.find(mark);
    // The parser may stand one byte further: it ends a number by reading past it.
    CHECK(error->offset() >= want);
    CHECK(error->offset() <= want + mark.size());
  };
  offset_in(one(R"("F99")", "[2]", "[0,8]"), "\"F99\"");
  offset_in(one(R"("F32")", "[2,-1]", "[0,8]"), "-1");
  offset_in(one(R"("F32")", "[2]", "[0,8,9]"), "9");
  offset_in("{\"a\" 5}", "5");
}

TEST_CASE("read_safetensors_header: refuses lengths that the file or the format does not have [io]") {
  std::vector<std::byte> file;
  for (int i = 0; i < 8; ++i) {
    auto const error = error_of(file);
    REQUIRE(error);
    CHECK(error->offset() == file.size());
    file.push_back(std::byte{0});
  }
  for (std::uint64_t const length : {std::uint64_t(3), std::uint64_t(100'000'000), std::uint64_t(100'000'001),
                                     ~std::uint64_t(0), ~std::uint64_t(7)}) {
    std::vector<std::byte> content;
    tet::append_little_endian(content, length);
    tet::append_little_endian(content, std::span<char const>("{}", 2));
    auto const error = error_of(content);
    REQUIRE(error);
    CHECK(error->offset() == 0);
    CHECK(error->got() == "a header of " + std::to_string(length) + " bytes");
  }
}

TEST_CASE("read_safetensors_header: a header of any depth is refused without using the stack for it [io]") {
  for (std::string const& open : {std::string("["), std::string("{\"a\":")}) {
    std::string deep = "{\"a\":";
    for (int i = 0; i < 1'000'000; ++i) deep += open;
    CHECK(error_of(safetensors(deep, 0)));
    CHECK(error_of(safetensors(R"({"a":{"shape":)" + deep, 0)));
    CHECK(error_of(safetensors(R"({"__metadata__":{"a":)" + deep, 0)));
  }
}

TEST_CASE("read_safetensors_header: long and unprintable names do not flood the message [io]") {
  auto const error = error_of(safetensors("{\"" + std::string(100'000, 'n') + "\\u0007\":1}", 0));
  REQUIRE(error);
  CHECK(std::string(error->what()).size() < 1000);
  auto const bell = error_of(safetensors(R"({"a\u0007":1})", 0));
  REQUIRE(bell);
  CHECK(std::string(bell->what()).find("\"a?\"") != std::string::npos);
}

TEST_CASE("SafetensorsFile: a file cut off at any byte is refused [io]") {
  auto const whole = fixture::torch_file();
  REQUIRE_FALSE(error_of(whole));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    auto const error = error_of({whole.begin(), whole.begin() + std::ptrdiff_t(size)});
    REQUIRE(error);
    CHECK(error->offset() <= size);
  }
  auto longer = whole;
  longer.push_back(std::byte{0});
  CHECK(error_of(longer));
}

TEST_CASE("SafetensorsFile: damaged headers are refused or still valid, and never crash [io]") {
  auto const whole = fixture::torch_file();
  auto const header_end = whole.size() - 88;
  int refused = 0;
  // every single bit
  for (std::size_t bit = 0; bit < header_end * 8; ++bit) {
    auto damaged = whole;
    damaged[bit / 8] ^= std::byte(1u << bit % 8);
    refused += error_of(damaged).has_value();
  }
  CHECK(refused > int(header_end * 8) / 2);
  // several bits, replaced bytes, removed and repeated stretches
  tet::Random const random(tet::Seed{20}, 0);
  std::uint64_t draw = 0;
  auto const below = [&](std::uint64_t bound) { return std::size_t(random.below(draw++, bound)); };
  for (int trial = 0; trial < 20'000; ++trial) {
    auto damaged = whole;
    for (std::size_t k = below(4) + 1; k > 0; --k) {
      auto const at = below(header_end);
      auto const place = damaged.begin() + std::ptrdiff_t(at);
      switch (below(4)) {
        case 0:
          damaged[at] ^= std::byte(1u << below(8));
          break;
        case 1:
          damaged[at] = std::byte("{}[]\":,0189-\\ "[below(14)]);
          break;
        case 2:
          damaged.erase(place, place + std::ptrdiff_t(below(std::min<std::size_t>(40, damaged.size() - at))));
          break;
        default: {
          std::vector<std::byte> const piece(
              place, place + std::ptrdiff_t(below(std::min<std::size_t>(40, damaged.size() - at))));
          damaged.insert(place, piece.begin(), piece.end());
        }
      }
      if (damaged.size() < header_end) break;
    }
    static_cast<void>(error_of(damaged));
  }
}

TEST_CASE("SafetensorsFile: a missing file, a folder and a device are IoErrors with the path [io]") {
  fixture::ScratchFolder folder;
  for (std::string const& path :
       {folder.file("none"), folder.path(), std::string("/dev/zero"), folder.file("none/none")}) {
    CAPTURE(path);
    try {
      tet::io::SafetensorsFile::read(path);
      FAIL("accepted");
    } catch (tet::IoError const& error) {
      CHECK(error.path() == path);
    }
  }
}
