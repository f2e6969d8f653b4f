// SPDX-License-Identifier: MIT
#include <tests/allocation/network.hpp>
#include <tests/allocation/recorder.hpp>
#include <tests/support/skip.hpp>
#include <tet/data/dataset.hpp>
#include <tet/train/evaluate.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <span>

#if TET_ALLOCATIONS_SEEN

namespace {

using namespace tet;

/// Random frames. The record begins when sample `begin_at` is asked for.
struct RecordingSet {
  Index begin_at;
  Batch samples = test::random_batch<allocation::Net>(4, 70, Presentation::temporal);

  Shape<3> shape() const { return allocation::Net::input_shape; }
  Index size() const { return samples.batch_size; }
  Index classes() const { return 5; }
  Presentation presentation() const { return Presentation::temporal; }
  Index timesteps() const { return samples.timesteps; }
  int label(Index i) const { return samples.labels[std::size_t(i)]; }
  void sample(Index i, Timesteps steps, data::Draw, std::span<float> to) const {
    if (i == begin_at) allocation::begin();
    std::copy_n(samples.values.data() + i * shape().size(), steps.value * shape().size(), to.data());
  }
};

}  // namespace

TEST_CASE("evaluate: from its second batch on tet allocates nothing, on any thread [allocation]") {
  for (int const threads : {1, 2})
    for (Index const prefetch : {0, 2}) {
      CAPTURE(threads);
      CAPTURE(prefetch);
      Model<allocation::Net, Cpu> model{Seed{1}, Cpu(threads)};
      EvaluateOptions const options{.batch_size = 16, .prefetch = prefetch};
      evaluate(model, RecordingSet{-1}, Timesteps{4},
               options);  // plans memory: ahead, a batch may be made before one ran
      RecordingSet const set{16};
      evaluate(model, set, Timesteps{4}, options);
      auto const record = allocation::end();
      CAPTURE(record.first);
      CHECK(record.program == 0);
    }
}

#else

TEST_CASE("evaluate: from its second batch on tet allocates nothing [allocation]") {
  TET_SKIP("malloc cannot be replaced here: a sanitizer has done so, or the C library is not glibc");
}

#endif
