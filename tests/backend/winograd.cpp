// SPDX-License-Identifier: MIT
#include <tests/support/reference.hpp>
#include <tet/backend/cpu/convolution.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

// Sizes at which Winograd's passes work in another way, against the direct kernels.

namespace {

using namespace tet;
using Floats = std::vector<float>;

struct Results {
  Floats y, dx, dw;
  friend bool operator==(Results const&, Results const&) = default;
};

struct Layer {
  ConvGeometry g;
  Index pixels = g.images * g.in_pixels();
  Floats x = test::random_values<float>({81}, 0, std::size_t(pixels* g.in_channels), -1, 1);
  Floats weight = test::random_values<float>({81}, 1, std::size_t(g.weights()), -1, 1);
  Floats dy = test::random_values<float>({81}, 2, std::size_t(g.images* g.out_pixels() * g.out_channels), -1, 1);

  Results run(Exactness exactness, int threads) {
    ConvGeometry exact = g;
    exact.exactness = exactness;
    Cpu cpu(threads);
    std::vector<std::byte> scratch(std::size_t(conv_workspace<Analog, float>(exact, cpu.slots())) + 64);
    auto const address = reinterpret_cast<std::uintptr_t>(scratch.data());
    Workspace const workspace{scratch.data() + 64 - address % 64, Index(scratch.size()) - 64};
    Results r{Floats(dy.size()), Floats(x.size()), Floats(weight.size())};
    Activation<Analog, float> const in{x.data(), pixels, g.in_channels};
    float* const no_bias = nullptr;
    conv_forward(cpu, exact, in, weight.data(), no_bias, r.y.data(), workspace);
    conv_input_gradient(cpu, exact, weight.data(), dy.data(), r.dx.data(), workspace);
    conv_weight_gradient(cpu, exact, in, dy.data(), r.dw.data(), no_bias, workspace);
    return r;
  }
};

double error(Floats const& got, Floats const& want) {
  double largest = 0, difference = 0;
  for (std::size_t k = 0; k < got.size(); ++k) {
    largest = std::max(largest, std::abs(double(want[k])));
    difference = std::max(difference, std::isfinite(got[k]) ? std::abs(double(got[k]) - double(want[k])) : 1e30);
  }
  return difference / largest;
}

void check(ConvGeometry const& g, Index edge) {
  CAPTURE(g.images);
  CAPTURE(g.height);
  CAPTURE(g.in_channels);
  CHECK(conv::Winograd::best_edge(conv::Correlation::forward(g)) == edge);
  Layer layer{g};
  Results const want = layer.run(Exactness::direct, 1), got = layer.run(Exactness::winograd, 1);
  CHECK(error(got.y, want.y) < 1e-4);
  CHECK(error(got.dx, want.dx) < 1e-4);
  CHECK(error(got.dw, want.dw) < 1e-4);
  CHECK(got != want);
  CHECK((got == layer.run(Exactness::winograd, 3)));
}

constexpr ConvGeometry geometry(Index images, Index edge, Index in, Index out) {
  return {images, edge, edge, in, out, 3, 1, 1, Exactness::winograd};
}

}  // namespace

TEST_CASE("Winograd: it stays within 1e-4 of the largest value, whatever the size and the threads [backend]") {
  check(geometry(3, 16, 64, 64), 4);    // few weights
  check(geometry(2, 48, 32, 64), 6);    // the same in patches of 6
  check(geometry(1, 14, 20, 40), 4);    // patches over the border
  check(geometry(20, 6, 256, 200), 6);  // many weights, one group of patches
  check(geometry(140, 6, 512, 96), 6);  // many weights, two groups
  check(geometry(9, 8, 512, 260), 4);   // the same in patches of 4
  check(geometry(70, 32, 32, 128), 4);  // results that are stored past the caches
}

TEST_CASE("Winograd: fewer images never need more workspace [backend]") {
  for (Index const edge : {6, 8, 12, 16})
    for (Index const channels : {64, 256, 512})
      for (Index const slots : {1, 16, 64}) {
        Index before = 0;
        for (Index images = 1; images < 200; ++images) {
          Index const bytes = conv_workspace<Analog, float>(geometry(images, edge, channels, channels), slots);
          CHECK(bytes >= before);
          before = bytes;
        }
      }
}

TEST_CASE("Winograd: patches of 6 where they need fewer products [backend]") {
  auto const edge = [](Index size) {
    return conv::Winograd::best_edge(conv::Correlation::forward(geometry(4, size, 64, 64)));
  };
  for (Index const size : {6, 12, 24, 48}) CHECK(edge(size) == 6);
  for (Index const size : {4, 8, 16, 32}) CHECK(edge(size) == 4);
  CHECK(edge(1) == 0);
  CHECK(edge(2) == 0);
}
