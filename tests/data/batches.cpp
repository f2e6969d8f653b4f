// SPDX-License-Identifier: MIT
#include "support.hpp"

#include <tet/data/batches.hpp>
#include <tet/data/frames.hpp>
#include <tet/data/subset.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <limits>
#include <thread>

using support::Numbered;
using tet::Batch;
using tet::Index;
using tet::Timesteps;
namespace data = tet::data;

static_assert(std::ranges::input_range<data::BatchRange<data::Frames>>);

namespace {

/// All batches of an epoch, copied.
template <class Set>
std::vector<Batch> all(Set const& set, data::BatchOptions const& options) {
  std::vector<Batch> copies;
  for (Batch const& batch : data::batches(set, options)) copies.push_back(batch);
  return copies;
}

void check_equal(std::vector<Batch> const& a, std::vector<Batch> const& b) {
  REQUIRE(a.size() == b.size());
  for (std::size_t n = 0; n < a.size(); ++n) {
    CAPTURE(n);
    CHECK(a[n].values == b[n].values);
    CHECK(a[n].labels == b[n].labels);
    CHECK(a[n].batch_size == b[n].batch_size);
  }
}

data::Frames three_frames() {
  std::vector<float> values;  // [2 samples, T = 3, H = 1, W = 2, C = 1]
  for (int k = 0; k < 12; ++k) values.push_back(float(k));
  return data::Frames({1, 2, 1}, Timesteps{3}, 4, values, {3, 1});
}

}  // namespace

TEST_CASE("batches: values, labels and sizes in stored order, the last batch smaller [data]") {
  Numbered const set{.count = 7};
  std::vector<Batch> copies;
  for (Batch const& batch : data::batches(set, 3, Timesteps{4})) copies.push_back(batch);
  REQUIRE(copies.size() == 3);
  CHECK(copies[0].labels == std::vector<int>{0, 1, 2});
  CHECK(copies[2].labels == std::vector<int>{6});
  CHECK(copies[2].batch_size == 1);
  CHECK(copies[2].values.size() == 6);
  CHECK(copies[1].batch_size == 3);
  CHECK(copies[1].timesteps == 4);
  CHECK(copies[1].shape == tet::Shape{1, 2, 3});
  CHECK(copies[1].presentation == tet::Presentation::repeated);
  REQUIRE(copies[1].values.size() == 18);
  for (std::size_t k = 0; k < 18; ++k)
    CHECK(copies[1].values[k] == doctest::Approx(3 + double(k / 6) + 0.01 * double(k % 6)));
}

TEST_CASE("batches: temporal samples come time-major and only as long as asked [data]") {
  auto const frames = three_frames();
  auto const whole = all(frames, {.batch_size = 2, .timesteps = {3}});
  REQUIRE(whole.size() == 1);
  CHECK(whole[0].presentation == tet::Presentation::temporal);
  CHECK(whole[0].values == std::vector<float>{0, 1, 6, 7, 2, 3, 8, 9, 4, 5, 10, 11});
  CHECK(whole[0].labels == std::vector<int>{3, 1});
  auto const two = all(frames, {.batch_size = 2, .timesteps = {2}});
  CHECK(two[0].values == std::vector<float>{0, 1, 6, 7, 2, 3, 8, 9});
  CHECK(two[0].timesteps == 2);
}

TEST_CASE("batches: the last batch is kept or dropped [data]") {
  struct Case {
    Index count, batch_size, kept, dropped;
  };
  constexpr Case cases[] = {{0, 4, 0, 0}, {1, 4, 1, 0}, {3, 4, 1, 0}, {4, 4, 1, 1},
                            {5, 4, 2, 1}, {8, 4, 2, 2}, {9, 1, 9, 9}};
  for (Case const& c : cases) {
    for (Index const prefetch : {0, 2}) {
      CAPTURE(c.count);
      CAPTURE(prefetch);
      Numbered const set{.count = c.count};
      data::BatchOptions options{.batch_size = c.batch_size, .prefetch = prefetch};
      CHECK(Index(all(set, options).size()) == c.kept);
      options.last = data::LastBatch::drop;
      auto const whole = all(set, options);
      CHECK(Index(whole.size()) == c.dropped);
      for (Batch const& batch : whole) CHECK(batch.batch_size == c.batch_size);
    }
  }
}

TEST_CASE("batches: a batch larger than the data set holds all of it [data]") {
  constexpr Index largest = std::numeric_limits<Index>::max();
  Numbered const set{.count = 5};
  auto const whole = all(set, {.batch_size = largest, .prefetch = largest});
  REQUIRE(whole.size() == 1);
  CHECK(whole[0].batch_size == 5);
  CHECK(all(set, {.batch_size = largest, .last = data::LastBatch::drop}).empty());
}

TEST_CASE("batches: a shuffled epoch holds every sample once and differs by epoch and seed [data]") {
  Numbered const set{.count = 100};
  auto const labels = [&](std::uint64_t seed, std::uint64_t epoch) {
    std::vector<int> samples;
    for (Batch const& batch :
         data::batches(set, {.batch_size = 7, .order = data::Order::shuffled, .seed = {seed}, .epoch = epoch}))
      for (Index b = 0; b < batch.batch_size; ++b)
        samples.push_back(int(std::lround(batch.values[std::size_t(b * 6)])) % 1000);
    return samples;
  };
  auto const first = labels(0, 0);
  auto sorted = first;
  std::sort(sorted.begin(), sorted.end());
  for (int i = 0; i < 100; ++i) CHECK(sorted[std::size_t(i)] == i);
  CHECK(first != sorted);
  CHECK(labels(0, 0) == first);
  CHECK(labels(0, 1) != first);
  CHECK(labels(1, 0) != first);
}

TEST_CASE("batches: seed and epoch reach the samples [data]") {
  Numbered const set{.count = 4};
  auto const batches = all(set, {.batch_size = 4, .seed = {2}, .epoch = 3});
  CHECK(batches[0].values[0] == 32000.0f);
}

TEST_CASE("batches: prefetch of any depth gives what no prefetch gives [data]") {
  Numbered const set{.count = 101};
  data::BatchOptions options{.batch_size = 8, .order = data::Order::shuffled, .seed = {3}, .epoch = 4, .prefetch = 0};
  auto const expected = all(set, options);
  for (Index const prefetch : {1, 2, 5, 40}) {
    CAPTURE(prefetch);
    options.prefetch = prefetch;
    check_equal(all(set, options), expected);
  }
}

TEST_CASE("batches: an epoch resumed in its middle is the tail of the whole one [data]") {
  Numbered const set{.count = 50};
  for (Index const prefetch : {0, 3}) {
    data::BatchOptions options{
        .batch_size = 8, .order = data::Order::shuffled, .seed = {1}, .epoch = 2, .prefetch = prefetch};
    auto const whole = all(set, options);
    for (Index first = 0; first <= 7; ++first) {
      CAPTURE(first);
      options.first_batch = first;
      CHECK(data::batches(set, options).size() == std::size_t(7 - first));
      check_equal(all(set, options), std::vector<Batch>(whole.begin() + first, whole.end()));
    }
  }
}

TEST_CASE("BatchStream: restart goes on with another epoch at any moment, in the same memory [data]") {
  Numbered const set{.count = 50};
  for (Index const prefetch : {0, 1, 3}) {
    CAPTURE(prefetch);
    data::BatchOptions options{.batch_size = 8, .order = data::Order::shuffled, .seed = {1}, .prefetch = prefetch};
    data::BatchStream stream(set, options);
    for (std::uint64_t epoch = 0; epoch < 20; ++epoch) {
      if (epoch > 0) stream.restart(epoch, Index(epoch % 3));
      options.epoch = epoch;
      options.first_batch = epoch > 0 ? Index(epoch % 3) : 0;
      auto const expected = all(set, options);
      std::size_t const take = epoch % 2 == 0 ? expected.size() : epoch % 5;  // some epochs are left early
      for (std::size_t n = 0; n < take; ++n) {
        Batch const* const batch = stream.next();
        REQUIRE(batch != nullptr);
        CHECK(batch->values == expected[n].values);
      }
      if (take == expected.size()) CHECK(stream.next() == nullptr);
    }
  }
}

TEST_CASE("BatchStream: batches are recycled [data]") {
  Numbered const set{.count = 800};
  data::BatchStream stream(set, {.batch_size = 8, .prefetch = 2});
  std::vector<float const*> blocks;
  while (Batch const* const batch = stream.next()) blocks.push_back(batch->values.data());
  REQUIRE(blocks.size() == 100);
  for (std::size_t n = 3; n < blocks.size(); ++n) CHECK(blocks[n] == blocks[n - 3]);
}

TEST_CASE("batches: a range can be walked through again and may own its data set [data]") {
  auto range = data::batches(Numbered{.count = 9}, 2, Timesteps{1});
  int walks = 0;
  for (int walk = 0; walk < 3; ++walk)
    for (Batch const& batch : range) walks += int(batch.batch_size);
  CHECK(walks == 27);
}

TEST_CASE(
    "batches: what the data set throws in the worker arrives at the consumer, after the batches before it [data]") {
  for (Index const prefetch : {0, 1, 4}) {
    CAPTURE(prefetch);
    Numbered const set{.count = 40, .throws_at = 21};
    data::BatchStream stream(set, {.batch_size = 4, .prefetch = prefetch});
    for (int n = 0; n < 5; ++n) CHECK(stream.next() != nullptr);
    CHECK_THROWS_WITH_AS(stream.next(), "sample 21 is broken", std::runtime_error);
    CHECK_THROWS_AS(stream.next(), std::runtime_error);
    stream.restart(1);
    CHECK(stream.next() != nullptr);
  }
}

TEST_CASE("batches: a label that is no class is refused with its sample [data]") {
  for (Index const prefetch : {0, 2}) {
    Numbered const set{.count = 10, .bad_label_at = 6};
    CHECK_THROWS_WITH_AS(all(set, {.batch_size = 4, .prefetch = prefetch}),
                         "tet: data set: label of sample 6: got 10, expected 0 to 9", std::invalid_argument);
  }
}

TEST_CASE("batches: options that are out of range are refused [data]") {
  Numbered const set{.count = 10};
  auto const frames = three_frames();
  using std::invalid_argument;
  CHECK_THROWS_AS(data::batches(set, {.batch_size = 0}), invalid_argument);
  CHECK_THROWS_AS(data::batches(set, {.timesteps = {0}}), invalid_argument);
  CHECK_THROWS_AS(data::batches(set, {.prefetch = -1}), invalid_argument);
  CHECK_THROWS_AS(data::batches(set, {.batch_size = 5, .first_batch = 3}), invalid_argument);
  CHECK_THROWS_AS(data::batches(set, {.batch_size = 5, .first_batch = -1}), invalid_argument);
  CHECK_THROWS_WITH_AS(
      data::batches(frames, {.timesteps = {4}}),
      "tet: data::BatchOptions: timesteps: got 4, expected at most the 3 that the data set has recorded",
      invalid_argument);
  data::BatchStream stream(set, {.batch_size = 5});
  CHECK_THROWS_AS(stream.restart(1, 3), invalid_argument);
}

TEST_CASE("batches: a consumer that stops early leaves no thread behind, a hundred times [data]") {
  Numbered const set{.count = 1000};
  for (int round = 0; round < 100; ++round) {
    auto range = data::batches(set, {.batch_size = 3, .prefetch = Index(1 + round % 4)});
    int taken = 0;
    for (Batch const& batch : range) {
      CHECK(batch.batch_size == 3);
      if (++taken > round % 5) break;
    }
  }
  for (int round = 0; round < 100; ++round) data::batches(set, {.batch_size = 3, .prefetch = 2});  // never begun
}

TEST_CASE("batches: the worker runs ahead by as many batches as asked, and no further [data]") {
  struct Counted : Numbered {
    std::atomic<int>* made;
    void sample(Index i, Timesteps t, data::Draw draw, std::span<float> out) const {
      Numbered::sample(i, t, draw, out);
      ++*made;
    }
  };
  std::atomic<int> made = 0;
  Counted const set{{.count = 100}, &made};
  data::BatchStream stream(set, {.batch_size = 1, .prefetch = 3});
  stream.next();
  for (int wait = 0; wait < 2000 && made < 4; ++wait) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  CHECK(made == 4);  // the one in use and three ahead
}

TEST_CASE("Subset: a part of a set draws as the whole set does [data]") {
  Numbered const set{.count = 20};
  data::Subset const part(set, 5, 3);
  CHECK(part.size() == 3);
  CHECK(part.label(2) == 7);
  std::vector<float> a(6), b(6);
  part.sample(2, Timesteps{1}, {tet::Seed{1}, 2}, a);
  set.sample(7, Timesteps{1}, {tet::Seed{1}, 2}, b);
  CHECK(a == b);
  CHECK(data::first(set, 4).size() == 4);
  CHECK(data::Subset(set, 20, 0).size() == 0);
  CHECK_THROWS_AS(data::Subset(set, 18, 3), std::invalid_argument);
  CHECK_THROWS_AS(data::Subset(set, -1, 3), std::invalid_argument);
  CHECK_THROWS_AS(data::Subset(set, 21, 0), std::invalid_argument);
}

TEST_CASE("Frames: sizes and labels that do not fit are refused [data]") {
  using std::invalid_argument;
  CHECK_THROWS_AS(data::Frames({1, 2, 1}, Timesteps{3}, 4, std::vector<float>(11), {0, 0}), invalid_argument);
  CHECK_THROWS_AS(data::Frames({1, 2, 1}, Timesteps{0}, 4, {}, {}), invalid_argument);
  CHECK_THROWS_AS(data::Frames({1, 0, 1}, Timesteps{1}, 4, {}, {}), invalid_argument);
  CHECK_THROWS_WITH_AS(data::Frames({1, 1, 1}, Timesteps{1}, 4, std::vector<float>(2), {0, 4}),
                       "tet: data::Frames: label of sample 1: got 4, expected 0 to 3", invalid_argument);
}
