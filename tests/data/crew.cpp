// SPDX-License-Identifier: MIT
#include <tests/data/support.hpp>
#include <tests/support/reference.hpp>
#include <tet/analysis/disturbed.hpp>
#include <tet/data/any_dataset.hpp>
#include <tet/data/augmented_frames.hpp>
#include <tet/data/batch_stream.hpp>
#include <tet/data/crew.hpp>
#include <tet/data/subset.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace tet;

namespace {

/// Numbered samples that several threads make.
struct Slow : support::Numbered {
  int threads = 4;
  int sample_threads() const { return threads; }
};

/// Recorded frames that several threads make, each with room of its own.
struct SlowFrames : Slow {
  Presentation presentation() const { return Presentation::temporal; }
  Index timesteps() const { return 3; }
  void sample(Index i, Timesteps timesteps, data::Draw, std::span<float> out) const {
    REQUIRE(out.size() == std::size_t(timesteps.value * 6));
    for (std::size_t k = 0; k < out.size(); ++k) {
      out[k] = float(100 * i) + float(k);
      if (k == 3) std::this_thread::yield();
    }
  }
};

}  // namespace

TEST_CASE("Crew: each task is done once, by members in range [data]") {
  for (int const members : {1, 2, 5}) {
    CAPTURE(members);
    data::Crew crew(members);
    CHECK(crew.members() == members);
    for (Index const count : {0, 1, 3, 100}) {
      std::vector<std::atomic<int>> done(std::size_t(count) + 1);
      std::atomic<bool> in_range{true};
      crew.for_each(count, [&](Index i, Index member) {
        ++done[std::size_t(i)];
        if (member < 0 || member >= members) in_range = false;
      });
      for (std::size_t i = 0; i < std::size_t(count); ++i) CHECK(done[i] == 1);
      CHECK(done.back() == 0);
      CHECK(in_range);
    }
  }
}

TEST_CASE("Crew: of several failures the first task's is thrown, and the crew goes on [data]") {
  for (int const members : {1, 4}) {
    data::Crew crew(members);
    for (int repeat = 0; repeat < 20; ++repeat) {
      auto const fail = [&] {
        crew.for_each(50, [](Index i, Index) {
          if (i == 11) std::this_thread::sleep_for(std::chrono::milliseconds(1));  // later ones fail before it
          if (i == 11 || i == 12 || i > 20) throw std::runtime_error("task " + std::to_string(i));
        });
      };
      CHECK(test::message_of<std::runtime_error>(fail) == "task 11");
      std::atomic<int> done{0};
      crew.for_each(10, [&](Index, Index) { ++done; });
      CHECK(done == 10);
    }
  }
}

TEST_CASE("BatchStream: a set whose samples several threads make gives the same batches [data]") {
  support::Numbered const plain{.count = 23};
  Slow const slow{{.count = 23}};
  data::BatchOptions const options{
      .batch_size = 5, .timesteps = {2}, .order = data::Order::shuffled, .seed = Seed{3}, .epoch = 1};
  for (Index const prefetch : {0, 2}) {
    auto with = options;
    with.prefetch = prefetch;
    data::BatchStream want(plain, options);
    data::BatchStream got(slow, with);
    while (Batch const* const batch = want.next()) {
      Batch const* const same = got.next();
      REQUIRE(same != nullptr);
      CHECK(same->values == batch->values);
      CHECK(same->labels == batch->labels);
    }
    CHECK(got.next() == nullptr);
  }
}

TEST_CASE("sample_threads: a set behind others keeps its threads [data]") {
  CHECK(data::sample_threads(support::Numbered{.count = 3}) == 1);
  CHECK(data::sample_threads(Slow{{.count = 3}}) == 4);
  CHECK(data::sample_threads(data::AnyDataset(data::first(Slow{{.count = 3}}, 2))) == 4);
  CHECK(data::sample_threads(data::AugmentedFrames(Slow{{.count = 3}}, {})) == 4);
  CHECK(data::sample_threads(analysis::Disturbed(Slow{{.count = 3}}, analysis::GaussianNoise{1}, Seed{7})) == 4);
}

TEST_CASE("BatchStream: disturbed samples are the same however many threads make them [data]") {
  auto const batches_of = [](int threads) {
    SlowFrames frames{{{.count = 64}}};
    frames.threads = threads;
    return data::BatchStream(analysis::Disturbed(frames, analysis::DroppedInput{0.5}, Seed{7}),
                             {.batch_size = 16, .timesteps = {3}});
  };
  auto one = batches_of(1), several = batches_of(4);
  for (Index n = 0; n < one.count(); ++n) CHECK(several.next()->values == one.next()->values);
}

TEST_CASE("BatchStream: threads of temporal data do not share room, and a broken sample is told [data]") {
  SlowFrames const frames{{{.count = 64}}};
  data::BatchStream stream(frames, {.batch_size = 64, .timesteps = {3}});
  Batch const* const batch = stream.next();
  for (std::size_t t = 0; t < 3; ++t)
    for (std::size_t b = 0; b < 64; ++b)
      for (std::size_t k = 0; k < 6; ++k) CHECK(batch->values[(t * 64 + b) * 6 + k] == float(100 * b + 6 * t + k));
  Slow const broken{{.count = 9, .throws_at = 7}};
  for (Index const prefetch : {0, 2}) {
    data::BatchStream failing(broken, {.batch_size = 9, .prefetch = prefetch});
    CHECK(test::message_of<std::runtime_error>([&] { failing.next(); }) == "sample 7 is broken");
  }
}
