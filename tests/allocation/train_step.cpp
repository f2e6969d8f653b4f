// SPDX-License-Identifier: MIT
#include <tests/allocation/network.hpp>
#include <tests/allocation/recorder.hpp>
#include <tests/support/skip.hpp>
#include <tet/data/batch_stream.hpp>
#include <tet/data/images.hpp>
#include <tet/loss/losses.hpp>
#include <tet/optim/adam.hpp>
#include <tet/optim/sgd.hpp>
#include <tet/train/train_step.hpp>

#include <doctest/doctest.h>

#include <string>

#if TET_ALLOCATIONS_SEEN

namespace {

using namespace tet;

/// Whatever order they come in: a loss, an optimiser, a presentation, sizes within those of the first step.
template <class Net, template <class, class> class Optimizer, class Scalar = float, class Loss>
void check(int threads, Loss const& loss, Index batch_size = 33) {
  Model<Net, Cpu, Scalar> model{Seed{1}, Cpu(threads)};
  Optimizer<Cpu, Scalar> optimizer{model};
  std::string const what = std::string(Loss::name) + ", " + optimizer.name;
  CAPTURE(what);
  CAPTURE(threads);
  Batch const large = test::random_batch<allocation::Net>(4, batch_size, Presentation::temporal),
              images = test::random_batch<allocation::Net>(4, batch_size, Presentation::repeated),
              small = test::random_batch<allocation::Net>(3, 5, Presentation::temporal);
  train_step(model, loss, optimizer, large);
  for (Batch const* const batch : {&large, &images, &small, &large}) {
    CAPTURE(batch->timesteps);
    auto const record = allocation::record([&] { train_step(model, loss, optimizer, *batch); });
    CAPTURE(record.first);
    CHECK(record.program == 0);
  }
}

template <class Net>
void check_all() {
  for (int const threads : {1, 2}) {
    check<Net, Sgd>(threads, SdtLoss{});
    check<Net, Adam>(threads, TetLoss{});
    check<Net, Adam>(threads, SdtLoss{});
    check<Net, Sgd>(threads, TetLoss{});
  }
}

}  // namespace

TEST_CASE("train_step: from the second step on tet allocates nothing, on any thread [allocation]") {
  check_all<allocation::Net>();
}

TEST_CASE("train_step: nor does it without Winograd [allocation]") {
  check_all<WithExactness<allocation::Net, Exactness::direct>>();
}

TEST_CASE("train_step: nor does it in double [allocation]") {
  for (int const threads : {1, 2}) check<allocation::Net, Adam, double>(threads, TetLoss{}, 6);
}

TEST_CASE("train_step: nor does it, with the stream that makes them, for images as bytes [allocation]") {
  std::vector<std::uint8_t> const pixels(30 * 16 * 16 * 2, 77);
  auto const set = data::Images({16, 16, 2}, 5, pixels, std::vector<int>(30, 1), {{0, 0}, {1, 1}})
                       .augmented({.crop_padding = 2, .flip = data::Flip::horizontal, .cutout = 5});
  for (int const threads : {1, 2})
    for (Index const prefetch : {0, 2}) {
      CAPTURE(threads);
      CAPTURE(prefetch);
      Model<allocation::Net, Cpu> model{Seed{1}, Cpu(threads)};
      Sgd optimizer{model};
      data::BatchStream stream(set,
                               {.batch_size = 8, .timesteps = {3}, .prefetch = prefetch, .images = ImageForm::bytes});
      train_step(model, TetLoss{}, optimizer, *stream.next());
      auto const record = allocation::record([&] {
        while (Batch const* const batch = stream.next()) {
          CHECK(!batch->images.pixels.empty());
          train_step(model, TetLoss{}, optimizer, *batch);
        }
      });
      CAPTURE(record.first);
      CHECK(record.program == 0);
    }
}

#else

TEST_CASE("train_step: from the second step on tet allocates nothing [allocation]") {
  TET_SKIP("malloc cannot be replaced here: a sanitizer has done so, or the C library is not glibc");
}

#endif
