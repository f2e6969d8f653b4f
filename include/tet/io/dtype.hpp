// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/index.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tet::io {

/// Element types of safetensors files that are known here.
enum class Dtype { f64, f32, f16, bf16, i64, i32, i16, i8, u64, u32, u16, u8, boolean };

namespace detail {

struct DtypeRow {
  Dtype dtype;
  std::string_view name;
  Index bytes;
};

inline constexpr DtypeRow dtype_rows[] = {{Dtype::f64, "F64", 8},     {Dtype::f32, "F32", 4}, {Dtype::f16, "F16", 2},
                                          {Dtype::bf16, "BF16", 2},   {Dtype::i64, "I64", 8}, {Dtype::i32, "I32", 4},
                                          {Dtype::i16, "I16", 2},     {Dtype::i8, "I8", 1},   {Dtype::u64, "U64", 8},
                                          {Dtype::u32, "U32", 4},     {Dtype::u16, "U16", 2}, {Dtype::u8, "U8", 1},
                                          {Dtype::boolean, "BOOL", 1}};

}  // namespace detail

constexpr std::string_view name_of(Dtype dtype) { return detail::dtype_rows[int(dtype)].name; }

/// Bytes of one element.
constexpr Index size_of(Dtype dtype) { return detail::dtype_rows[int(dtype)].bytes; }

constexpr bool is_floating(Dtype dtype) { return dtype <= Dtype::bf16; }

constexpr std::optional<Dtype> dtype_named(std::string_view name) {
  for (auto const& row : detail::dtype_rows)
    if (row.name == name) return row.dtype;
  return std::nullopt;
}

template <class Number>
inline constexpr Dtype dtype_of = [] {
  static_assert(sizeof(Number) == 0, "tet::io::dtype_of: float, double and std::int64_t can be written");
  return Dtype::f64;
}();
template <>
inline constexpr Dtype dtype_of<double> = Dtype::f64;
template <>
inline constexpr Dtype dtype_of<float> = Dtype::f32;
template <>
inline constexpr Dtype dtype_of<std::int64_t> = Dtype::i64;

/// "[5, 3, 3]" for the text of an error.
inline std::string text_of(std::vector<Index> const& shape) {
  std::string text = "[";
  for (std::size_t i = 0; i < shape.size(); ++i) text += (i == 0 ? "" : ", ") + std::to_string(shape[i]);
  return text + "]";
}

static_assert([] {
  for (auto const& row : detail::dtype_rows)
    if (name_of(row.dtype) != row.name) return false;
  return true;
}());

}  // namespace tet::io
