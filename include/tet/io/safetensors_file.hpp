// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/error.hpp>
#include <tet/core/file_bytes.hpp>
#include <tet/core/little_endian.hpp>
#include <tet/io/half.hpp>
#include <tet/io/safetensors_header.hpp>

#include <concepts>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tet::io {

/// One tensor of a safetensors file. Shares the file's bytes, so it may outlive the SafetensorsFile it came from.
class SafetensorsTensor {
 public:
  SafetensorsTensor(SafetensorsHeader::Entry entry, std::uint64_t offset, std::string path,
                    std::shared_ptr<std::vector<std::byte> const> file)
      : entry_(std::move(entry)), offset_(offset), path_(std::move(path)), file_(std::move(file)) {}

  std::string const& name() const { return entry_.name; }
  Dtype dtype() const { return entry_.dtype; }
  std::vector<Index> const& shape() const { return entry_.shape; }
  Index size() const { return Index(bytes().size()) / size_of(dtype()); }

  /// Position of the values, from the start of the file.
  std::uint64_t offset() const { return offset_; }

  /// The values as they stand in the file: little-endian, the last axis contiguous.
  std::span<std::byte const> bytes() const {
    return std::span(*file_).subspan(std::size_t(offset_), std::size_t(entry_.end - entry_.begin));
  }

  /// Values of an F64, F32, F16 or BF16 tensor, rounded to the nearest Scalar where they are wider.
  /// Throws: IoError for another dtype.
  template <std::floating_point Scalar>
  std::vector<Scalar> values() const {
    switch (dtype()) {
      case Dtype::f64:
        return converted<Scalar, double>([](double x) { return x; });
      case Dtype::f32:
        return converted<Scalar, float>([](float x) { return x; });
      case Dtype::f16:
        return converted<Scalar, std::uint16_t>(float_from_f16);
      case Dtype::bf16:
        return converted<Scalar, std::uint16_t>(float_from_bf16);
      default:
        refuse_dtype("F64, F32, F16 or BF16");
    }
  }

  /// Values of an I64 tensor.
  /// Throws: IoError for another dtype.
  std::vector<std::int64_t> integers() const {
    if (dtype() != Dtype::i64) refuse_dtype("I64");
    return load_little_endian<std::int64_t>(bytes());
  }

 private:
  template <class Scalar, class Stored, class Convert>
  std::vector<Scalar> converted(Convert convert) const {
    auto const stored = load_little_endian<Stored>(bytes());
    std::vector<Scalar> values(stored.size());
    for (std::size_t i = 0; i < stored.size(); ++i) values[i] = static_cast<Scalar>(convert(stored[i]));
    return values;
  }

  [[noreturn]] void refuse_dtype(std::string const& expected) const {
    throw IoError(path_, offset_, "dtype " + std::string(name_of(dtype())) + " for tensor " + detail::in_quotes(name()),
                  expected);
  }

  SafetensorsHeader::Entry entry_;
  std::uint64_t offset_;
  std::string path_;
  std::shared_ptr<std::vector<std::byte> const> file_;
};

/// A safetensors file: named tensors, every size and offset checked before the first of them is given out.
///
/// Source: github.com/huggingface/safetensors, "Format". Stricter in that unknown fields and 8-bit floats are refused.
class SafetensorsFile {
 public:
  /// Throws: IoError with path, byte offset, what stands there and what was expected.
  static SafetensorsFile read(std::string const& path) { return SafetensorsFile(read_file_bytes(path), path); }

  /// From the content of a file; `path` is its name in errors.
  SafetensorsFile(std::vector<std::byte> content, std::string path) : path_(std::move(path)) {
    auto const file = std::make_shared<std::vector<std::byte> const>(std::move(content));
    auto header = read_safetensors_header(*file, path_);
    metadata_ = std::move(header.metadata);
    for (auto& entry : header.entries) {
      position_of_[entry.name] = tensors_.size();
      auto const offset = header.data_offset + entry.begin;
      tensors_.emplace_back(std::move(entry), offset, path_, file);
    }
  }

  std::string const& path() const { return path_; }

  /// All tensors, in the order of the header.
  std::vector<SafetensorsTensor> const& tensors() const { return tensors_; }
  std::map<std::string, std::string> const& metadata() const { return metadata_; }

  /// nullptr when there is none of this name.
  SafetensorsTensor const* find(std::string const& name) const {
    auto const found = position_of_.find(name);
    return found == position_of_.end() ? nullptr : &tensors_[found->second];
  }

  /// Throws: IoError when there is none of this name.
  SafetensorsTensor const& operator[](std::string const& name) const {
    auto const* const tensor = find(name);
    if (tensor == nullptr) throw IoError(path_, 0, "no tensor " + detail::in_quotes(name), "one");
    return *tensor;
  }

 private:
  std::string path_;
  std::vector<SafetensorsTensor> tensors_;
  std::map<std::string, std::size_t> position_of_;
  std::map<std::string, std::string> metadata_;
};

}  // namespace tet::io
