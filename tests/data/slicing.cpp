// SPDX-License-Identifier: MIT
#include "recording_files.hpp"

#include <tet/data/live_frames.hpp>
#include <tet/data/slicing.hpp>

#include <algorithm>

using tet::Index;
using tet::data::Event;
using tet::data::FrameValues;
using tet::data::LiveFrames;
using tet::data::Sensor;
using tet::data::Slice;
using tet::data::Slicing;
namespace data = tet::data;

namespace {

constexpr Sensor tiny{2, 1};  // a frame is OFF and ON of column 0, then of column 1

// Ten events on 2 x 1 pixels from 100 us to 199 us.
std::vector<Event> const hand = {{0, 0, 1, 100}, {0, 0, 1, 101}, {1, 0, 0, 124}, {1, 0, 1, 125}, {0, 0, 0, 149},
                                 {0, 0, 1, 150}, {1, 0, 1, 150}, {1, 0, 1, 174}, {1, 0, 1, 174}, {0, 0, 0, 199}};

std::vector<float> frames(std::vector<Event> const& events, Slicing const& slicing, Sensor sensor, FrameValues values,
                          Index timesteps) {
  std::vector<float> out(std::size_t(timesteps * sensor.frame().size()), -7.0f);
  data::write_frames(events, slicing, sensor, values, out);
  return out;
}

/// Frame of event i by the formulas of the documentation, in plain integers.
Index frame_of(std::vector<Event> const& events, Slicing const& s, std::size_t i) {
  Index const t = events[i].t - events[0].t, n = Index(events.size());
  switch (s.slice) {
    case Slice::equal_time:
      return t * s.frames.value / (events.back().t - events[0].t + 1);
    case Slice::equal_count:
      return Index(i) * s.frames.value / n;
    case Slice::duration:
      return t / s.amount;
    case Slice::count:
      return Index(i) / s.amount;
  }
  return -1;
}

}  // namespace

TEST_CASE("write_frames: hand-computed frames of every slicing, as counts and as bits [data]") {
  struct Case {
    char const* name;
    Slicing slicing;
    std::vector<float> counts;
  };
  Case const cases[] = {{"4 frames of 25 us",
                         {.slice = Slice::equal_time, .frames = {4}},
                         {0, 2, 1, 0, /**/ 1, 0, 0, 1, /**/ 0, 1, 0, 3, /**/ 1, 0, 0, 0}},
                        {"3 frames of 4, 3 and 3 events",
                         {.slice = Slice::equal_count, .frames = {3}},
                         {0, 2, 1, 1, /**/ 1, 1, 0, 1, /**/ 1, 0, 0, 2}},
                        {"50 us each, the third one silent",
                         {.slice = Slice::duration, .frames = {3}, .amount = 50},
                         {1, 2, 1, 1, /**/ 1, 1, 0, 3, /**/ 0, 0, 0, 0}},
                        {"25 us each, cut after the second",
                         {.slice = Slice::duration, .frames = {2}, .amount = 25},
                         {0, 2, 1, 0, /**/ 1, 0, 0, 1}},
                        {"4 events each, 2 in the last",
                         {.slice = Slice::count, .frames = {4}, .amount = 4},
                         {0, 2, 1, 1, /**/ 1, 1, 0, 2, /**/ 1, 0, 0, 1, /**/ 0, 0, 0, 0}},
                        {"3 events, cut", {.slice = Slice::count, .frames = {1}, .amount = 3}, {0, 2, 1, 0}},
                        {"all in one", {.slice = Slice::equal_time, .frames = {1}}, {2, 3, 1, 4}}};
  for (Case const& c : cases) {
    CAPTURE(c.name);
    Index const T = c.slicing.frames.value;
    CHECK(frames(hand, c.slicing, tiny, FrameValues::counts, T) == c.counts);
    auto bits = c.counts;
    for (float& v : bits) v = std::min(v, 1.0f);
    CHECK(frames(hand, c.slicing, tiny, FrameValues::bits, T) == bits);
    auto const first = frames(hand, c.slicing, tiny, FrameValues::counts, 1);  // a shorter run sees the same frames
    CHECK(std::equal(first.begin(), first.end(), c.counts.begin()));
  }
}

TEST_CASE("write_frames: random recordings agree with the formulas event by event [data]") {
  constexpr Sensor sensor{5, 7};
  std::uint64_t seed = 0;
  for (std::size_t const count : {1, 2, 3, 10, 257}) {
    for (std::uint64_t const pause : {0, 1, 70}) {
      auto const events = support::random_events(sensor, count, ++seed, pause);
      for (Slicing const& s :
           {Slicing{.slice = Slice::equal_time, .frames = {7}}, Slicing{.slice = Slice::equal_count, .frames = {7}},
            Slicing{.slice = Slice::equal_count, .frames = {300}},
            Slicing{.slice = Slice::duration, .frames = {9}, .amount = 100},
            Slicing{.slice = Slice::count, .frames = {9}, .amount = 11}}) {
        CAPTURE(count);
        CAPTURE(pause);
        CAPTURE(int(s.slice));
        std::vector<float> expected(std::size_t(s.frames.value * sensor.frame().size()));
        for (std::size_t i = 0; i < events.size(); ++i) {
          Index const f = frame_of(events, s, i);
          Event const& e = events[i];
          if (f < s.frames.value)
            expected[std::size_t(f * sensor.frame().size() + (e.y * 5 + e.x) * 2 + e.polarity)] += 1;
        }
        CHECK(frames(events, s, sensor, FrameValues::counts, s.frames.value) == expected);
      }
    }
  }
}

TEST_CASE("write_frames: what cannot be sliced is refused [data]") {
  std::vector<float> out(8);
  for (Slicing const& s :
       {Slicing{.frames = {0}}, Slicing{.frames = {-1}}, Slicing{.slice = Slice::duration, .frames = {2}},
        Slicing{.slice = Slice::count, .frames = {2}, .amount = -3}, Slicing{.frames = {2}, .amount = 5},
        Slicing{.slice = Slice::duration, .frames = {2}, .amount = (Index(1) << 32) + 1}}) {
    CAPTURE(s.frames.value);
    CAPTURE(s.amount);
    CHECK_THROWS_AS(data::write_frames(hand, s, tiny, FrameValues::bits, out), std::invalid_argument);
  }
  Slicing const two{.frames = {2}};
  CHECK_THROWS_AS(data::write_frames({}, two, tiny, FrameValues::bits, out), std::invalid_argument);
  for (std::size_t const size : {0, 3, 7, 12}) {
    std::vector<float> wrong(size);
    CHECK_THROWS_AS(data::write_frames(hand, two, tiny, FrameValues::bits, wrong), std::invalid_argument);
  }
}

TEST_CASE("LiveFrames: frames made event by event are those cut from the whole recording [data]") {
  constexpr Sensor sensor{5, 7};
  for (FrameValues const values : {FrameValues::bits, FrameValues::counts}) {
    LiveFrames live(sensor, 100, values);
    for (std::uint64_t const pause : {0, 3, 70, 400}) {  // at 400 many frames are silent
      CAPTURE(pause);
      live.reset();
      auto const events = support::random_events(sensor, 120, pause, pause);
      std::vector<float> made;
      auto const keep = [&] { made.insert(made.end(), live.frame().begin(), live.frame().end()); };
      for (Event const& event : events)
        for (; !live.add(event); live.next()) keep();
      keep();
      Index const T = (events.back().t - events.front().t) / 100 + 1;
      CHECK(live.end_of_frame() == T * 100);
      Slicing const slicing{.slice = Slice::duration, .frames = {T}, .amount = 100};
      CHECK(made == frames(events, slicing, sensor, values, T));
    }
  }
}

TEST_CASE("LiveFrames: an event that cannot be is refused and leaves the frame as it was [data]") {
  LiveFrames live(tiny, 50);
  CHECK_THROWS_AS(live.next(), std::invalid_argument);
  CHECK(live.add({0, 0, 1, 100}));
  std::vector<float> const before(live.frame().begin(), live.frame().end());
  for (Event const& event : {Event{2, 0, 0, 100}, Event{0, 1, 0, 100}, Event{0, 0, 2, 100}, Event{0, 0, 0, 99}}) {
    CHECK_THROWS_AS(live.add(event), std::invalid_argument);
    CHECK(std::ranges::equal(live.frame(), before));
  }
  live.next();
  CHECK_THROWS_AS(live.add({0, 0, 1, 149}), std::invalid_argument);  // its frame is closed
  CHECK(live.add({0, 0, 1, 150}));
  CHECK_FALSE(live.add({0, 0, 1, 200}));
  CHECK_THROWS_AS(LiveFrames({0, 1}, 50), std::invalid_argument);
  CHECK_THROWS_AS(LiveFrames(tiny, 0), std::invalid_argument);
}
