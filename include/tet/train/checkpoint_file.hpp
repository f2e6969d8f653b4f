// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/atomic_file.hpp>
#include <tet/core/checksum.hpp>
#include <tet/core/error.hpp>
#include <tet/core/file_bytes.hpp>
#include <tet/core/index.hpp>
#include <tet/core/little_endian.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace tet {

// A checkpoint file is a list of named sections, all numbers little-endian:
//
//   "TETCKPT\0" | u32 version | u32 sections | u64 bytes of the file
//   sections times: u32 type | u32 bytes of the name | u64 elements | name, padded | elements, padded
//   u64 CRC-64/XZ of everything before it
//
// Padding is with zeros, to multiples of 8 bytes.

namespace detail {

inline constexpr std::array<char, 8> checkpoint_magic{'T', 'E', 'T', 'C', 'K', 'P', 'T', '\0'};
inline constexpr std::uint32_t checkpoint_version = 1;
inline constexpr std::size_t checkpoint_preamble = 24;

enum class SectionType : std::uint32_t { float32 = 1, float64 = 2, int64 = 3, uint64 = 4, text = 5 };

constexpr std::string_view name_of(SectionType type) {
  constexpr std::string_view names[] = {"float32", "float64", "int64", "uint64", "text"};
  return names[std::uint32_t(type) - 1];
}

constexpr std::size_t size_of(SectionType type) {
  return type == SectionType::text ? 1 : type == SectionType::float32 ? 4 : 8;
}

template <class Element>
struct SectionTypeOf;
template <>
struct SectionTypeOf<float> : std::integral_constant<SectionType, SectionType::float32> {};
template <>
struct SectionTypeOf<double> : std::integral_constant<SectionType, SectionType::float64> {};
template <>
struct SectionTypeOf<std::int64_t> : std::integral_constant<SectionType, SectionType::int64> {};
template <>
struct SectionTypeOf<std::uint64_t> : std::integral_constant<SectionType, SectionType::uint64> {};

}  // namespace detail

/// Element of a section of numbers: float, double, std::int64_t or std::uint64_t.
template <class Element>
concept CheckpointElement = requires {
  detail::SectionTypeOf<Element>::value;
};

/// Collects named sections and writes them as one checksummed file.
class CheckpointWriter {
 public:
  /// Adds a section; the values are copied.
  /// Throws: std::invalid_argument for a name that is empty or was added before.
  void add(std::string_view name, std::span<float const> v) { add_numbers(name, v.data(), v.size()); }
  void add(std::string_view name, std::span<double const> v) { add_numbers(name, v.data(), v.size()); }
  void add(std::string_view name, std::span<std::int64_t const> v) { add_numbers(name, v.data(), v.size()); }
  void add(std::string_view name, std::span<std::uint64_t const> v) { add_numbers(name, v.data(), v.size()); }
  void add(std::string_view name, std::string_view text) {
    begin(name, detail::SectionType::text, text.size());
    append(text);
  }

  /// A section of one number.
  template <CheckpointElement Element>
  void add_value(std::string_view name, Element value) {
    add_numbers(name, &value, 1);
  }

  /// The file's content.
  std::vector<std::byte> content() const {
    auto file = preamble();
    auto const crc = checksum(file);
    append_little_endian(file, bytes_.data(), bytes_.size(), 1);
    append_little_endian(file, crc.data(), crc.size(), 1);
    return file;
  }

  /// Writes the file; at any moment, a crash included, `path` is the old file or the complete new one.
  /// Throws: IoError when it cannot be written.
  void write(std::string const& path, WriteObserver const& observer = {}) const {
    auto const head = preamble();
    auto const crc = checksum(head);
    std::span<std::byte const> const pieces[] = {
        {head.data(), head.size()}, {bytes_.data(), bytes_.size()}, {crc.data(), crc.size()}};
    write_atomically(path, pieces, observer);
  }

 private:
  template <class Element>
  void add_numbers(std::string_view name, Element const* values, std::size_t count) {
    begin(name, detail::SectionTypeOf<Element>::value, count);
    append_little_endian(bytes_, values, count, sizeof(Element));
    pad();
  }

  void begin(std::string_view name, detail::SectionType type, std::size_t count) {
    if (name.empty()) refuse("CheckpointWriter", "an empty name", "a name for each section");
    if (std::find(names_.begin(), names_.end(), name) != names_.end())
      refuse("CheckpointWriter", "a second section \"" + std::string(name) + "\"", "each name once");
    names_.emplace_back(name);
    append_little_endian(bytes_, std::uint32_t(type));
    append_little_endian(bytes_, std::uint32_t(name.size()));
    append_little_endian(bytes_, std::uint64_t(count));
    append(name);
  }

  void append(std::string_view text) {
    append_little_endian(bytes_, text.data(), text.size(), 1);
    pad();
  }

  void pad() { bytes_.resize(std::size_t(round_up(Index(bytes_.size()), 8))); }

  std::vector<std::byte> preamble() const {
    std::vector<std::byte> head;
    append_little_endian(head, detail::checkpoint_magic.data(), detail::checkpoint_magic.size(), 1);
    append_little_endian(head, detail::checkpoint_version);
    append_little_endian(head, std::uint32_t(names_.size()));
    append_little_endian(head, std::uint64_t(detail::checkpoint_preamble + bytes_.size() + 8));
    return head;
  }

  std::vector<std::byte> checksum(std::vector<std::byte> const& head) const {
    Crc64 crc;
    crc.update({head.data(), head.size()});
    crc.update({bytes_.data(), bytes_.size()});
    std::vector<std::byte> bytes;
    append_little_endian(bytes, crc.value());
    return bytes;
  }

  std::vector<std::byte> bytes_;  // of the sections
  std::vector<std::string> names_;
};

/// A checkpoint file whose checksum and sizes have all been verified.
class CheckpointReader {
 public:
  /// Throws: IoError for anything but a complete, unchanged checkpoint.
  static CheckpointReader read(std::string const& path) { return CheckpointReader(read_file_bytes(path), path); }

  /// From the content of a file; `path` is its name in errors.
  CheckpointReader(std::vector<std::byte> content, std::string path)
      : bytes_(std::move(content)), path_(std::move(path)) {
    parse_sections(verify_frame());
  }

  bool contains(std::string_view name) const { return find(name) != nullptr; }

  /// Names of all sections, sorted.
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (Section const& section : sections_) names.push_back(section.name);
    std::sort(names.begin(), names.end());
    return names;
  }

  /// Throws: IoError, naming the section, when it is missing or holds another type.
  template <CheckpointElement Element>
  std::vector<Element> section(std::string const& name) const {
    return load_little_endian<Element>(bytes_of(name, detail::SectionTypeOf<Element>::value));
  }

  /// The same, of a known length: another one is refused by name.
  template <CheckpointElement Element>
  std::vector<Element> section(std::string const& name, Index count) const {
    auto values = section<Element>(name);
    if (Index(values.size()) != count)
      throw IoError(path_, find(name)->offset, std::to_string(values.size()) + " values in section \"" + name + "\"",
                    std::to_string(count));
    return values;
  }

  /// A section of one number.
  template <CheckpointElement Element>
  Element value(std::string const& name) const {
    return section<Element>(name, 1).front();
  }

  std::string text(std::string const& name) const {
    auto const raw = bytes_of(name, detail::SectionType::text);
    return std::string(reinterpret_cast<char const*>(raw.data()), raw.size());
  }

 private:
  struct Section {
    std::string name;
    detail::SectionType type;
    std::size_t offset, count;
  };

  /// nullptr where there is none. A run has some ten sections.
  Section const* find(std::string_view name) const {
    for (Section const& section : sections_)
      if (section.name == name) return &section;
    return nullptr;
  }

  /// Preamble, size and checksum; returns the number of sections.
  std::uint32_t verify_frame() const {
    auto const size = bytes_.size();
    auto const smallest = detail::checkpoint_preamble + 8;
    if (size < smallest)
      throw IoError(path_, size, "the end of the file",
                    "a checkpoint of at least " + std::to_string(smallest) + " bytes");
    if (std::memcmp(bytes_.data(), detail::checkpoint_magic.data(), detail::checkpoint_magic.size()) != 0)
      throw IoError(path_, 0, "another kind of file", "\"TETCKPT\"");
    auto const version = load_little_endian<std::uint32_t>(&bytes_[8]);
    if (version != detail::checkpoint_version)
      throw IoError(path_, 8, "format version " + std::to_string(version), std::to_string(detail::checkpoint_version));
    auto const stated = load_little_endian<std::uint64_t>(&bytes_[16]);
    if (stated != size)
      throw IoError(path_, std::min<std::uint64_t>(stated, size), std::to_string(size) + " bytes in the file",
                    std::to_string(stated));
    Crc64 crc;
    crc.update({bytes_.data(), size - 8});
    if (crc.value() != load_little_endian<std::uint64_t>(&bytes_[size - 8]))
      throw IoError(path_, size - 8,
                    "the checksum " + std::to_string(load_little_endian<std::uint64_t>(&bytes_[size - 8])),
                    std::to_string(crc.value()) + ", that of the content");
    return load_little_endian<std::uint32_t>(&bytes_[12]);
  }

  // The checksum has been verified; these checks keep a file that was made to deceive from reading out of bounds.
  void parse_sections(std::uint32_t count) {
    std::size_t at = detail::checkpoint_preamble;
    auto const end = bytes_.size() - 8;
    // Steps over `size` bytes and their padding.
    auto const skip = [&](std::uint64_t size, std::string const& what) {
      if (size > end - at)
        throw IoError(path_, at, what + " of " + std::to_string(size) + " bytes",
                      "at most " + std::to_string(end - at));
      auto const begin = at;
      auto const padded = std::size_t(round_up(Index(size), 8));
      if (padded > end - at) throw IoError(path_, at, "the end of the file", "padding behind " + what);
      for (auto i = at + std::size_t(size); i < at + padded; ++i)
        if (bytes_[i] != std::byte{0}) throw IoError(path_, i, "a byte that is not 0", "padding behind " + what);
      at += padded;
      return begin;
    };
    for (std::uint32_t i = 0; i < count; ++i) {
      auto const head = skip(16, "the head of section " + std::to_string(i));
      auto const type = load_little_endian<std::uint32_t>(&bytes_[head]);
      auto const name_bytes = load_little_endian<std::uint32_t>(&bytes_[head + 4]);
      auto const elements = load_little_endian<std::uint64_t>(&bytes_[head + 8]);
      if (type < 1 || type > 5) throw IoError(path_, head, "section type " + std::to_string(type), "1 to 5");
      auto const name_at = skip(name_bytes, "the name of section " + std::to_string(i));
      std::string const name(reinterpret_cast<char const*>(bytes_.data() + name_at), name_bytes);
      auto const width = detail::size_of(detail::SectionType(type));
      if (elements > (end - at) / width)
        throw IoError(path_, head + 8, std::to_string(elements) + " elements in section \"" + name + "\"",
                      "at most " + std::to_string((end - at) / width));
      auto const offset = skip(elements * width, "section \"" + name + "\"");
      if (contains(name)) throw IoError(path_, head, "a second section \"" + name + "\"", "each name once");
      sections_.push_back({name, detail::SectionType(type), offset, std::size_t(elements)});
    }
    if (at != end)
      throw IoError(path_, at, std::to_string(end - at) + " bytes behind the last section", "the checksum");
  }

  std::span<std::byte const> bytes_of(std::string const& name, detail::SectionType type) const {
    Section const* const section = find(name);
    if (section == nullptr)
      throw IoError(path_, 0, "no section \"" + name + "\"", "one of " + std::string(detail::name_of(type)));
    if (section->type != type)
      throw IoError(path_, section->offset,
                    std::string(detail::name_of(section->type)) + " in section \"" + name + "\"",
                    std::string(detail::name_of(type)));
    return {bytes_.data() + section->offset, section->count * detail::size_of(type)};
  }

  std::vector<std::byte> bytes_;
  std::string path_;
  std::vector<Section> sections_;  // as in the file
};

}  // namespace tet
