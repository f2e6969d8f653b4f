// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/error.hpp>
#include <tet/core/file_view.hpp>
#include <tet/core/folder.hpp>
#include <tet/data/cifar.hpp>
#include <tet/data/dataset.hpp>
#include <tet/data/recordings.hpp>
#include <tet/data/slicing.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

// Recordings of a DVS128 camera in the format AEDAT 2.0, as those of DVS-CIFAR10.
//
// Lines that begin with # (the first: #!AER-DAT2.0), then events of two 32-bit words, most significant byte first: an
// address and a time in microseconds. In an address bit 0 is the polarity (0: brighter), bits 1-7 one coordinate and bits
// 8-14 the other; bit 15 marks a signal that is no event of a pixel.
// Source: https://docs.inivation.com/software/software-advanced-usage/file-formats/aedat-2.0.html; Li et al. 2017,
//         "CIFAR10-DVS", Frontiers in Neuroscience 11:309, and dat2mat.m of http://www2.imse-cnm.csic.es/caviar.

namespace tet::data {

inline constexpr Index dvs128_side = 128;

/// Decodes an AEDAT 2.0 recording of a DVS128 into events ordered by time, upright: x and y from the top left corner.
/// `path` is for messages only.
/// Throws: IoError for another format, bytes that end within an event, an address of another camera, and no event.
inline void decode_aedat2(std::span<std::byte const> bytes, std::string const& path, std::vector<Event>& events) {
  auto const at = [&](std::size_t i) { return std::uint32_t(bytes[i]); };
  constexpr std::string_view magic = "#!AER-DAT2.0";
  bool const known = bytes.size() >= magic.size() && std::equal(magic.begin(), magic.end(), bytes.begin(),
                                                                [](char c, std::byte b) { return std::byte(c) == b; });
  if (!known) throw IoError(path, 0, "another kind of file", "\"#!AER-DAT2.0\" (AEDAT 2.0)");
  std::size_t begin = 0;
  while (begin < bytes.size() && bytes[begin] == std::byte('#')) {
    while (begin < bytes.size() && bytes[begin] != std::byte('\n')) ++begin;
    if (begin == bytes.size()) throw IoError(path, begin, "the end of the file", "the end of a line of the header");
    ++begin;
  }
  if (std::size_t const rest = (bytes.size() - begin) % 8; rest != 0)
    throw IoError(path, bytes.size(), "the end of the file after " + std::to_string(rest) + " bytes of an event",
                  "a whole event of 8 bytes (AEDAT 2.0)");
  events.clear();
  for (std::size_t i = begin; i < bytes.size(); i += 8) {
    auto const word = [&](std::size_t from) {
      return at(from) << 24 | at(from + 1) << 16 | at(from + 2) << 8 | at(from + 3);
    };
    std::uint32_t const address = word(i);
    if (address > 0xFFFF)
      throw IoError(path, i, "address " + std::to_string(address), "an address of a DVS128, below 65536");
    if ((address & 0x8000) != 0) continue;
    std::uint32_t const across = address >> 1 & 0x7F, along = address >> 8 & 0x7F;
    events.push_back({std::uint16_t(127 - along), std::uint16_t(127 - across), std::uint8_t(1 - (address & 1)),
                      std::int64_t(word(i + 4))});
  }
  if (events.empty()) throw IoError(path, bytes.size(), "no event", "at least one event");
  std::stable_sort(events.begin(), events.end(), [](Event const& a, Event const& b) { return a.t < b.t; });
}

/// DVS-CIFAR10, or a part of it, as frames of 48x48: counts of events, each frame with equally many of them. A pixel is
/// where column * 48 / 128 and row * 48 / 128 of the camera fall.
class DvsCifar10 {
 public:
  static constexpr Sensor frame{48, 48};

  DvsCifar10(std::vector<Recording> files, Timesteps frames)
      : files_(std::make_shared<std::vector<Recording> const>(std::move(files))),
        slicing_{.slice = Slice::equal_count, .frames = frames} {
    detail::check_slicing(slicing_);
  }

  Index size() const { return Index(files_->size()); }
  int classes() const { return 10; }
  Shape<3> shape() const { return frame.frame(); }
  Presentation presentation() const { return Presentation::temporal; }
  Index timesteps() const { return slicing_.frames.value; }
  int label(Index i) const { return (*files_)[std::size_t(i)].label; }
  std::string const& path(Index i) const { return (*files_)[std::size_t(i)].path; }

  /// The first T frames of recording i; out [T, 48, 48, 2]. Throws: IoError as decode_aedat2 does.
  void sample(Index i, Timesteps, Draw, std::span<float> out) const {
    thread_local std::vector<Event> events;
    thread_local std::vector<std::byte> room;
    FileView const file(path(i), room);
    decode_aedat2(file.bytes(), path(i), events);
    for (Event& e : events) {
      e.x = std::uint16_t(e.x * frame.width / dvs128_side);
      e.y = std::uint16_t(e.y * frame.height / dvs128_side);
    }
    write_frames({events.data(), events.size()}, slicing_, frame, FrameValues::counts, out);
  }

 private:
  std::shared_ptr<std::vector<Recording> const> files_;
  Slicing slicing_;
};

static_assert(Dataset<DvsCifar10>);

struct DvsCifar10Splits {
  DvsCifar10 train;
  DvsCifar10 test;
};

/// The official layout, a folder of .aedat files for each class name of CIFAR-10. The set has no official split: the
/// first nine tenths of each class's files, by name, are for training.
/// Throws: IoError for a class without a folder, or with fewer than 10 recordings.
inline DvsCifar10Splits dvs_cifar10(std::string const& folder, Timesteps frames = Timesteps{10}) {
  std::vector<Recording> train, test;
  for (std::size_t c = 0; c < cifar10_classes.size(); ++c) {
    std::string const of_class = folder + "/" + std::string(cifar10_classes[c]);
    auto const names = names_in_folder(of_class, ".aedat");
    if (names.size() < 10)
      throw IoError(of_class, 0, std::to_string(names.size()) + " .aedat files", "at least 10 recordings");
    for (std::size_t i = 0; i < names.size(); ++i)
      (i < names.size() * 9 / 10 ? train : test).push_back({of_class + "/" + names[i], int(c)});
  }
  return {DvsCifar10(std::move(train), frames), DvsCifar10(std::move(test), frames)};
}

}  // namespace tet::data
