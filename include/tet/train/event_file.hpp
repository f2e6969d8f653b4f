// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/clock.hpp>
#include <tet/core/crc32c.hpp>
#include <tet/core/error.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Event files of TensorBoard. A file is a list of records, each
//
//   u64 length | u32 masked CRC-32C of the length | length bytes | u32 masked CRC-32C of them
//
// with numbers little-endian and masked(c) = (c rotated right by 15) + 0xA282EAD8. Each record is a protocol-buffer message
// Event: 1 wall_time (double), 2 step (int64), 3 file_version (string), 5 summary, 7 session_log.
//   Summary: 1 value (Value, repeated); Value: 1 tag (string), 2 simple_value (float), 5 histo (HistogramProto)
//   HistogramProto: 1 min, 2 max, 3 num, 4 sum, 5 sum_squares (double), 6 bucket_limit, 7 bucket (packed doubles)
//   SessionLog: 1 status (1: START)
// Source: https://www.tensorflow.org/tutorials/load_data/tfrecord; event.proto and summary.proto of
//         https://github.com/tensorflow/tensorboard/tree/master/tensorboard/compat/proto; https://protobuf.dev/programming-guides/encoding.

namespace tet {

namespace detail {

/// A message of protocol buffers in the making.
class ProtoMessage {
 public:
  void real(int field, double value) {
    key(field, 1);
    fixed(std::bit_cast<std::uint64_t>(value), 8);
  }
  void real32(int field, float value) {
    key(field, 5);
    fixed(std::bit_cast<std::uint32_t>(value), 4);
  }
  void whole(int field, std::int64_t value) {
    key(field, 0);
    variable(std::uint64_t(value));
  }
  void text(int field, std::string_view value) {
    key(field, 2);
    variable(value.size());
    bytes_ += value;
  }
  void message(int field, ProtoMessage const& value) { text(field, value.bytes_); }
  void packed(int field, std::vector<double> const& values) {
    key(field, 2);
    variable(8 * values.size());
    for (double const value : values) fixed(std::bit_cast<std::uint64_t>(value), 8);
  }

  std::string const& bytes() const { return bytes_; }

 private:
  void key(int field, int type) { variable(std::uint64_t(field) << 3 | std::uint64_t(type)); }
  void variable(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_ += char((value & 0x7F) | 0x80);
    bytes_ += char(value);
  }
  void fixed(std::uint64_t value, int size) {
    for (int i = 0; i < size; ++i) bytes_ += char(value >> (8 * i) & 0xFF);
  }

  std::string bytes_;
};

inline std::uint32_t masked_crc32c(std::string_view bytes) {
  return std::rotr(crc32c(std::as_bytes(std::span(bytes.data(), bytes.size()))), 15) + 0xA282EAD8u;
}

/// A record around a message.
inline std::string event_record_of(std::string_view message) {
  auto const number = [](std::uint64_t value, int size) {
    std::string text;
    for (int i = 0; i < size; ++i) text += char(value >> (8 * i) & 0xFF);
    return text;
  };
  std::string const length = number(message.size(), 8);
  return length + number(masked_crc32c(length), 4) + std::string(message) + number(masked_crc32c(message), 4);
}

}  // namespace detail

/// What a histogram keeps of many values: TensorBoard draws its buckets.
struct ValueHistogram {
  double least = std::numeric_limits<double>::infinity(), most = -std::numeric_limits<double>::infinity();
  double sum = 0, squares = 0;
  std::vector<double> limits;  ///< upper end of each bucket
  std::vector<double> counts;

  double total() const {
    double n = 0;
    for (double const count : counts) n += count;
    return n;
  }
};

/// Counts values in equally wide buckets from the least to the largest one; values that are not finite are left out.
template <class Scalar>
ValueHistogram histogram_of(std::span<Scalar const> values, int buckets = 30) {
  ValueHistogram h;
  for (Scalar const value : values) {
    double const v = double(value);
    if (!std::isfinite(v)) continue;
    h.least = std::min(h.least, v);
    h.most = std::max(h.most, v);
    h.sum += v;
    h.squares += v * v;
  }
  if (h.least > h.most) return h;
  double const width = (h.most - h.least) / buckets;
  int const used = width > 0 ? buckets : 1;
  for (int k = 1; k <= used; ++k) h.limits.push_back(k == used ? h.most : h.least + width * k);
  h.counts.assign(std::size_t(used), 0);
  for (Scalar const value : values) {
    double const v = double(value);
    if (!std::isfinite(v)) continue;
    auto const at = std::lower_bound(h.limits.begin(), h.limits.end(), v) - h.limits.begin();
    h.counts[std::size_t(at)] += 1;
  }
  return h;
}

/// Writes one event file into a folder; each record is appended by one write, so that a run that is killed leaves a file
/// that is valid to its last record. A resumed run begins a file of its own, which tells TensorBoard to forget what
/// earlier files have from its first step on.
class EventFile {
 public:
  /// Makes the folder, if it is not there, and a file events.out.tfevents.<seconds>.tet.<n> that was not there before.
  /// Throws: IoError.
  EventFile(std::string const& folder, std::int64_t first_step) {
    if (::mkdir(folder.c_str(), 0777) != 0 && errno != EEXIST)
      throw IoError(folder, 0, std::strerror(errno), "a folder");
    char seconds[24];
    std::snprintf(seconds, sizeof seconds, "%010lld", (long long)seconds_since_1970());
    for (int n = 0; file_ < 0; ++n) {
      char number[16];
      std::snprintf(number, sizeof number, "%06d", n);
      path_ = folder + "/events.out.tfevents." + seconds + ".tet." + number;
      file_ = ::open(path_.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_APPEND | O_CLOEXEC, 0666);
      if (file_ < 0 && errno != EEXIST) throw IoError(path_, 0, std::strerror(errno), "a new file");
    }
    detail::ProtoMessage version;
    version.real(1, seconds_since_1970());
    version.text(3, "brain.Event:2");
    append(version);
    if (first_step == 0) return;
    detail::ProtoMessage status, event = begin(first_step);
    status.whole(1, 1);  // START
    event.message(7, status);
    append(event);
  }
  EventFile(EventFile&& other) noexcept
      : path_(std::move(other.path_)), file_(std::exchange(other.file_, -1)), bytes_(other.bytes_) {}
  EventFile& operator=(EventFile&&) = delete;
  ~EventFile() {
    if (file_ >= 0) ::close(file_);
  }

  std::string const& path() const { return path_; }

  void scalar(std::string_view tag, std::int64_t step, double value) {
    detail::ProtoMessage entry;
    entry.text(1, tag);
    entry.real32(2, float(value));
    summary(step, entry);
  }

  void histogram(std::string_view tag, std::int64_t step, ValueHistogram const& h) {
    if (h.counts.empty()) return;
    detail::ProtoMessage entry, histo;
    histo.real(1, h.least);
    histo.real(2, h.most);
    histo.real(3, h.total());
    histo.real(4, h.sum);
    histo.real(5, h.squares);
    histo.packed(6, h.limits);
    histo.packed(7, h.counts);
    entry.text(1, tag);
    entry.message(5, histo);
    summary(step, entry);
  }

 private:
  static detail::ProtoMessage begin(std::int64_t step) {
    detail::ProtoMessage event;
    event.real(1, seconds_since_1970());
    event.whole(2, step);
    return event;
  }

  void summary(std::int64_t step, detail::ProtoMessage const& entry) {
    detail::ProtoMessage event = begin(step), list;
    list.message(1, entry);
    event.message(5, list);
    append(event);
  }

  void append(detail::ProtoMessage const& event) {
    std::string const record = detail::event_record_of(event.bytes());
    ::ssize_t const n = ::write(file_, record.data(), record.size());
    if (n == ::ssize_t(record.size())) {
      bytes_ += record.size();
      return;
    }
    std::string const error = n < 0 ? std::strerror(errno) : "room for " + std::to_string(n) + " bytes";
    // Nothing half-written stays; if that fails too, readers stop at the broken record.
    [[maybe_unused]] int const removed = ::ftruncate(file_, ::off_t(bytes_));
    throw IoError(path_, bytes_, error, "room for a record of " + std::to_string(record.size()) + " bytes");
  }

  std::string path_;
  int file_ = -1;
  std::uint64_t bytes_ = 0;
};

}  // namespace tet
