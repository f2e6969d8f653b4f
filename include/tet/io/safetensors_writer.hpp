// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/atomic_file.hpp>
#include <tet/core/error.hpp>
#include <tet/core/little_endian.hpp>
#include <tet/io/dtype.hpp>
#include <tet/io/safetensors_header.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace tet::io {

/// A tensor to be written.
struct NamedTensor {
  std::string name;
  Dtype dtype = Dtype::f32;
  std::vector<Index> shape;
  std::vector<std::byte> bytes;  // little-endian, the last axis contiguous

  /// Of float, double or std::int64_t values.
  template <class Number>
  static NamedTensor of(std::string name, std::vector<Index> shape, std::span<Number const> values) {
    NamedTensor tensor{std::move(name), dtype_of<Number>, std::move(shape), {}};
    append_little_endian(tensor.bytes, values);
    return tensor;
  }
};

namespace detail {

inline void check_tensor(NamedTensor const& tensor, std::set<std::string>& names) {
  auto const text = in_quotes(tensor.name);
  if (tensor.name == "__metadata__") refuse("write_safetensors", "a tensor named " + text, "another name");
  if (!names.insert(tensor.name).second) refuse("write_safetensors", "two tensors named " + text, "each name once");
  Index bytes = size_of(tensor.dtype);
  bool fits = true;
  for (Index const extent : tensor.shape) fits = fits && extent >= 0 && !__builtin_mul_overflow(bytes, extent, &bytes);
  if (!fits || bytes != Index(tensor.bytes.size()))
    refuse("write_safetensors", std::to_string(tensor.bytes.size()) + " bytes for tensor " + text,
           std::string(name_of(tensor.dtype)) + " of shape " + text_of(tensor.shape));
}

/// A JSON string literal.
inline std::string literal(std::string const& text) {
  try {
    return nlohmann::json(text).dump();
  } catch (nlohmann::json::type_error const&) {
    refuse("write_safetensors", "the text " + in_quotes(text), "UTF-8");
  }
}

}  // namespace detail

/// Writes a safetensors file; `path` is the old file or the complete new one at any moment. Equal arguments give equal
/// bytes.
///
/// The widest elements come first and names are sorted among equals, so every tensor is aligned to its elements. The
/// header is padded with spaces to a multiple of 8 bytes.
/// Throws: std::invalid_argument for a repeated name, or bytes that are not those of dtype and shape; IoError when the
/// file cannot be written.
inline void write_safetensors(std::string const& path, std::span<NamedTensor const> tensors,
                              std::map<std::string, std::string> const& metadata = {},
                              WriteObserver const& observer = {}) {
  std::set<std::string> names;
  std::vector<NamedTensor const*> order;
  for (auto const& tensor : tensors) {
    detail::check_tensor(tensor, names);
    order.push_back(&tensor);
  }
  std::sort(order.begin(), order.end(), [](auto const* a, auto const* b) {
    Index const x = size_of(a->dtype), y = size_of(b->dtype);
    return x != y ? x > y : a->name < b->name;
  });

  std::string header = "{";
  auto const separate = [&] { header += header.size() > 1 ? "," : ""; };
  if (!metadata.empty()) {
    std::string fields;
    for (auto const& [key, value] : metadata)
      fields += (fields.empty() ? "" : ",") + detail::literal(key) + ":" + detail::literal(value);
    header += "\"__metadata__\":{" + fields + "}";
  }
  std::uint64_t offset = 0;
  for (auto const* tensor : order) {
    separate();
    header += detail::literal(tensor->name) + ":{\"dtype\":\"" + std::string(name_of(tensor->dtype)) + "\",\"shape\":[";
    for (std::size_t i = 0; i < tensor->shape.size(); ++i)
      header += (i == 0 ? "" : ",") + std::to_string(tensor->shape[i]);
    header += "],\"data_offsets\":[" + std::to_string(offset) + ",";
    offset += tensor->bytes.size();
    header += std::to_string(offset) + "]}";
  }
  header += "}";
  header.resize(std::size_t(round_up(Index(header.size()), 8)), ' ');
  if (header.size() > SafetensorsHeader::largest)
    refuse("write_safetensors", "a header of " + std::to_string(header.size()) + " bytes", "at most 100 MB");

  std::vector<std::byte> length;
  append_little_endian(length, std::uint64_t(header.size()));
  std::vector<std::span<std::byte const>> pieces{length, std::as_bytes(std::span(header))};
  for (auto const* tensor : order) pieces.push_back(tensor->bytes);
  write_atomically(path, pieces, observer);
}

}  // namespace tet::io
