// SPDX-License-Identifier: MIT
#pragma once

#include "support.hpp"

#include <tet/core/random.hpp>
#include <tet/data/event.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace support {

/// One 40-bit record, written from the description of the format.
inline std::string record(unsigned x, unsigned y, unsigned polarity, std::uint64_t t) {
  std::uint64_t const bits = std::uint64_t(x) << 32 | std::uint64_t(y) << 24 | std::uint64_t(polarity) << 23 | t;
  std::string bytes;
  for (int shift = 32; shift >= 0; shift -= 8) bytes.push_back(char(bits >> shift & 0xFF));
  return bytes;
}

/// A whole file, with the overflow marks that late events need.
inline std::string recording(std::vector<tet::data::Event> const& events) {
  std::string bytes;
  std::int64_t added = 0;
  for (auto const& e : events) {
    for (; e.t - added >= std::int64_t(1) << 23; added += 1 << 13) bytes += record(0, 240, 0, 0);
    bytes += record(e.x, e.y, e.polarity, std::uint64_t(e.t - added));
  }
  return bytes;
}

/// Events of a random recording: times go on by 0 to 2 * pause microseconds.
inline std::vector<tet::data::Event> random_events(tet::data::Sensor sensor, std::size_t count, std::uint64_t seed,
                                                   std::uint64_t pause = 70) {
  tet::Random const random(tet::Seed{seed}, 0);
  std::vector<tet::data::Event> events;
  std::int64_t t = std::int64_t(random.below(0, 20000));
  for (std::uint64_t i = 0; i < count; ++i) {
    t += std::int64_t(random.below(4 * i + 1, 2 * pause + 1));
    events.push_back({std::uint16_t(random.below(4 * i + 2, std::uint64_t(sensor.width))),
                      std::uint16_t(random.below(4 * i + 3, std::uint64_t(sensor.height))),
                      std::uint8_t(random.below(4 * i + 4, 2)), t});
  }
  return events;
}

}  // namespace support
