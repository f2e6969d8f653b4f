// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/error.hpp>
#include <tet/core/random.hpp>
#include <tet/data/dataset_adaptor.hpp>

#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <span>
#include <string>
#include <utility>

namespace tet::analysis {

/// What may go wrong with a network's input: a pure function of a value and of 64 random bits.
/// - `first_stream`: of its own random streams, one for each sample; `check()` throws std::invalid_argument for a strength that makes no
///   sense.
template <class Kind>
concept Disturbance = requires(Kind const kind, float value, std::uint64_t bits) {
  { kind(value, bits) } -> std::same_as<float>;
  { Kind::first_stream } -> std::convertible_to<std::uint64_t>;
  kind.check();
};

/// Adds noise of a normal distribution to every value: for images (a network with analog input).
///
/// Source: Box and Muller 1958; two uniform numbers of 32 bits each, so no value is beyond 6.7 deviations.
/// Units:  those of the normalised input.
struct GaussianNoise {
  static constexpr std::uint64_t first_stream = stream::disturbance;
  double deviation = 0;

  void check() const {
    if (!(std::isfinite(deviation) && deviation >= 0))
      refuse("GaussianNoise: deviation", std::to_string(deviation), "at least 0");
  }
  float operator()(float value, std::uint64_t bits) const {
    double const radius = (double(bits >> 32) + 1) * 0x1p-32;  // above 0, up to 1
    double const angle = double(bits & 0xFFFFFFFF) * 0x1p-32;
    double const normal = std::sqrt(-2 * std::log(radius)) * std::cos(2 * std::numbers::pi * angle);
    return float(double(value) + deviation * normal);
  }
};

/// Sets each value to 0 with a probability: lost events of frames, pixels of an image at the data set's mean.
struct DroppedInput {
  static constexpr std::uint64_t first_stream = stream::disturbance + (1ull << 32);
  double share = 0;

  void check() const {
    if (!(share >= 0 && share <= 1)) refuse("DroppedInput: share", std::to_string(share), "0 to 1");
  }
  float operator()(float value, std::uint64_t bits) const { return double(bits >> 11) * 0x1p-53 < share ? 0 : value; }
};

/// Makes a value that is 0 an event (1) with a probability: the noise of an event camera.
struct FalseEvents {
  static constexpr std::uint64_t first_stream = stream::disturbance + (2ull << 32);
  double probability = 0;  ///< per pixel, polarity and timestep

  void check() const {
    if (!(probability >= 0 && probability <= 1))
      refuse("FalseEvents: probability", std::to_string(probability), "0 to 1");
  }
  float operator()(float value, std::uint64_t bits) const {
    return value == 0 && double(bits >> 11) * 0x1p-53 < probability ? 1 : value;
  }
};

static_assert(Disturbance<GaussianNoise> && Disturbance<DroppedInput> && Disturbance<FalseEvents>);

/// A data set whose every value is disturbed, in the same way each time that it is read: random numbers are addressed by
/// (seed, kind, sample, position), so neither batch size, timesteps nor epoch change a value. Frames are disturbed at
/// each timestep on their own; an image shown T times is the same at all of them.
template <data::Dataset Set, Disturbance Kind>
class Disturbed : public data::DatasetAdaptor<Set> {
 public:
  /// Throws: std::invalid_argument for a strength that makes no sense.
  Disturbed(Set set, Kind kind, Seed seed) : data::DatasetAdaptor<Set>(std::move(set)), kind_(kind), seed_(seed) {
    kind_.check();
  }

  void sample(Index i, Timesteps timesteps, data::Draw draw, std::span<float> out) const {
    this->set_.sample(i, timesteps, draw, out);
    Random const random(seed_, Kind::first_stream + std::uint64_t(i));
    for (std::size_t p = 0; p < out.size(); ++p) out[p] = kind_(out[p], random.bits(p));
  }

 private:
  Kind kind_;
  Seed seed_;
};

}  // namespace tet::analysis
