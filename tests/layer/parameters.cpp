// SPDX-License-Identifier: MIT
#include <tet/layer/layers.hpp>

#include <doctest/doctest.h>

#include <vector>

using namespace tet;

namespace {

/// Every place is hit once.
bool is_permutation(ParameterSpec const& spec) {
  std::vector<bool> hit(std::size_t(spec.count()));
  for (Index i = 0; i < spec.count(); ++i) {
    Index const at = spec.position(i);
    if (at < 0 || at >= spec.count() || hit[std::size_t(at)]) return false;
    hit[std::size_t(at)] = true;
  }
  return true;
}

using Image = Signal<Shape{2, 3, 4}, Spike>;
using Flat = LayerOutput<Flatten, Image>;

}  // namespace

TEST_CASE("ParameterSpec: every layout is a permutation [layer]") {
  CHECK(is_permutation(Conv2d<5>::weight<Image>));
  CHECK(is_permutation(Conv2d<5>::bias<Image>));
  CHECK(is_permutation(Linear<5>::weight<Flat>));
  CHECK(is_permutation(Linear<5>::weight<Signal<Shape{24}, Analog>>));
  CHECK(is_permutation(BatchNorm<>::running_variance<Flat>));
}

TEST_CASE("ParameterSpec: positions of single values match the hand-worked ones [layer]") {
  auto const conv = Conv2d<5>::weight<Image>;  // there [5][4][3][3], here [3][3][4][5]
  CHECK(conv.position(0) == 0);
  CHECK(conv.position(1) == 20);                // next column of the kernel
  CHECK(conv.position(3) == 60);                // next row
  CHECK(conv.position(9) == 5);                 // next input
  CHECK(conv.position(36) == 1);                // next output
  auto const linear = Linear<5>::weight<Flat>;  // there [5][4 2 3], here [2 3 4][5]
  CHECK(linear.position(0) == 0);
  CHECK(linear.position(1) == 4 * 5);  // next pixel
  CHECK(linear.position(6) == 5);      // next channel
  CHECK(linear.position(24) == 1);     // next output
  auto const plain = Linear<5>::weight<Signal<Shape{24}, Analog>>;
  CHECK(plain.position(1) == 5);
  CHECK(plain.position(24) == 1);
  auto const feature = BatchNorm<>::weight<Flat>;
  CHECK(feature.position(1) == 4);
  CHECK(feature.position(6) == 1);
}

TEST_CASE("ParameterSpec: fan-in and shapes are those of PyTorch [layer]") {
  CHECK(Conv2d<5>::weight<Image>.fan_in == 36);
  CHECK(Conv2d<5>::bias<Image>.fan_in == 36);
  CHECK(Conv2d<5>::weight<Image>.shape == std::array<Index, 4>{5, 4, 3, 3});
  CHECK(Linear<5>::weight<Flat>.fan_in == 24);
  CHECK(Linear<5>::weight<Flat>.shape == std::array<Index, 4>{5, 24, 0, 0});
  CHECK(BatchNorm<>::weight<Image>.count() == 4);
  CHECK(BatchNorm<>::weight<Image>.initial == 1);
}
