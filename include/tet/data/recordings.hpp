// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/error.hpp>
#include <tet/core/file_bytes.hpp>
#include <tet/data/dataset.hpp>
#include <tet/data/event_file.hpp>
#include <tet/data/slicing.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tet::data {

/// A .bin recording and its class.
struct Recording {
  std::string path;
  int label;
};

namespace detail {

/// Throws: IoError where the file cannot be a recording.
inline std::size_t records_in(std::string const& path) {
  auto const size = regular_file_size(path);
  if (!size) {
    if (file_exists(path)) throw IoError(path, 0, "something not a regular file", "a regular file");
    throw IoError(path, 0, std::strerror(errno), "a readable file");
  }
  check_recording_size(path, *size);
  return std::size_t(*size) / record_bytes;
}

}  // namespace detail

/// Labelled recordings of an event camera in files, cut into frames [T, H, W, 2] when a batch is made: with prefetch,
/// while the network trains on the batch before. Copies share the list of files.
///
/// A file is open or mapped only while it is decoded, so a set of any size needs neither memory nor mappings: kept, those
/// of the 70,000 recordings of N-MNIST would be more than Linux allows a process (65,530). Each thread keeps room for one
/// recording.
class Recordings {
 public:
  /// Throws: IoError for a file that is missing, empty or ends within an event (what it holds is checked when a sample
  ///         is made); std::invalid_argument for labels, a sensor or a slicing out of range.
  Recordings(std::vector<Recording> files, Sensor sensor, int classes, Slicing slicing = {},
             FrameValues values = FrameValues::bits)
      : sensor_(sensor), classes_(classes), slicing_(slicing), values_(values) {
    detail::check_sensor(sensor);
    detail::check_slicing(slicing);
    for (Recording const& file : files) {
      if (file.label < 0 || file.label >= classes)
        refuse("data::Recordings: label of " + file.path, std::to_string(file.label),
               "0 to " + std::to_string(classes - 1));
      most_records_ = std::max(most_records_, detail::records_in(file.path));
    }
    files_ = std::make_shared<std::vector<Recording> const>(std::move(files));
  }

  /// The same recordings as other frames.
  /// Throws: std::invalid_argument for a slicing out of range.
  Recordings sliced(Slicing slicing, FrameValues values = FrameValues::bits) const {
    detail::check_slicing(slicing);
    Recordings copy = *this;
    copy.slicing_ = slicing;
    copy.values_ = values;
    return copy;
  }

  Index size() const { return Index(files_->size()); }
  int classes() const { return classes_; }
  Sensor sensor() const { return sensor_; }
  Shape<3> shape() const { return sensor_.frame(); }
  Presentation presentation() const { return Presentation::temporal; }
  Slicing const& slicing() const { return slicing_; }
  /// Frames of each sample.
  Index timesteps() const { return slicing_.frames.value; }
  int label(Index i) const { return (*files_)[std::size_t(i)].label; }
  std::string const& path(Index i) const { return (*files_)[std::size_t(i)].path; }

  /// The first T frames of recording i; out [T, H, W, 2].
  /// Throws: IoError as read_events does.
  void sample(Index i, Timesteps, Draw, std::span<float> out) const {
    thread_local std::vector<Event> events;
    events.reserve(most_records_);
    read_events(path(i), sensor_, events);
    write_frames({events.data(), events.size()}, slicing_, sensor_, values_, out);
  }

 private:
  std::shared_ptr<std::vector<Recording> const> files_;
  std::size_t most_records_ = 0;  // of one file
  Sensor sensor_;
  int classes_;
  Slicing slicing_;
  FrameValues values_;
};

static_assert(Dataset<Recordings>);

}  // namespace tet::data
