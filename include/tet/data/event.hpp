// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/index.hpp>
#include <tet/core/shape.hpp>

#include <cstdint>

namespace tet::data {

/// What an event camera reports: the brightness of one pixel rose or fell.
/// Units:  x columns from the left, y rows from the top; t microseconds on the recording's clock.
struct Event {
  std::uint16_t x;
  std::uint16_t y;
  std::uint8_t polarity;  // 0: darker (OFF), 1: brighter (ON); the channel of a frame
  std::int64_t t;

  friend bool operator==(Event const&, Event const&) = default;
};

/// Extent of an event camera in pixels.
struct Sensor {
  Index width;
  Index height;

  static constexpr Index polarities = 2;

  /// (H, W, C) of a frame of its events.
  constexpr Shape<3> frame() const { return {height, width, polarities}; }
  constexpr bool holds(Event const& e) const { return e.x < width && e.y < height && e.polarity < polarities; }

  friend constexpr bool operator==(Sensor const&, Sensor const&) = default;
};

inline constexpr Sensor nmnist_sensor{34, 34};

}  // namespace tet::data
