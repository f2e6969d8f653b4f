// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/error.hpp>
#include <tet/data/event.hpp>
#include <tet/data/slicing.hpp>

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace tet::data {

/// Frames of fixed duration made while events arrive, the same that Slice::duration cuts a whole recording into.
///
///   for (Event const& event : camera) {
///     for (; !live.add(event); live.next()) use(live.frame());  // the event is later: the frame is complete
///   }
///   use(live.frame());                                          // of the last events
///
/// The first event opens the first frame; a frame without events is one of silence.
class LiveFrames {
 public:
  /// Throws: std::invalid_argument for a sensor without pixels, and a duration below 1 us or above 2^32 us.
  LiveFrames(Sensor sensor, Index duration, FrameValues values = FrameValues::bits)
      : sensor_(sensor), duration_(duration), values_(values) {
    if (sensor.width < 1 || sensor.height < 1)
      refuse("data::LiveFrames: sensor", std::to_string(sensor.width) + " x " + std::to_string(sensor.height),
             "at least one pixel");
    detail::check_slicing({.slice = Slice::duration, .frames = {1}, .amount = duration});
    frame_.resize(std::size_t(sensor.frame().size()));
  }

  /// Takes an event into the open frame. Returns false where it is later than the frame: this is then complete, and the
  /// event is to be offered again after `next`.
  /// Throws: std::invalid_argument for an event outside the sensor, before one that was taken, or of a frame that is
  ///         closed; it is not taken.
  bool add(Event const& event) {
    if (!sensor_.holds(event)) {
      refuse("data::LiveFrames: event",
             "x = " + std::to_string(event.x) + ", y = " + std::to_string(event.y) + ", polarity " +
                 std::to_string(event.polarity),
             "inside " + std::to_string(sensor_.width) + " x " + std::to_string(sensor_.height) + " pixels");
    }
    if (!open_) {
      open_ = true;
      first_ = earliest_ = event.t;
    }
    if (event.t < earliest_)
      refuse("data::LiveFrames: event", "time " + std::to_string(event.t) + " us",
             "no time before " + std::to_string(earliest_) + " us");
    if (event.t - first_ >= end_of_frame()) return false;
    earliest_ = event.t;
    detail::add_events({&event, 1}, sensor_, values_, frame_.data());
    return true;
  }

  /// The open frame, [H, W, 2].
  std::span<float const> frame() const { return {frame_.data(), frame_.size()}; }

  /// Closes the open frame and opens the one after it.
  /// Throws: std::invalid_argument before the first event.
  void next() {
    if (!open_) refuse("data::LiveFrames: next", "no event yet", "an event that opens the first frame");
    std::fill(frame_.begin(), frame_.end(), 0.0f);
    ++done_;
    earliest_ = first_ + done_ * duration_;
  }

  /// Microseconds from the first event to the end of the open frame.
  std::int64_t end_of_frame() const { return (done_ + 1) * duration_; }

  /// Forgets everything: the next event is the first of another recording.
  void reset() {
    std::fill(frame_.begin(), frame_.end(), 0.0f);
    done_ = 0;
    open_ = false;
  }

 private:
  Sensor sensor_;
  Index duration_;
  FrameValues values_;
  std::vector<float> frame_;
  std::int64_t first_ = 0;     // time of the first event
  std::int64_t earliest_ = 0;  // that the next one may have
  Index done_ = 0;             // frames closed
  bool open_ = false;          // there was a first event
};

}  // namespace tet::data
