// SPDX-License-Identifier: MIT
#include <tests/backend/neuron_layer.hpp>
#include <tet/backend/cpu/pooling.hpp>

#include <vector>

using namespace tet;

namespace {

template <class Kind, class Scalar, int Height, int Width>
void check(Index images, Index height, Index width, Index C) {
  Seed const seed{91};
  CAPTURE(seed.value);
  CAPTURE(height);
  CAPTURE(width);
  CAPTURE(C);
  using Out = AverageKind<Kind, Height * Width>;
  using OutView = Activation<Out, Scalar>;
  PoolGeometry const g{images, height, width, C, Height, Width};
  test::Signals<Kind, Scalar> const x(seed, 0, images * height * width, C);
  Index const pixels = images * g.out_height() * g.out_width();
  std::vector<typename OutView::Element> out(std::size_t(pixels * C), typename OutView::Element(77));
  OutView const y{out.data(), pixels, C};
  Cpu exec(2);
  pool_forward(exec, g, x.view, y);
  auto const dy = test::random_values<Scalar>(seed, 1, std::size_t(pixels * C), -1, 1);
  std::vector<Scalar> dx(std::size_t(images * height * width * C), Scalar(77));
  pool_backward(exec, g, dy.data(), dx.data());

  std::vector<double> want(out.size()), dwant(dx.size());
  std::vector<Scalar> got(out.size());
  for (Index n = 0; n < images; ++n)
    for (Index i = 0; i < g.out_height(); ++i)
      for (Index j = 0; j < g.out_width(); ++j)
        for (Index c = 0; c < C; ++c) {
          Index const p = (n * g.out_height() + i) * g.out_width() + j;
          auto const at = std::size_t(p * C + c);
          got[at] = y.value(p, c);
          for (Index a = 0; a < Height; ++a)
            for (Index b = 0; b < Width; ++b) {
              Index const q = (n * height + i * Height + a) * width + j * Width + b;
              want[at] += double(x.view.value(q, c)) / (Height * Width);
              dwant[std::size_t(q * C + c)] = double(dy[at]) / (Height * Width);
            }
        }
  CHECK(test::relative_error(got, want) <= test::tolerance<Scalar>);
  CHECK(test::relative_error(dx, dwant) <= test::tolerance<Scalar>);
}

template <class Kind, class Scalar>
void check_sizes() {
  for (Index const channels : {1, 7, 8, 9, 63, 64, 65}) {
    check<Kind, Scalar, 2, 2>(2, 4, 6, channels);
    check<Kind, Scalar, 2, 2>(1, 5, 3, channels);  // a row and a column that fill no window
    check<Kind, Scalar, 3, 3>(1, 3, 7, channels);
    check<Kind, Scalar, 1, 1>(2, 2, 1, channels);
    check<Kind, Scalar, 4, 3>(3, 4, 3, channels);  // all of an image
  }
}

}  // namespace

TEST_CASE("pooling kernels: spikes become counts and equal plain loops [backend]") {
  check_sizes<Spike, float>();
  check_sizes<Spike, double>();
}

TEST_CASE("pooling kernels: counts equal plain loops [backend]") {
  check_sizes<Graded<4, 4>, float>();
  check_sizes<Graded<20, 2>, double>();  // windows of 12 stay counts, up to 240
}

TEST_CASE("pooling kernels: analog values equal plain loops [backend]") {
  check_sizes<Analog, float>();
  check_sizes<Analog, double>();
}

TEST_CASE("pooling kernels: more spikes than a byte counts are averaged as analog values [backend]") {
  check<Spike, float, 16, 17>(2, 16, 17, 9);
  check<Graded<64, 64>, double, 2, 2>(1, 4, 4, 9);
}

TEST_CASE("pooling kernels: a window full of spikes counts to 255 without overflow [backend]") {
  std::vector<std::uint64_t> bits(255, ~0ull);
  std::vector<std::uint8_t> counts(64);
  Cpu exec(1);
  pool_forward(exec, PoolGeometry{1, 15, 17, 64, 15, 17}, Activation<Spike, float>{bits.data(), 255, 64},
               Activation<Graded<255, 255>, float>{counts.data(), 1, 64});
  CHECK(counts == std::vector<std::uint8_t>(64, 255));
}
