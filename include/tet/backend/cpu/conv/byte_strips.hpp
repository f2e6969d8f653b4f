// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cpu/bits.hpp>
#include <tet/backend/cpu/conv/tasks.hpp>
#include <tet/core/activation.hpp>
#include <tet/core/arena.hpp>
#include <tet/core/convolution.hpp>

#include <algorithm>
#include <cstring>
#include <type_traits>

namespace tet::conv {

/// Spikes or counts of a band as bytes with the padding as zeros, so that the inputs of one kernel row lie together.
///
/// A band is some output rows of one image, or some whole images, at all timesteps. Its places come in order, each with
/// its timesteps in order.
struct ByteStrips {
  static constexpr Index strip_bytes = 256 << 10;  // half an L2 of 512 KiB
  static constexpr Index slack = 64;               // vectors are read past the end, and written

  ConvGeometry g;
  Index timesteps, images;       // images of one timestep
  Index band_images, band_rows;  // of a task
  Index bands_per_image, bands;
  std::uint8_t* strips = nullptr;  // [slots][timesteps][band_images][strip_rows][strip_columns][C]

  static ByteStrips plan(Arena& scratch, ConvGeometry const& g, Tasks const& tasks) {
    ByteStrips s;
    s.g = g;
    s.timesteps = tasks.timesteps;
    s.images = g.images / tasks.timesteps;
    Index const height = g.out_height(), rows = std::max<Index>(1, s.images * height / tasks.wanted);
    s.band_rows = height;
    Index const image_bytes = s.timesteps * s.strip_rows() * s.pitch();
    s.band_images = std::clamp<Index>(std::min(rows / height, strip_bytes / image_bytes), 1, s.images);
    if (s.band_images == 1) {
      Index const fitting = (strip_bytes / (s.timesteps * s.pitch()) - g.kernel) / g.stride + 1;
      s.band_rows = std::clamp<Index>(std::min(rows, fitting), 1, height);
    }
    s.bands_per_image = ceil_div(height, s.band_rows);
    s.bands = ceil_div(s.images, s.band_images) * s.bands_per_image;
    s.strips = scratch.take<std::uint8_t>(tasks.slots * s.slot_bytes());
    return s;
  }

  Index strip_rows() const { return (band_rows - 1) * g.stride + g.kernel; }
  Index strip_columns() const { return (g.out_width() - 1) * g.stride + g.kernel; }
  /// Bytes of a strip's row.
  Index pitch() const { return strip_columns() * g.in_channels; }
  Index slot_bytes() const { return round_up(timesteps * band_images * strip_rows() * pitch() + slack, 64); }

  struct Band {
    Index first_image, images, first_row, image_rows;  // image_rows: output rows of each image
    Index timesteps, width;
    Index rows() const { return images * image_rows * width * timesteps; }
  };

  Band band(Index number) const {
    Index const image = number / bands_per_image * band_images, row = number % bands_per_image * band_rows;
    return {image,     std::min(band_images, images - image),
            row,       std::min(band_rows, g.out_height() - row),
            timesteps, g.out_width()};
  }

  template <class Kind>
  void copy(Activation<Kind, float> x, Band const& band, Index slot) const {
    Index const channels = g.in_channels, columns = strip_columns();
    Index const left = std::min(g.padding, columns), right = std::clamp(g.width + g.padding, left, columns);
    for (Index t = 0; t < timesteps; ++t)
      for (Index n = 0; n < band.images; ++n) {
        std::uint8_t* to = strips + slot * slot_bytes() + (t * band_images + n) * strip_rows() * pitch();
        for (Index k = 0; k < (band.image_rows - 1) * g.stride + g.kernel; ++k, to += pitch()) {
          Index const r = band.first_row * g.stride + k - g.padding;
          if (r < 0 || r >= g.height) {
            std::memset(to, 0, std::size_t(pitch()));
            continue;
          }
          std::memset(to, 0, std::size_t(left * channels));
          Index const pixel = ((t * images + band.first_image + n) * g.height + r) * g.width;
          copy_pixels(x, pixel, right - left, to + left * channels);
          std::memset(to + right * channels, 0, std::size_t((columns - right) * channels));
        }
      }
  }

  /// One place of a band at one timestep.
  struct Cursor {
    ByteStrips const& s;
    Band const& band;
    std::uint8_t const* strip;
    Index t = 0, column = 0, row = 0, image = 0;

    /// The first input of its window.
    std::uint8_t const* window() const {
      return strip + ((t * s.band_images + image) * s.strip_rows() + row * s.g.stride) * s.pitch() +
             column * s.g.stride * s.g.in_channels;
    }
    Index place() const {
      return ((band.first_image + image) * s.g.out_height() + band.first_row + row) * band.width + column;
    }
    void advance() {
      if (++t < s.timesteps) return;
      t = 0;
      if (++column < band.width) return;
      column = 0;
      if (++row < band.image_rows) return;
      row = 0;
      ++image;
    }
  };

  Cursor first(Band const& band, Index slot) const { return {*this, band, strips + slot * slot_bytes()}; }

 private:
  /// Writes up to 7 bytes past the end.
  template <class Kind>
  static void copy_pixels(Activation<Kind, float> x, Index pixel, Index count, std::uint8_t* to) {
    if constexpr (!std::is_same_v<Kind, Spike>) {
      std::memcpy(to, x.pixel(pixel), std::size_t(count * x.channels));
    } else {
      for (Index p = 0; p < count; ++p, to += x.channels) {
        auto const* const bits = reinterpret_cast<std::uint8_t const*>(x.pixel(pixel + p));
        for (Index c = 0; c < x.channels; c += 8) {
          std::uint64_t const bytes = cpu::bits_to_bytes(bits[c / 8]);
          std::memcpy(to + c, &bytes, sizeof bytes);
        }
      }
    }
  }
};

}  // namespace tet::conv
