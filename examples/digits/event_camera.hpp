// SPDX-License-Identifier: MIT
#pragma once

#include "digits_dataset.hpp"

#include <tet/core/random.hpp>
#include <tet/data/frames.hpp>
#include <tet/data/order.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace digits {

/// A simulated event camera that looks at a still image and moves along a small triangle, as the one that recorded
/// N-MNIST did: only moving edges give events, so no single frame shows the whole digit.
///
/// An image of 8x8 pixels, scaled to 16x16, stands in the middle of a field of 20x20. Between two looks a pixel whose
/// brightness (0 to 1) changes by more than the threshold gives an ON or an OFF event.
struct EventCamera {
  static constexpr tet::Index image = 8, scaled = 16, field = 20, steps = 8, polarities = 2;
  static constexpr std::size_t pixels = std::size_t(field) * std::size_t(field);

  float threshold = 0.25f;
  float dropped = 0.4f;  // share of events that are lost
  float noise = 0.03f;   // chance of a false event, per pixel, polarity and step
  float base = 2.7f;     // of the triangle, in pixels of the field
  float height = 3.8f;
  tet::Seed seed{};

  using Brightness = std::array<float, pixels>;

  /// Displacement (x, y) of the image at look 0 … steps, at constant speed: right, down and left, up and left.
  std::array<float, 2> displacement(tet::Index look) const {
    float const x = base / 2, y = height / 2;
    std::array<std::array<float, 2>, 4> const corner = {{{-x, -y}, {x, -y}, {0, y}, {-x, -y}}};
    float const side = std::hypot(base / 2, height);
    std::array<float, 3> const length = {base, side, side};
    float way = (base + 2 * side) * float(look) / float(steps);
    std::size_t leg = 0;
    while (leg < 2 && way > length[leg]) way -= length[leg++];
    float const share = length[leg] > 0 ? std::min(way / length[leg], 1.0f) : 0.0f;
    auto const along = [&](std::size_t axis) {
      return corner[leg][axis] + share * (corner[leg + 1][axis] - corner[leg][axis]);
    };
    return {along(0), along(1)};
  }

  /// What the camera sees at one look: bilinear in scale and displacement, 0 beside the image.
  Brightness view(Digit const& digit, tet::Index look) const {
    constexpr tet::Index margin = (field - scaled) / 2;
    Scaled const large = enlarge(digit);
    auto const pixel = [&](tet::Index y, tet::Index x) {
      bool const inside = 0 <= y && y < scaled && 0 <= x && x < scaled;
      return inside ? large[std::size_t(y * scaled + x)] : 0.0f;
    };
    auto const [dx, dy] = displacement(look);
    float const left = std::floor(-dx), top = std::floor(-dy);
    float const part_x = -dx - left, part_y = -dy - top;
    Brightness seen;
    for (tet::Index row = 0; row < field; ++row) {
      for (tet::Index column = 0; column < field; ++column) {
        tet::Index const y = row - margin + tet::Index(top), x = column - margin + tet::Index(left);
        seen[std::size_t(row * field + column)] =
            mix(mix(pixel(y, x), pixel(y, x + 1), part_x), mix(pixel(y + 1, x), pixel(y + 1, x + 1), part_x), part_y);
      }
    }
    return seen;
  }

  /// Events of one digit, each 0 or 1; out [steps, field, field, polarities]. Random numbers belong to (seed, sample).
  void record(Digit const& digit, std::uint64_t sample, std::span<float> out) const {
    tet::Random const random(seed, tet::stream::sensor + sample);
    Brightness before = view(digit, 0);
    std::size_t at = 0;
    for (tet::Index t = 0; t < steps; ++t) {
      Brightness const now = view(digit, t + 1);
      for (std::size_t p = 0; p < now.size(); ++p) {
        float const change = now[p] - before[p];
        for (float const signed_change : {change, -change}) {
          std::uint64_t const bits = random.bits(at);  // two numbers of 32 bits each
          bool const kept = float(bits >> 40) * 0x1p-24f >= dropped;
          bool const false_event = float((bits & 0xFFFFFFFF) >> 8) * 0x1p-24f < noise;
          out[at++] = (signed_change > threshold && kept) || false_event ? 1.0f : 0.0f;
        }
      }
      before = now;
    }
  }

 private:
  using Scaled = std::array<float, std::size_t(scaled* scaled)>;

  static float mix(float a, float b, float part) { return (1 - part) * a + part * b; }

  /// The image in 16x16 pixels, 0 to 1, by bilinear interpolation; the corners of both images coincide.
  static Scaled enlarge(Digit const& digit) {
    constexpr float scale = float(image) / float(scaled);
    auto const grey = [&](tet::Index y, tet::Index x) { return float(digit.grey[std::size_t(y * image + x)]) / 16.0f; };
    Scaled large;
    for (tet::Index row = 0; row < scaled; ++row) {
      for (tet::Index column = 0; column < scaled; ++column) {
        float const y = std::max((float(row) + 0.5f) * scale - 0.5f, 0.0f);
        float const x = std::max((float(column) + 0.5f) * scale - 0.5f, 0.0f);
        auto const y0 = tet::Index(y), x0 = tet::Index(x);
        tet::Index const y1 = std::min(y0 + 1, image - 1), x1 = std::min(x0 + 1, image - 1);
        float const part_y = y - float(y0), part_x = x - float(x0);
        large[std::size_t(row * scaled + column)] =
            mix(mix(grey(y0, x0), grey(y0, x1), part_x), mix(grey(y1, x0), grey(y1, x1), part_x), part_y);
      }
    }
    return large;
  }
};

struct Splits {
  tet::data::Frames train;
  tet::data::Frames test;
};

/// All digits as the camera sees them, shuffled by the camera's seed; the first `tests` of them are for testing.
inline Splits record_digits(std::vector<Digit> const& all, EventCamera const& camera, tet::Index tests = 500) {
  constexpr tet::Index recording =
      EventCamera::steps * EventCamera::field * EventCamera::field * EventCamera::polarities;
  std::vector<tet::Index> order(all.size());  // its random stream is that of one more sample
  tet::data::shuffle(order, tet::Random(camera.seed, tet::stream::sensor + all.size()));
  auto const frames = [&](std::span<tet::Index const> part) {
    std::vector<float> values(part.size() * std::size_t(recording));
    std::vector<int> labels;
    for (std::size_t n = 0; n < part.size(); ++n) {
      Digit const& digit = all[std::size_t(part[n])];
      camera.record(digit, std::uint64_t(part[n]),
                    std::span(values).subspan(n * std::size_t(recording), std::size_t(recording)));
      labels.push_back(digit.label);
    }
    return tet::data::Frames({EventCamera::field, EventCamera::field, EventCamera::polarities},
                             tet::Timesteps{EventCamera::steps}, 10, std::move(values), std::move(labels));
  };
  std::span<tet::Index const> const shuffled(order);
  auto const cut = std::size_t(std::clamp<tet::Index>(tests, 0, tet::Index(order.size())));
  return {.train = frames(shuffled.subspan(cut)), .test = frames(shuffled.first(cut))};
}

}  // namespace digits
