// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/error.hpp>
#include <tet/core/index.hpp>
#include <tet/core/little_endian.hpp>
#include <tet/io/dtype.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace tet::io {

/// Header of a safetensors file: 8 bytes of length L, then L bytes of JSON that begin with '{'.
struct SafetensorsHeader {
  struct Entry {
    std::string name;
    Dtype dtype = Dtype::f32;
    std::vector<Index> shape;
    std::uint64_t begin = 0, end = 0;  // in the bytes behind the header
    std::uint64_t position = 0;        // of the entry itself, from the start of the file
  };

  static constexpr std::uint64_t largest = 100'000'000;  // the format's limit on L

  std::vector<Entry> entries;  // in the order of the file's header
  std::map<std::string, std::string> metadata;
  std::uint64_t data_offset = 0;  // from the start of the file
};

namespace detail {

/// Text from a file in quotes, fit for an error: short, and printable.
inline std::string in_quotes(std::string const& text) {
  std::string out = "\"";
  for (char const c : text.substr(0, 100)) out += static_cast<unsigned char>(c) < ' ' || c == 0x7F ? '?' : c;
  return out + (text.size() > 100 ? "…\"" : "\"");
}

/// Walks over the header and tells how far the parser has read.
class HeaderIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = char const*;
  using reference = char const&;

  HeaderIterator(char const* at, char const** reached) : at_(at), reached_(reached) {}
  reference operator*() const { return *at_; }
  HeaderIterator& operator++() {
    *reached_ = ++at_;
    return *this;
  }
  friend bool operator==(HeaderIterator a, HeaderIterator b) { return a.at_ == b.at_; }

 private:
  char const* at_;
  char const** reached_;
};

/// Receives the header's JSON piece by piece and refuses the first one that has no place in it, so nothing is ever
/// nested deeper than the format allows and a repeated key is seen.
class HeaderReader {
 public:
  using Json = nlohmann::json;

  HeaderReader(std::string path, char const* text, char const* const* reached)
      : path_(std::move(path)), text_(text), reached_(reached) {}

  SafetensorsHeader take() { return std::move(header_); }

  // The parser's events; true goes on.
  bool null() { return refuse("null"); }
  bool boolean(bool) { return refuse("a boolean"); }
  bool number_integer(Json::number_integer_t value) { return refuse("the negative number " + std::to_string(value)); }
  bool number_float(Json::number_float_t, Json::string_t const& text) {
    return refuse("the number " + in_quotes(text));
  }
  bool binary(Json::binary_t&) { return refuse("binary data"); }

  bool number_unsigned(Json::number_unsigned_t value) {
    if (place_ == Place::shape) {
      if (value > std::uint64_t(std::numeric_limits<Index>::max())) return refuse(std::to_string(value));
      entry_.shape.push_back(Index(value));
    } else if (place_ == Place::offsets && offsets_ < 2) {
      (offsets_++ == 0 ? entry_.begin : entry_.end) = value;
    } else {
      return refuse("the number " + std::to_string(value));
    }
    return true;
  }

  bool string(Json::string_t& value) {
    if (place_ == Place::metadata) {
      header_.metadata[key_] = value;
      return true;
    }
    if (place_ != Place::tensor || key_ != "dtype") return refuse(in_quotes(value));
    auto const dtype = dtype_named(value);
    if (!dtype) return refuse("the unknown dtype " + in_quotes(value));
    entry_.dtype = *dtype;
    return true;
  }

  bool start_object(std::size_t) {
    if (place_ == Place::document) {
      place_ = Place::tensors;
    } else if (place_ == Place::tensors && key_ == "__metadata__") {
      place_ = Place::metadata;
      keys_.clear();
    } else if (place_ == Place::tensors) {
      place_ = Place::tensor;
      keys_.clear();
      entry_ = {.name = key_, .dtype = {}, .shape = {}, .begin = 0, .end = 0, .position = position()};
    } else {
      return refuse("an object");
    }
    return true;
  }

  bool key(Json::string_t& name) {
    if (!(place_ == Place::tensors ? names_ : keys_).insert(name).second)
      return refuse("a second " + in_quotes(name), "each key once");
    if (place_ == Place::tensor && name != "dtype" && name != "shape" && name != "data_offsets")
      return refuse("the field " + in_quotes(name), "the fields dtype, shape and data_offsets");
    key_ = std::move(name);
    return true;
  }

  bool end_object() {
    if (place_ == Place::tensor) {
      for (char const* const field : {"dtype", "shape", "data_offsets"})
        if (!keys_.contains(field))
          return refuse("no field \"" + std::string(field) + "\"", "dtype, shape and data_offsets");
      header_.entries.push_back(std::move(entry_));
    }
    place_ = place_ == Place::tensors ? Place::document : Place::tensors;
    return true;
  }

  bool start_array(std::size_t) {
    if (place_ != Place::tensor || key_ == "dtype") return refuse("an array");
    place_ = key_ == "shape" ? Place::shape : Place::offsets;
    offsets_ = 0;
    return true;
  }

  bool end_array() {
    if (place_ == Place::offsets && offsets_ != 2) return refuse(std::to_string(offsets_) + " numbers");
    place_ = Place::tensor;
    return true;
  }

  bool parse_error(std::size_t, std::string const& last, Json::exception const& error) {
    return refuse(in_quotes(last), "JSON (" + std::string(error.what()).substr(0, 300) + ")");
  }

 private:
  enum class Place { document, tensors, metadata, tensor, shape, offsets };

  std::uint64_t position() const { return 8 + std::uint64_t(std::max<std::ptrdiff_t>(*reached_ - text_ - 1, 0)); }

  bool refuse(std::string got) const { return refuse(std::move(got), expected()); }
  bool refuse(std::string got, std::string wanted) const {
    if (place_ != Place::document && place_ != Place::tensors && place_ != Place::metadata)
      got += " in tensor " + in_quotes(entry_.name);
    throw IoError(path_, position(), std::move(got), std::move(wanted));
  }

  std::string expected() const {
    switch (place_) {
      case Place::document:
        return "an object of tensors";
      case Place::tensors:
        return key_ == "__metadata__" ? "an object of texts" : "an object that describes tensor " + in_quotes(key_);
      case Place::metadata:
        return "a text";
      case Place::shape:
        return "a list of extents from 0 to 2^63 - 1";
      case Place::offsets:
        return "two whole numbers, begin and end";
      case Place::tensor:
        break;
    }
    if (key_ == "dtype") return "one of F64, F32, F16, BF16, I64, I32, I16, I8, U64, U32, U16, U8, BOOL";
    return "a list of whole numbers as " + key_;
  }

  std::string path_;
  char const* text_;
  char const* const* reached_;
  SafetensorsHeader header_;
  Place place_ = Place::document;
  std::set<std::string> names_;  // keys of the whole header
  std::set<std::string> keys_;   // keys of the object inside it
  std::string key_;
  SafetensorsHeader::Entry entry_;
  int offsets_ = 0;
};

/// Every entry's size is that of its shape, and all of them cover the data: no overlap, no hole, nothing left over.
inline void check_layout(SafetensorsHeader const& header, std::uint64_t data_bytes, std::string const& path) {
  for (auto const& e : header.entries) {
    std::string const of = " for tensor " + in_quotes(e.name);
    if (e.begin > e.end || e.end > data_bytes)
      throw IoError(path, e.position,
                    "data_offsets [" + std::to_string(e.begin) + ", " + std::to_string(e.end) + "]" + of,
                    "begin <= end <= " + std::to_string(data_bytes) + ", the bytes behind the header");
    std::uint64_t bytes = std::uint64_t(size_of(e.dtype));
    bool fits = true;
    for (Index const extent : e.shape) fits = fits && !__builtin_mul_overflow(bytes, std::uint64_t(extent), &bytes);
    if (!fits || bytes != e.end - e.begin)
      throw IoError(path, e.position, std::to_string(e.end - e.begin) + " bytes" + of,
                    (fits ? std::to_string(bytes) : "more than 2^64") + " bytes for " + std::string(name_of(e.dtype)) +
                        " " + text_of(e.shape));
  }
  std::vector<SafetensorsHeader::Entry const*> order;
  for (auto const& e : header.entries) order.push_back(&e);
  std::sort(order.begin(), order.end(),
            [](auto const* a, auto const* b) { return std::pair(a->begin, a->end) < std::pair(b->begin, b->end); });
  std::uint64_t covered = 0;
  for (auto const* e : order) {
    if (e->begin != covered)
      throw IoError(path, e->position, "tensor " + in_quotes(e->name) + " at data offset " + std::to_string(e->begin),
                    std::to_string(covered) + ", where the tensor before it ends (no overlap, no hole)");
    covered = e->end;
  }
  if (covered != data_bytes)
    throw IoError(path, header.data_offset + covered,
                  std::to_string(data_bytes - covered) + " bytes behind the last tensor", "the end of the file");
}

}  // namespace detail

/// Reads and checks the header of the file whose content is `file`.
/// Throws: IoError at the first byte that makes it no safetensors file.
inline SafetensorsHeader read_safetensors_header(std::span<std::byte const> file, std::string const& path) {
  if (file.size() < 8)
    throw IoError(path, file.size(), "a file of " + std::to_string(file.size()) + " bytes",
                  "the 8 bytes of the header's length");
  auto const length = load_little_endian<std::uint64_t>(file.data());
  if (length > SafetensorsHeader::largest)
    throw IoError(path, 0, "a header of " + std::to_string(length) + " bytes",
                  "at most " + std::to_string(SafetensorsHeader::largest));
  if (length > file.size() - 8)
    throw IoError(path, 0, "a header of " + std::to_string(length) + " bytes",
                  "at most " + std::to_string(file.size() - 8) + ", the rest of the file");
  auto const* const text = reinterpret_cast<char const*>(file.data() + 8);
  auto const* const end = text + length;
  if (length == 0 || *text != '{')
    throw IoError(path, 8, length == 0 ? "an empty header" : detail::in_quotes(std::string(text, 1)), "'{'");
  // The JSON parser takes a zero byte for the end of its input.
  if (auto const* const zero = std::find(text, end, '\0'); zero != end)
    throw IoError(path, 8 + std::uint64_t(zero - text), "a zero byte", "JSON text");

  char const* reached = text;
  detail::HeaderReader reader(path, text, &reached);
  nlohmann::json::sax_parse(detail::HeaderIterator(text, &reached), detail::HeaderIterator(end, &reached), &reader);
  auto header = reader.take();
  header.data_offset = 8 + length;
  detail::check_layout(header, file.size() - header.data_offset, path);
  return header;
}

}  // namespace tet::io
