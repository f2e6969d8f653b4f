// SPDX-License-Identifier: MIT
#include <tet/analysis/disturbed.hpp>
#include <tet/data/batches.hpp>
#include <tet/data/frames.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <vector>

namespace {

using tet::analysis::Disturbed;
using tet::analysis::DroppedInput;
using tet::analysis::FalseEvents;
using tet::analysis::GaussianNoise;

constexpr tet::Index steps = 4, side = 20, samples = 3, values_each = steps * side * side;

/// Frames of one value everywhere.
tet::data::Frames frames(float value) {
  return {tet::Shape{side, side, tet::Index(1)},
          tet::Timesteps{steps},
          2,
          std::vector<float>(std::size_t(samples * values_each), value),
          {0, 1, 0}};
}

template <class Set>
std::vector<float> read(Set const& set, tet::Index sample, tet::Index timesteps = steps, std::uint64_t epoch = 0) {
  std::vector<float> out(std::size_t(timesteps * side * side));
  set.sample(sample, {timesteps}, {tet::Seed{99}, epoch}, out);
  return out;
}

double share_of(std::vector<float> const& values, float wanted) {
  return double(std::count(values.begin(), values.end(), wanted)) / double(values.size());
}

}  // namespace

TEST_CASE("Disturbed: noise has the wanted mean and deviation, and no two samples the same [analysis]") {
  Disturbed const set(frames(2), GaussianNoise{0.5}, tet::Seed{7});
  double sum = 0, squares = 0;
  auto const values = read(set, 1);
  for (float const v : values) sum += v, squares += (v - 2) * (v - 2);
  double const n = double(values.size());  // 1600: one deviation of the mean is .0125, of the variance .0088
  CHECK(std::abs(sum / n - 2) < 0.05);
  CHECK(std::abs(squares / n - 0.25) < 0.035);
  CHECK(read(set, 0) != values);
  CHECK(read(Disturbed(frames(2), GaussianNoise{0}, tet::Seed{7}), 1) == read(frames(2), 1));
  // The extremes of the random bits.
  CHECK(std::isfinite(GaussianNoise{1}(0, 0)));
  CHECK(std::abs(GaussianNoise{1}(0, 0)) == doctest::Approx(std::sqrt(64 * std::log(2.0))));
  CHECK(GaussianNoise{1}(3, ~std::uint64_t(0) << 32) == doctest::Approx(3));
}

TEST_CASE("Disturbed: the wanted share of values is dropped, others stay [analysis]") {
  auto const values = read(Disturbed(frames(0.5f), DroppedInput{0.3}, tet::Seed{7}), 2);
  CHECK(std::abs(share_of(values, 0) - 0.3) < 0.05);  // one deviation: .011
  CHECK(share_of(values, 0) + share_of(values, 0.5f) == doctest::Approx(1));
  CHECK(share_of(read(Disturbed(frames(1), DroppedInput{0}, tet::Seed{7}), 2), 1) == 1);
  CHECK(share_of(read(Disturbed(frames(1), DroppedInput{1}, tet::Seed{7}), 2), 0) == 1);
}

TEST_CASE("Disturbed: false events come where there were none, and change no event [analysis]") {
  auto const values = read(Disturbed(frames(0), FalseEvents{0.1}, tet::Seed{7}), 0);
  CHECK(std::abs(share_of(values, 1) - 0.1) < 0.03);  // one deviation: .0075
  CHECK(share_of(values, 0) + share_of(values, 1) == doctest::Approx(1));
  CHECK(share_of(read(Disturbed(frames(3), FalseEvents{1}, tet::Seed{7}), 0), 3) == 1);
}

TEST_CASE("Disturbed: a value depends on seed, kind, sample and position alone [analysis]") {
  Disturbed const set(frames(1), DroppedInput{0.5}, tet::Seed{7});
  auto const whole = read(set, 1);
  CHECK(read(set, 1, steps, 12) == whole);
  CHECK(read(set, 1, 2) == std::vector<float>(whole.begin(), whole.begin() + 2 * side * side));
  CHECK(read(Disturbed(frames(1), DroppedInput{0.5}, tet::Seed{8}), 1) != whole);
  // Disturbances of two kinds are independent: events that were dropped come back as false ones half of the time.
  auto const both = read(Disturbed(set, FalseEvents{0.5}, tet::Seed{7}), 1);
  CHECK(std::abs(share_of(both, 1) - 0.75) < 0.05);
  tet::Index n = 0;
  for (tet::Batch const& batch : tet::data::batches(set, {.batch_size = 2, .timesteps = {steps}})) {
    for (tet::Index b = 0; b < batch.batch_size; ++b, ++n)
      for (tet::Index t = 0; t < steps; ++t)
        for (tet::Index p = 0; p < side * side; ++p)
          if (batch.values[std::size_t((t * batch.batch_size + b) * side * side + p)] !=
              read(set, n)[std::size_t(t * side * side + p)])
            FAIL("sample " << n << ", timestep " << t << ", pixel " << p);
  }
  CHECK(n == samples);
  CHECK(set.label(1) == 1);
  CHECK(set.timesteps() == steps);
}

TEST_CASE("Disturbed: strengths that make no sense are refused [analysis]") {
  double const nan = std::nan(""), infinity = std::numeric_limits<double>::infinity();
  for (double const strength : {-0.1, nan, infinity}) {
    CAPTURE(strength);
    CHECK_THROWS_AS(Disturbed(frames(1), GaussianNoise{strength}, tet::Seed{1}), std::invalid_argument);
    CHECK_THROWS_AS(Disturbed(frames(1), DroppedInput{strength}, tet::Seed{1}), std::invalid_argument);
    CHECK_THROWS_AS(Disturbed(frames(1), FalseEvents{strength}, tet::Seed{1}), std::invalid_argument);
  }
  CHECK_THROWS_WITH_AS(Disturbed(frames(1), DroppedInput{1.5}, tet::Seed{1}),
                       "tet: DroppedInput: share: got 1.500000, expected 0 to 1", std::invalid_argument);
}
