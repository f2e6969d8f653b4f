// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/index.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <span>

namespace tet::data {

/// Bytes of one image, [H, W, C], and room for as many: what an operation needs of the image as it was.
struct Pixels {
  std::uint8_t* data;
  Index height, width, channels;
  std::uint8_t* room;

  Index size() const { return height * width * channels; }
};

// Operations on images as the policies of AutoAugment use them. Each gives what Pillow's gives: ImageOps, ImageEnhance,
// Image.rotate, and Image.transform with nearest neighbours, which may differ where a source falls on a pixel's edge.

namespace detail {

/// A table of what becomes of each byte of one channel.
using ByteTable = std::array<std::uint8_t, 256>;

inline void map_channel(Pixels const& p, Index channel, ByteTable const& table) {
  for (Index i = channel; i < p.size(); i += p.channels) p.data[i] = table[p.data[i]];
}

template <class Map>
void map_bytes(Pixels const& p, Map const& map) {
  ByteTable table;
  for (int v = 0; v < 256; ++v) table[std::size_t(v)] = std::uint8_t(map(v));
  for (Index c = 0; c < p.channels; ++c) map_channel(p, c, table);
}

inline std::array<Index, 256> histogram(Pixels const& p, Index channel) {
  std::array<Index, 256> counts{};
  for (Index i = channel; i < p.size(); i += p.channels) ++counts[p.data[i]];
  return counts;
}

/// Brightness of a pixel (ITU-R 601-2); of one channel, that channel.
inline int luma(Pixels const& p, Index pixel) {
  std::uint8_t const* const v = p.data + pixel * p.channels;
  return p.channels < 3 ? v[0] : (v[0] * 19595 + v[1] * 38470 + v[2] * 7471 + 0x8000) >> 16;
}

/// From `from` (factor 0) to the image (factor 1) and beyond, cut at 0 and 255. The product is exact before it is rounded,
/// so that no compiler can fuse it with the sum, and bytes are the same on every processor.
inline std::uint8_t blend(int from, int value, float factor) {
  float const step = float(double(factor) * double(value - from));
  return std::uint8_t(std::clamp(float(from) + step, 0.0f, 255.0f));
}

/// Each pixel comes from where the matrix (a b c; d e f) takes its centre, black from beside the image.
inline void move_pixels(Pixels const& p, std::array<double, 6> const& m) {
  std::copy_n(p.data, p.size(), p.room);
  for (Index y = 0; y < p.height; ++y) {
    for (Index x = 0; x < p.width; ++x) {
      double const at_x = double(x) + 0.5, at_y = double(y) + 0.5;
      Index const from_x = Index(std::floor(m[0] * at_x + m[1] * at_y + m[2]));
      Index const from_y = Index(std::floor(m[3] * at_x + m[4] * at_y + m[5]));
      bool const inside = 0 <= from_x && from_x < p.width && 0 <= from_y && from_y < p.height;
      for (Index c = 0; c < p.channels; ++c)
        p.data[(y * p.width + x) * p.channels + c] =
            inside ? p.room[(from_y * p.width + from_x) * p.channels + c] : std::uint8_t(0);
    }
  }
}

}  // namespace detail

/// Column x of row y comes from column x + rate * y.
inline void shear_x(Pixels const& p, double rate) { detail::move_pixels(p, {1, rate, 0, 0, 1, 0}); }
/// Row y of column x comes from row y + rate * x.
inline void shear_y(Pixels const& p, double rate) { detail::move_pixels(p, {1, 0, 0, rate, 1, 0}); }
/// By whole pixels; column x comes from column x + pixels.
inline void translate_x(Pixels const& p, Index pixels) { detail::move_pixels(p, {1, 0, double(pixels), 0, 1, 0}); }
inline void translate_y(Pixels const& p, Index pixels) { detail::move_pixels(p, {1, 0, 0, 0, 1, double(pixels)}); }

/// Counter-clockwise about the centre.
inline void rotate(Pixels const& p, double degrees) {
  double const angle = -degrees * std::numbers::pi / 180, c = std::cos(angle), s = std::sin(angle);
  double const x = double(p.width) / 2, y = double(p.height) / 2;
  detail::move_pixels(p, {c, s, x - c * x - s * y, -s, c, y + s * x - c * y});
}

/// Factor 0: grey, 1: as it is. Images of one channel stay as they are.
inline void adjust_color(Pixels const& p, float factor) {
  for (Index i = 0; i < p.height * p.width; ++i) {
    int const grey = detail::luma(p, i);
    for (Index c = 0; c < p.channels; ++c) {
      std::uint8_t& v = p.data[i * p.channels + c];
      v = detail::blend(grey, v, factor);
    }
  }
}

/// Factor 0: the mean brightness everywhere, 1: as it is.
inline void adjust_contrast(Pixels const& p, float factor) {
  Index sum = 0;
  for (Index i = 0; i < p.height * p.width; ++i) sum += detail::luma(p, i);
  int const mean = int(double(sum) / double(p.height * p.width) + 0.5);
  detail::map_bytes(p, [&](int v) { return detail::blend(mean, v, factor); });
}

/// Factor 0: black, 1: as it is.
inline void adjust_brightness(Pixels const& p, float factor) {
  detail::map_bytes(p, [&](int v) { return detail::blend(0, v, factor); });
}

/// Factor 0: smoothed by (1 1 1; 1 5 1; 1 1 1) / 13 except at the border, 1: as it is, above: sharper.
inline void adjust_sharpness(Pixels const& p, float factor) {
  std::copy_n(p.data, p.size(), p.room);
  Index const row = p.width * p.channels;
  for (Index y = 1; y + 1 < p.height; ++y) {
    for (Index i = y * row + p.channels; i < (y + 1) * row - p.channels; ++i) {
      int sum = 4 * p.room[i];
      for (Index const up : {-row, Index(0), row})
        for (Index const left : {-p.channels, Index(0), p.channels}) sum += p.room[i + up + left];
      int const smooth = (2 * sum + 13) / 26;  // rounded
      p.data[i] = detail::blend(smooth, p.room[i], factor);
    }
  }
}

/// Keeps the upper bits of each byte, 1 to 8 of them.
inline void posterize(Pixels const& p, int bits) {
  detail::map_bytes(p, [&](int v) { return v & (0xFF << (8 - bits)); });
}

/// Inverts what is at least the threshold.
inline void solarize(Pixels const& p, double threshold) {
  detail::map_bytes(p, [&](int v) { return double(v) < threshold ? v : 255 - v; });
}

inline void invert(Pixels const& p) {
  detail::map_bytes(p, [](int v) { return 255 - v; });
}

/// Stretches each channel so that its darkest value is 0 and its brightest 255, rounded down; exact, where Pillow's may
/// be one less.
inline void autocontrast(Pixels const& p) {
  for (Index c = 0; c < p.channels; ++c) {
    auto const counts = detail::histogram(p, c);
    auto const used = [](Index n) { return n > 0; };
    int const low = int(std::find_if(counts.begin(), counts.end(), used) - counts.begin());
    int const high = 255 - int(std::find_if(counts.rbegin(), counts.rend(), used) - counts.rbegin());
    if (high <= low) continue;
    detail::ByteTable table;
    for (int v = 0; v < 256; ++v)
      table[std::size_t(v)] = std::uint8_t(255 * (std::clamp(v, low, high) - low) / (high - low));
    detail::map_channel(p, c, table);
  }
}

/// Makes each channel's histogram as even as a table of bytes can.
inline void equalize(Pixels const& p) {
  for (Index c = 0; c < p.channels; ++c) {
    auto const counts = detail::histogram(p, c);
    auto const last = std::find_if(counts.rbegin(), counts.rend(), [](Index n) { return n > 0; });
    Index const step = (p.height * p.width - *last) / 255;
    if (step == 0) continue;
    detail::ByteTable table;
    Index below = step / 2;
    for (std::size_t v = 0; v < 256; ++v) {
      table[v] = std::uint8_t(std::min<Index>(below / step, 255));
      below += counts[v];
    }
    detail::map_channel(p, c, table);
  }
}

}  // namespace tet::data
