// SPDX-License-Identifier: MIT
#include <tet/backend/cpu/convolution.hpp>
#include <tet/core/random.hpp>

#include "../support/reference_convolution.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>
#include <vector>

namespace {

using tet::ConvGeometry;
using tet::Exactness;
using tet::Index;

/// Owning activation with the plain values beside it.
template <class Kind, class Scalar>
struct Input {
  using View = tet::Activation<Kind, Scalar>;
  std::vector<typename View::Element> data;
  std::vector<double> values;
  Index pixels, channels;

  Input(Index pixels_, Index channels_, double density, std::uint64_t seed)
      : data(std::size_t(pixels_ * View::elements_per_pixel(channels_))), pixels(pixels_), channels(channels_) {
    tet::Random const random(tet::Seed{seed}, 1);
    values.resize(std::size_t(pixels * channels));
    for (Index k = 0; k < pixels * channels; ++k) {
      Index const p = k / channels, c = k % channels;
      bool const active = random.uniform(std::uint64_t(2 * k)) < density;
      double const u = random.uniform(std::uint64_t(2 * k + 1));
      double& value = values[std::size_t(k)];
      if constexpr (std::is_same_v<Kind, tet::Spike>) {
        if (active) data[std::size_t(p * View::elements_per_pixel(channels) + c / 64)] |= 1ull << (c % 64);
        value = active;
      } else if constexpr (std::is_same_v<Kind, tet::Analog>) {
        data[std::size_t(k)] = active ? Scalar(u - 0.5) : Scalar(0);
        value = double(data[std::size_t(k)]);
      } else {
        int const count = active ? 1 + int(u * Kind::max) : 0;
        data[std::size_t(k)] = std::uint8_t(count);
        value = double(count) / Kind::divisor;
      }
    }
  }
  View view() { return {data.data(), pixels, channels}; }
};

template <class Scalar>
std::vector<Scalar> random_values(Index count, std::uint64_t seed) {
  tet::Random const random(tet::Seed{seed}, 2);
  std::vector<Scalar> v(std::size_t(count), Scalar(0));
  for (Index k = 0; k < count; ++k) v[std::size_t(k)] = Scalar(random.uniform(std::uint64_t(k)) - 0.5);
  return v;
}

template <class Scalar>
std::vector<double> widen(std::vector<Scalar> const& v) {
  return {v.begin(), v.end()};
}

/// Exactly the planned bytes, with a guard region behind them. Garbage inside: scratch means nothing before a call.
class GuardedWorkspace {
 public:
  explicit GuardedWorkspace(Index bytes) : bytes_(bytes), block_(std::size_t(bytes + guard + 64), std::byte(0xFF)) {
    auto const address = reinterpret_cast<std::uintptr_t>(block_.data());
    begin_ = block_.data() + (64 - address % 64) % 64;
    std::memset(begin_ + bytes, 0x5A, guard);
  }
  tet::Workspace view() { return {begin_, bytes_}; }
  bool intact() const {
    return std::all_of(begin_ + bytes_, begin_ + bytes_ + guard, [](std::byte b) { return b == std::byte(0x5A); });
  }

 private:
  static constexpr Index guard = 4096;
  Index bytes_;
  std::vector<std::byte> block_;
  std::byte* begin_;
};

/// Largest difference, relative to the largest reference value. NaN where any value is not finite.
template <class Scalar>
double error(std::vector<Scalar> const& got, std::vector<double> const& want) {
  double largest = 1e-30, difference = 0;
  for (std::size_t k = 0; k < got.size(); ++k) {
    if (!std::isfinite(got[k])) return std::numeric_limits<double>::infinity();
    largest = std::max(largest, std::abs(want[k]));
    difference = std::max(difference, std::abs(double(got[k]) - want[k]));
  }
  return difference / largest;
}

template <class Scalar>
struct Results {
  std::vector<Scalar> y, y_unbiased, dx, dw, db;
  friend bool operator==(Results const&, Results const&) = default;
};

template <class Kind, class Scalar>
Results<Scalar> run(ConvGeometry const& g, Input<Kind, Scalar>& x, std::vector<Scalar> const& w,
                    std::vector<Scalar> const& bias, std::vector<Scalar> const& dy, int threads) {
  tet::Cpu cpu(threads);
  GuardedWorkspace scratch(tet::conv_workspace<Kind, Scalar>(g, cpu.slots()));
  Scalar const nan = std::numeric_limits<Scalar>::quiet_NaN();
  Results<Scalar> r{std::vector<Scalar>(dy.size(), nan), std::vector<Scalar>(dy.size(), nan),
                    std::vector<Scalar>(std::size_t(g.images * g.in_pixels() * g.in_channels), nan),
                    std::vector<Scalar>(w.size(), nan), std::vector<Scalar>(bias.size(), nan)};
  tet::conv_forward(cpu, g, x.view(), w.data(), bias.data(), r.y.data(), scratch.view());
  CHECK(scratch.intact());
  tet::conv_forward(cpu, g, x.view(), w.data(), static_cast<Scalar const*>(nullptr), r.y_unbiased.data(),
                    scratch.view());
  tet::conv_input_gradient(cpu, g, w.data(), dy.data(), r.dx.data(), scratch.view());
  CHECK(scratch.intact());
  tet::conv_weight_gradient(cpu, g, x.view(), dy.data(), r.dw.data(), r.db.data(), scratch.view());
  CHECK(scratch.intact());
  std::vector<Scalar> again(w.size(), nan);
  tet::conv_weight_gradient(cpu, g, x.view(), dy.data(), again.data(), static_cast<Scalar*>(nullptr), scratch.view());
  CHECK(again == r.dw);
  return r;
}

/// All passes against the naive loops, and one thread against two bit for bit.
template <class Kind, class Scalar>
void check(ConvGeometry const& g, double density) {
  CAPTURE(g.images);
  CAPTURE(g.height);
  CAPTURE(g.width);
  CAPTURE(g.in_channels);
  CAPTURE(g.out_channels);
  CAPTURE(g.kernel);
  CAPTURE(g.stride);
  CAPTURE(g.padding);
  CAPTURE(int(g.exactness));
  CAPTURE(density);
  CAPTURE(Kind::name);
  Input<Kind, Scalar> x(g.images * g.in_pixels(), g.in_channels, density, 11);
  auto const w = random_values<Scalar>(g.weights(), 12);
  auto const bias = random_values<Scalar>(g.out_channels, 13);
  auto const dy = random_values<Scalar>(g.images * g.out_pixels() * g.out_channels, 14);
  auto const one = run(g, x, w, bias, dy, 1);
  CHECK((one == run(g, x, w, bias, dy, 2)));

  // Float: sums of up to 10^5 terms of random sign; the documented bound of what is not direct is 1e-4.
  double const direct = sizeof(Scalar) == 8 ? 1e-12 : 2e-6;
  double const tolerance = sizeof(Scalar) == 8 || g.exactness == Exactness::direct ? direct : 1e-4;
  tet::test::ReferenceConvolution const reference{g};
  CHECK(error(one.y, reference.forward(x.values, widen(w), widen(bias))) <= tolerance);
  CHECK(error(one.y_unbiased, reference.forward(x.values, widen(w), {})) <= tolerance);
  CHECK(error(one.dx, reference.input_gradient(widen(w), widen(dy))) <= tolerance);
  CHECK(error(one.dw, reference.weight_gradient(x.values, widen(dy))) <= tolerance);
  CHECK(error(one.db, reference.bias_gradient(widen(dy))) <= direct);
}

constexpr ConvGeometry geometry(Index images, Index height, Index width, Index in, Index out, Index kernel = 3,
                                Index stride = 1, Index padding = 1, Exactness exactness = Exactness::direct) {
  return {images, height, width, in, out, kernel, stride, padding, exactness};
}

constexpr ConvGeometry small_geometries[] = {geometry(1, 1, 1, 1, 1),
                                             geometry(2, 5, 7, 1, 1),
                                             geometry(1, 6, 5, 3, 10),
                                             geometry(2, 4, 4, 2, 64),
                                             geometry(1, 8, 8, 15, 17),
                                             geometry(1, 9, 11, 16, 16),
                                             geometry(3, 7, 6, 17, 15),
                                             geometry(2, 12, 12, 63, 65),
                                             geometry(1, 13, 6, 65, 63),
                                             geometry(2, 3, 3, 64, 64),
                                             geometry(1, 2, 9, 128, 33),
                                             geometry(5, 1, 1, 37, 10, 1, 1, 0),
                                             geometry(9, 1, 1, 300, 10, 1, 1, 0),
                                             geometry(2, 6, 6, 24, 40, 1, 1, 0),
                                             geometry(2, 7, 9, 20, 24, 1, 2, 0),
                                             geometry(2, 8, 8, 16, 32, 3, 2, 1),
                                             geometry(1, 9, 7, 19, 31, 3, 2, 1),
                                             geometry(1, 11, 10, 5, 9, 3, 3, 0),
                                             geometry(2, 9, 9, 6, 20, 5, 1, 2),
                                             geometry(1, 14, 12, 9, 18, 5, 2, 2),
                                             geometry(1, 12, 9, 4, 7, 7, 1, 3),
                                             geometry(1, 8, 9, 16, 16, 3, 1, 0),
                                             geometry(1, 7, 7, 8, 16, 2, 1, 0),
                                             geometry(2, 8, 6, 12, 16, 2, 2, 0),
                                             geometry(1, 6, 6, 16, 16, 3, 1, 2),
                                             geometry(1, 5, 5, 3, 4, 3, 4, 0),
                                             geometry(1, 4, 5, 3, 8, 1, 1, 1),
                                             geometry(1, 2, 40, 18, 24),
                                             geometry(1, 40, 2, 18, 24),
                                             geometry(1, 10, 67, 4, 16)};

template <class Kind>
void check_small() {
  for (ConvGeometry g : small_geometries)
    for (double const density : {0.0, 0.15, 1.0}) {
      check<Kind, double>(g, density);
      check<Kind, float>(g, density);
      for (Exactness const exactness : {Exactness::winograd, Exactness::rounded}) {
        g.exactness = exactness;
        check<Kind, float>(g, density);
      }
    }
}

}  // namespace

TEST_CASE("Convolution: spikes match naive loops on odd shapes and borders [backend]") { check_small<tet::Spike>(); }

TEST_CASE("Convolution: graded input matches naive loops on odd shapes and borders [backend]") {
  check_small<tet::Graded<4, 4>>();
  check_small<tet::Graded<255, 16>>();
}

TEST_CASE("Convolution: analog input matches naive loops on odd shapes and borders [backend]") {
  check_small<tet::Analog>();
}

TEST_CASE("Convolution: random geometries match naive loops [backend]") {
  tet::Random const random(tet::Seed{2022}, 3);
  std::uint64_t next = 0;
  auto const draw = [&](Index low, Index high) {
    return low + Index(random.below(next++, std::uint64_t(high - low + 1)));
  };
  for (int trial = 0; trial < 60; ++trial) {
    ConvGeometry g =
        geometry(draw(1, 3), draw(1, 20), draw(1, 20), draw(1, 80), draw(1, 80), draw(1, 5), draw(1, 3), draw(0, 3));
    g.exactness = Exactness(draw(0, 2));
    if (g.height + 2 * g.padding < g.kernel || g.width + 2 * g.padding < g.kernel) continue;
    double const density = double(draw(0, 10)) / 10;
    check<tet::Spike, float>(g, density);
    check<tet::Graded<9, 9>, float>(g, density);
    check<tet::Analog, float>(g, density);
  }
}

TEST_CASE("Convolution: shapes of real layers match naive loops [backend]") {
  for (Exactness const exactness : {Exactness::direct, Exactness::winograd, Exactness::rounded}) {
    check<tet::Spike, float>(geometry(3, 16, 16, 64, 128, 3, 1, 1, exactness), 0.2);
    check<tet::Graded<4, 4>, float>(geometry(3, 16, 16, 96, 64, 3, 1, 1, exactness), 0.32);
    check<tet::Analog, float>(geometry(3, 32, 32, 3, 64, 3, 1, 1, exactness), 1.0);
    check<tet::Spike, float>(geometry(20, 6, 6, 128, 130, 3, 1, 1, exactness), 0.1);
    check<tet::Graded<4, 4>, float>(geometry(2, 24, 24, 32, 40, 3, 1, 1, exactness), 0.4);
    check<tet::Spike, float>(geometry(4, 16, 16, 64, 128, 3, 2, 1, exactness), 0.2);
    check<tet::Graded<4, 4>, float>(geometry(70, 1, 1, 4096, 10, 1, 1, 0, exactness), 0.3);
    check<tet::Spike, float>(geometry(1, 1, 1, 16384, 10, 1, 1, 0, exactness), 0.2);
  }
}
