// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/error.hpp>
#include <tet/core/file_view.hpp>
#include <tet/data/event.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <vector>

// Recordings in the .bin format of N-MNIST and N-Caltech101, made with the ATIS camera.
//
// An event is 40 bits, most significant bit first: x (8), y (8), polarity (1), time in microseconds (23).
// Source: https://www.garrickorchard.com/datasets/n-mnist; Orchard, Jayawant, Cohen, Thakor, "Converting static image
//         datasets to spiking neuromorphic datasets using saccades", Frontiers in Neuroscience 9:437, 2015.
// 23 bits end after 8.4 s. In longer recordings a record with y = 240 is no event: it adds 2^13 us to all times from
// there on. Source: read_dataset of the authors' https://github.com/gorchard/event-Python, eventvision.py.

namespace tet::data {

namespace detail {

inline constexpr std::size_t record_bytes = 5;
inline constexpr int overflow_row = 240;
inline constexpr std::int64_t overflow_time = std::int64_t(1) << 13;

/// One record as it stands in a file; t without the time that overflow marks add.
struct EventRecord {
  int x, y, polarity, t;
};

inline EventRecord event_record(std::byte const* from) {
  std::uint32_t word;  // y, polarity, t
  std::memcpy(&word, from + 1, sizeof word);
  if constexpr (std::endian::native == std::endian::little) word = __builtin_bswap32(word);
  return {int(from[0]), int(word >> 24), int(word >> 23 & 1), int(word & 0x7FFFFF)};
}

inline Event event_of(EventRecord const& r, std::int64_t t) {
  return {std::uint16_t(r.x), std::uint16_t(r.y), std::uint8_t(r.polarity), t};
}

/// Writes one event per record. Returns whether that was right: no overflow mark, nothing outside the sensor, no time
/// that goes back. All checks end in one sign bit, since a branch for each would double the loop's time.
inline bool decode_plain(std::byte const* from, std::size_t records, Sensor sensor, Event* to) {
  int const last_x = int(sensor.width) - 1, last_y = int(sensor.height) - 1;
  int wrong = 0, before = 0;
  for (std::size_t n = 0; n < records; ++n) {
    EventRecord const r = event_record(from + n * record_bytes);
    wrong |= (last_x - r.x) | (last_y - r.y) | (r.t - before);  // negative: wrong
    before = r.t;
    to[n] = event_of(r, r.t);
  }
  return wrong >= 0;
}

/// The same record by record: skips overflow marks, names what is wrong. Returns the number of events.
inline std::size_t decode_with_marks(std::byte const* from, std::size_t records, Sensor sensor, std::string const& path,
                                     Event* to) {
  std::size_t events = 0;
  std::int64_t added = 0, before = 0;
  for (std::size_t n = 0; n < records; ++n) {
    EventRecord const r = event_record(from + n * record_bytes);
    std::uint64_t const offset = n * record_bytes;
    auto const record = [&] { return "record " + std::to_string(n); };
    if (r.y == overflow_row) {
      added += overflow_time;
      continue;
    }
    if (r.x >= sensor.width || r.y >= sensor.height) {
      throw IoError(
          path, offset, record() + " at x = " + std::to_string(r.x) + ", y = " + std::to_string(r.y),
          "x from 0 to " + std::to_string(sensor.width - 1) + " and y from 0 to " + std::to_string(sensor.height - 1));
    }
    std::int64_t const t = r.t + added;
    if (t < before) {
      throw IoError(path, offset + 2,
                    record() + " at " + std::to_string(t) + " us after one at " + std::to_string(before) + " us",
                    "times that do not go back");
    }
    before = t;
    to[events++] = event_of(r, t);
  }
  return events;
}

/// Throws: std::invalid_argument for a sensor that the format has no coordinates for.
inline void check_sensor(Sensor sensor) {
  if (sensor.width < 1 || sensor.width > 256 || sensor.height < 1 || sensor.height > overflow_row) {
    refuse("sensor of a .bin recording", std::to_string(sensor.width) + " x " + std::to_string(sensor.height),
           "1 to 256 columns and 1 to 240 rows");
  }
}

/// Throws: IoError where a file of that many bytes cannot be a recording.
inline void check_recording_size(std::string const& path, std::uint64_t bytes) {
  if (bytes == 0) throw IoError(path, 0, "an empty file", "events of 5 bytes (N-MNIST .bin)");
  if (std::uint64_t const rest = bytes % record_bytes; rest != 0) {
    throw IoError(path, bytes, "the end of the file after " + std::to_string(rest) + " bytes of an event",
                  "a whole event of 5 bytes (N-MNIST .bin)");
  }
}

}  // namespace detail

/// Decodes the bytes of a recording into `events`, whose memory is used again; `path` is for messages only.
/// Throws: IoError for bytes that end within an event, for none, for an event outside the sensor, and for a time that
///         goes back; std::invalid_argument for a sensor that the format cannot hold. `events` is then not to be used.
inline void decode_events(std::span<std::byte const> bytes, Sensor sensor, std::string const& path,
                          std::vector<Event>& events) {
  detail::check_sensor(sensor);
  detail::check_recording_size(path, bytes.size());
  std::size_t const records = bytes.size() / detail::record_bytes;
  events.resize(records);
  if (detail::decode_plain(bytes.data(), records, sensor, events.data())) return;
  events.resize(detail::decode_with_marks(bytes.data(), records, sensor, path, events.data()));
  if (events.empty())
    throw IoError(path, bytes.size(), std::to_string(records) + " overflow marks and no event", "an event");
}

/// The events of a .bin recording in the order of their times. A large file is mapped while it is decoded; for small ones
/// each thread keeps room.
/// Throws: IoError as decode_events does, and for a file that is missing or cannot be read.
inline void read_events(std::string const& path, Sensor sensor, std::vector<Event>& events) {
  thread_local std::vector<std::byte> room;
  FileView const file(path, room);
  decode_events(file.bytes(), sensor, path, events);
}

inline std::vector<Event> read_events(std::string const& path, Sensor sensor = nmnist_sensor) {
  std::vector<Event> events;
  read_events(path, sensor, events);
  return events;
}

}  // namespace tet::data
