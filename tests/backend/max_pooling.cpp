// SPDX-License-Identifier: MIT
#include <tests/backend/neuron_layer.hpp>
#include <tet/backend/cpu/max_pooling.hpp>

#include <limits>
#include <vector>

using namespace tet;

namespace {

/// What torch.nn.MaxPool2d does, as plain loops: the first of the largest values of a window wins.
template <class Kind, class Scalar>
void check(Index images, Index height, Index width, Index C, Index kernel, Index stride, Index padding,
           int threads = 2) {
  Seed const seed{92};
  CAPTURE(height);
  CAPTURE(width);
  CAPTURE(C);
  CAPTURE(kernel);
  CAPTURE(stride);
  CAPTURE(padding);
  using View = Activation<Kind, Scalar>;
  using Element = typename View::Element;
  MaxPoolGeometry const g{images, height, width, C, kernel, stride, padding};
  test::Signals<Kind, Scalar> const x(seed, 0, images * height * width, C);
  Index const pixels = images * g.out_height() * g.out_width();
  std::vector<Element> out(std::size_t(pixels * View::elements_per_pixel(C)), Element(77));
  View const y{out.data(), pixels, C};
  Cpu exec(threads);
  pool_forward(exec, g, x.view, y);
  auto const dy = test::random_values<Scalar>(seed, 1, std::size_t(pixels * C), -1, 1);
  std::vector<Scalar> dx(std::size_t(images * height * width * C), Scalar(77));
  pool_backward(exec, g, x.view, dy.data(), dx.data());

  std::vector<Element> want(out.size());
  View const wanted{want.data(), pixels, C};
  std::vector<double> dwant(dx.size());
  for (Index n = 0; n < images; ++n)
    for (Index i = 0; i < g.out_height(); ++i)
      for (Index j = 0; j < g.out_width(); ++j)
        for (Index c = 0; c < C; ++c) {
          Index const p = (n * g.out_height() + i) * g.out_width() + j;
          Index winner = -1;
          for (Index a = 0; a < kernel; ++a)
            for (Index b = 0; b < kernel; ++b) {
              Index const row = i * stride - padding + a, column = j * stride - padding + b;
              if (row < 0 || row >= height || column < 0 || column >= width) continue;
              Index const q = (n * height + row) * width + column;
              if (winner < 0 || x.view.value(q, c) > x.view.value(winner, c)) winner = q;
            }
          REQUIRE(winner >= 0);
          if constexpr (std::is_same_v<Kind, Spike>)
            wanted.pixel(p)[c / 64] |= std::uint64_t(x.view.value(winner, c)) << (c % 64);
          else wanted.pixel(p)[c] = x.view.pixel(winner)[c];
          dwant[std::size_t(winner * C + c)] += double(dy[std::size_t(p * C + c)]);
        }
  CHECK(out == want);  // unused bits, too
  CHECK(test::relative_error(dx, dwant) <= test::tolerance<Scalar>);
}

template <class Kind, class Scalar>
void check_sizes() {
  for (Index const channels : {1, 7, 8, 9, 63, 64, 65, 130}) {
    check<Kind, Scalar>(2, 4, 6, channels, 2, 2, 0);
    check<Kind, Scalar>(2, 9, 7, channels, 3, 2,
                        1);  // ResNet's stem on odd sizes: windows overlap, and stand over borders
    check<Kind, Scalar>(1, 8, 12, channels, 3, 2, 1);
    check<Kind, Scalar>(1, 5, 3, channels, 2, 2, 0);  // a row and a column in no window
    check<Kind, Scalar>(1, 7, 6, channels, 2, 3, 0);  // gaps between windows
    check<Kind, Scalar>(1, 5, 4, channels, 3, 1, 1);
    check<Kind, Scalar>(1, 3, 2, channels, 5, 4, 2);  // a window larger than the image
    check<Kind, Scalar>(2, 2, 1, channels, 1, 1, 0);
  }
  check<Kind, Scalar>(3, 37, 5, 9, 3, 2, 1);  // several tasks, whose borders lie within images
  check<Kind, Scalar>(3, 37, 5, 9, 4, 1, 2, 1);
}

}  // namespace

TEST_CASE("max pooling kernels: spikes stay bits and equal plain loops [backend]") {
  check_sizes<Spike, float>();
  check_sizes<Spike, double>();
}

TEST_CASE("max pooling kernels: counts stay counts and equal plain loops [backend]") {
  check_sizes<Graded<4, 4>, float>();
  check_sizes<Graded<255, 2>, double>();
}

TEST_CASE("max pooling kernels: analog values equal plain loops [backend]") {
  check_sizes<Analog, float>();
  check_sizes<Analog, double>();
}

TEST_CASE("max pooling kernels: hand-worked windows and ties [backend]") {
  // One channel, 3 x 4, windows of 2 x 2 at stride 1; gradients 1 … 6.
  std::vector<float> x{1, 3, 3,  0,  //
                       3, 2, 3,  1,  //
                       0, 0, -1, 1};
  std::vector<float> y(6), dx(12);
  std::vector<float> const dy{1, 2, 3, 4, 5, 6};
  MaxPoolGeometry const g{1, 3, 4, 1, 2, 1, 0};
  Cpu exec(1);
  pool_forward(exec, g, Activation<Analog, float>{x.data(), 12, 1}, Activation<Analog, float>{y.data(), 6, 1});
  CHECK(y == std::vector<float>{3, 3, 3, 3, 3, 3});
  pool_backward(exec, g, Activation<Analog, float>{x.data(), 12, 1}, dy.data(), dx.data());
  CHECK(dx == std::vector<float>{0, 1 + 2, 3, 0, 4, 0, 5 + 6, 0, 0, 0, 0, 0});
}

TEST_CASE("max pooling kernels: a silent window sends its gradient to its first place inside [backend]") {
  std::vector<std::uint64_t> bits(9, 0), out(4);
  Activation<Spike, float> const x{bits.data(), 9, 1};
  std::vector<float> dx(9);
  std::vector<float> const dy{1, 2, 3, 4};
  Cpu exec(1);
  MaxPoolGeometry const g{1, 3, 3, 1, 3, 2, 1};
  pool_forward(exec, g, x, Activation<Spike, float>{out.data(), 4, 1});
  CHECK(out == std::vector<std::uint64_t>(4, 0));
  pool_backward(exec, g, x, dy.data(), dx.data());
  CHECK(dx == std::vector<float>{1, 2, 0, 3, 4, 0, 0, 0, 0});
}

TEST_CASE("max pooling kernels: a NaN wins its window, wherever it stands [backend]") {
  float const nan = std::numeric_limits<float>::quiet_NaN();
  for (std::size_t const at : {0, 1, 2, 3}) {
    CAPTURE(at);
    std::vector<float> x(2 * 4), y(2), dx(8);
    std::vector<float> const dy{5, 7};
    for (std::size_t i = 0; i < 4; ++i) x[2 * i] = float(i), x[2 * i + 1] = -float(i);
    x[2 * at] = nan;
    Cpu exec(1);
    MaxPoolGeometry const g{1, 2, 2, 2, 2, 2, 0};
    pool_forward(exec, g, Activation<Analog, float>{x.data(), 4, 2}, Activation<Analog, float>{y.data(), 1, 2});
    CHECK(std::isnan(y[0]));
    CHECK(y[1] == 0);
    pool_backward(exec, g, Activation<Analog, float>{x.data(), 4, 2}, dy.data(), dx.data());
    for (std::size_t i = 0; i < 4; ++i) CHECK(dx[2 * i] == (i == at ? 5.0f : 0.0f));
    CHECK(dx[1] == 7);
  }
}
