// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/error.hpp>
#include <tet/core/index.hpp>
#include <tet/data/event.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace tet::data {

/// Which events of a recording share a frame. The first two spread all events over all frames; with the last two a long
/// recording is cut after its last frame, and a short one goes on with frames of silence.
enum class Slice {
  equal_time,   // frames of equal duration, to within 1 us, from the first event to the last
  equal_count,  // frames of equally many events, to within one
  duration,     // frames of `amount` microseconds, from the first event on
  count,        // frames of `amount` events
};

/// What a pixel of a frame says of its events of one polarity.
enum class FrameValues {
  bits,    // 1 where there was one, for networks with Spike input
  counts,  // how many there were
};

/// How a recording becomes a sequence of frames.
struct Slicing {
  Slice slice = Slice::equal_time;
  Timesteps frames{10};
  Index amount = 0;  // of duration and count
};

namespace detail {

inline bool has_amount(Slice slice) { return slice == Slice::duration || slice == Slice::count; }

/// Throws: std::invalid_argument.
inline void check_slicing(Slicing const& s) {
  if (s.frames.value < 1) refuse("data::Slicing: frames", std::to_string(s.frames.value), "at least 1");
  constexpr Index most = Index(1) << 24;  // products of frames, amounts and times must not overflow
  if (s.frames.value > most) refuse("data::Slicing: frames", std::to_string(s.frames.value), "at most 2^24");
  if (has_amount(s.slice)) {
    if (s.amount < 1 || s.amount > Index(1) << 32)
      refuse("data::Slicing: amount", std::to_string(s.amount), "1 to 2^32 microseconds or events");
  } else if (s.amount != 0) {
    refuse("data::Slicing: amount", std::to_string(s.amount), "0 for frames of equal time or count");
  }
}

/// Events before the end of frame f; a function of f and the whole recording.
///
///   equal_time: event at t lies in frame floor((t - t_first) * frames / (t_last - t_first + 1))
///   equal_count: event i of n lies in frame floor(i * frames / n)
///   duration: floor((t - t_first) / amount);  count: floor(i / amount)
/// Pre: events are not empty, and their times do not go back.
inline std::size_t end_of_frame(std::span<Event const> events, Slicing const& s, Index f) {
  auto const before = [&](std::int64_t t) {
    auto const earlier = [](Event const& e, std::int64_t time) { return e.t < time; };
    return std::size_t(std::lower_bound(events.data(), events.data() + events.size(), t, earlier) - events.data());
  };
  Index const n = Index(events.size()), frames = s.frames.value;
  std::int64_t const first = events.front().t;
  switch (s.slice) {
    case Slice::equal_time:
      return before(first + ceil_div((f + 1) * (events.back().t - first + 1), frames));
    case Slice::equal_count:
      return std::size_t(ceil_div((f + 1) * n, frames));
    case Slice::duration:
      return before(first + (f + 1) * s.amount);
    case Slice::count:
      return std::size_t(std::min(n, (f + 1) * s.amount));
  }
  return events.size();
}

/// Adds events to one frame [H, W, 2].
inline void add_events(std::span<Event const> events, Sensor sensor, FrameValues values, float* frame) {
  auto const place = [&](Event const& e) { return (e.y * sensor.width + e.x) * Sensor::polarities + e.polarity; };
  if (values == FrameValues::bits)
    for (Event const& e : events) frame[place(e)] = 1;
  else
    for (Event const& e : events) frame[place(e)] += 1;
}

}  // namespace detail

/// Writes the first T frames of a recording. Polarity is the channel.
/// Shape:  out [T, H, W, 2], with T at most the slicing's frames; what stood in it does not matter.
/// Pre:    events are ordered by time and lie inside the sensor, as read_events gives them.
/// Throws: std::invalid_argument for a slicing out of range, no events, and room for other than 1 to its frames.
inline void write_frames(std::span<Event const> events, Slicing const& slicing, Sensor sensor, FrameValues values,
                         std::span<float> out) {
  detail::check_slicing(slicing);
  if (events.empty()) refuse("data::write_frames", "no events", "at least one");
  Index const size = sensor.frame().size(), T = Index(out.size()) / std::max<Index>(size, 1);
  if (size < 1 || T < 1 || T > slicing.frames.value || Index(out.size()) != T * size) {
    refuse("data::write_frames: room for frames of " + std::to_string(size) + " values",
           std::to_string(out.size()) + " values", "1 to " + std::to_string(slicing.frames.value) + " frames");
  }
  std::fill_n(out.data(), out.size(), 0.0f);
  std::size_t begin = 0;
  for (Index f = 0; f < T; ++f) {
    std::size_t const end = detail::end_of_frame(events, slicing, f);
    detail::add_events(events.subspan(begin, end - begin), sensor, values, out.data() + f * size);
    begin = end;
  }
}

}  // namespace tet::data
