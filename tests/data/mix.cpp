// SPDX-License-Identifier: MIT
#include "support.hpp"

#include <tet/data/batches.hpp>
#include <tet/data/frames.hpp>
#include <tet/data/images.hpp>
#include <tet/data/mix.hpp>

#include <cmath>

using tet::Batch;
using tet::Index;
using tet::Random;
using tet::Seed;
namespace data = tet::data;

namespace {

/// Five samples of 4x6 pixels, one channel; every value of sample b is 10 b.
Batch five(Index timesteps = 1) {
  Batch batch{.labels = {0, 1, 2, 3, 4}, .timesteps = timesteps, .batch_size = 5, .shape = {4, 6, 1}};
  if (timesteps > 1) batch.presentation = tet::Presentation::temporal;
  for (Index t = 0; t < timesteps; ++t)
    for (int b = 0; b < 5; ++b) batch.values.insert(batch.values.end(), 24, float(10 * b));
  return batch;
}

}  // namespace

TEST_CASE("mix_batch: mixup mixes each sample with the one from the batch's other end, and labels alike [data]") {
  int swapped = 0;
  for (Index n = 0; n < 100; ++n) {
    Batch batch = five();
    data::mix_batch(batch, {.mixup = 1}, Random(Seed{1}, 0), n);
    REQUIRE(batch.shares.size() == 5);
    float const share = batch.shares[0];
    REQUIRE(share >= 0.5f);
    REQUIRE(share <= 1.0f);
    CHECK(batch.shares == std::vector<float>(5, share));
    for (std::size_t b = 0; b < 5; ++b) {
      CHECK(batch.labels[b] + batch.other_labels[b] == 4);
      float const want = 10 * (share * float(batch.labels[b]) + (1 - share) * float(batch.other_labels[b]));
      for (std::size_t k = 0; k < 24; ++k) REQUIRE(batch.values[24 * b + k] == doctest::Approx(want).epsilon(1e-5));
    }
    swapped += batch.labels[0] == 4;
  }
  CHECK(swapped > 30);  // of 100: half
  CHECK(swapped < 70);
}

TEST_CASE("mix_batch: cutmix puts one box of the other sample in, at all timesteps, and shares are its area [data]") {
  int boxes = 0;
  for (Index n = 0; n < 100; ++n) {
    Batch batch = five(2);
    data::mix_batch(batch, {.cutmix = 1}, Random(Seed{2}, 0), n);
    for (std::size_t b = 0; b < 5; ++b) {
      Index top = 4, bottom = 0, left = 6, right = 0, foreign = 0;
      for (Index k = 0; k < 24; ++k) {
        float const value = batch.values[24 * b + std::size_t(k)];
        REQUIRE((value == 10 * float(b) || value == 10 * float(4 - b)));
        REQUIRE(batch.values[24 * (5 + b) + std::size_t(k)] == value);
        if (value == 10 * float(b)) continue;
        ++foreign;
        top = std::min(top, k / 6), bottom = std::max(bottom, k / 6 + 1);
        left = std::min(left, k % 6), right = std::max(right, k % 6 + 1);
      }
      if (b == 2) continue;  // mixed with itself
      REQUIRE(foreign == (foreign > 0 ? (bottom - top) * (right - left) : 0));
      boxes += foreign > 0;
      float const own = 1 - float(foreign) / 24, first = batch.labels[b] == int(b) ? own : 1 - own;
      CHECK(batch.shares[b] == doctest::Approx(first).epsilon(1e-6));
      CHECK(batch.shares[b] >= 0.5f);
    }
  }
  CHECK(boxes > 200);  // of 400
}

TEST_CASE("BatchDraws: Beta(alpha, alpha) has mean 1/2 and variance 1 / (4 (2 alpha + 1)) [data]") {
  for (double const alpha : {0.05, 0.2, 1.0, 4.0}) {
    CAPTURE(alpha);
    double sum = 0, squares = 0;
    int const count = 20000;
    for (int n = 0; n < count; ++n) {
      double const s = data::detail::BatchDraws(Random(Seed{4}, 0), n).beta(alpha) - 0.5;
      REQUIRE(std::abs(s) <= 0.5);
      sum += s, squares += s * s;
    }
    double const variance = 1 / (4 * (2 * alpha + 1));
    CHECK(std::abs(sum / count) < 5 * std::sqrt(variance / count));
    CHECK(squares / count == doctest::Approx(variance).epsilon(0.03));
  }
}

TEST_CASE("mix_batch: how often batches are mixed, and by what [data]") {
  int mixed = 0, boxes = 0;
  for (Index n = 0; n < 2000; ++n) {
    Batch batch = five();
    data::mix_batch(batch, {.mixup = 1, .cutmix = 1, .probability = 0.25}, Random(Seed{3}, 0), n);
    if (batch.shares.empty()) {
      CHECK(batch.values == five().values);
      continue;
    }
    ++mixed;
    bool whole = true;
    for (std::size_t k = 0; k < 24; ++k) whole = whole && (batch.values[k] == 0 || batch.values[k] == 40);
    boxes += whole;
  }
  CHECK(mixed == doctest::Approx(500).epsilon(0.12));  // +- 19
  CHECK(boxes == doctest::Approx(250).epsilon(0.2));   // +- 11
  Batch batch = five();
  data::mix_batch(batch, {}, Random(Seed{3}, 0), 0);
  CHECK(batch.other_labels.empty());
  for (data::Mix const bad :
       {data::Mix{.mixup = -1}, data::Mix{.mixup = NAN}, data::Mix{.cutmix = 5}, data::Mix{.probability = 1.5}})
    CHECK_THROWS_AS(bad.check(), std::invalid_argument);
}

TEST_CASE("batches: mixed batches are the same for any prefetch and from any place in the epoch [data]") {
  support::Numbered const set{.count = 50};
  data::BatchOptions options{.batch_size = 8, .order = data::Order::shuffled, .seed = {5}, .epoch = 3, .prefetch = 0};
  options.mix = {.mixup = 0.5, .cutmix = 1, .probability = 0.5};
  std::vector<Batch> whole;
  for (Batch const& batch : data::batches(set, options)) whole.push_back(batch);
  options.prefetch = 3;
  options.first_batch = 4;
  std::size_t n = 4, mixed = 0;
  for (Batch const& batch : data::batches(set, options)) {
    CHECK(batch.values == whole[n].values);
    CHECK(batch.labels == whole[n].labels);
    CHECK(batch.other_labels == whole[n].other_labels);
    CHECK(batch.shares == whole[n].shares);
    ++n;
  }
  CHECK(n == 7);
  for (Batch const& batch : whole) mixed += !batch.shares.empty();
  CHECK(mixed > 0);
  CHECK(mixed < whole.size());
  options.mix.mixup = 9;
  CHECK_THROWS_AS(data::batches(set, options), std::invalid_argument);
}
