// SPDX-License-Identifier: MIT
#include <tests/support/whole_layer.hpp>
#include <tet/backend/cpu/convolution.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <functional>
#include <utility>
#include <vector>

using namespace tet;

namespace {

using Floats = std::vector<float>;

/// Whether a neuron fires at a timestep; u is a number of its own, in [0, 1).
using Train = std::function<bool(double u, Index t, double noise)>;

/// As neurons with constant input do: at each timestep, at each second one …, or never.
bool periodic(double u, Index t, double) { return u < 0.5 && (t + 1) % (1 + Index(u * 10)) == 0; }
/// Some always, the others at random.
bool partly_constant(double u, Index, double noise) { return u < 0.2 || noise < 0.15; }
bool independent(double, Index, double noise) { return noise < 0.2; }
/// What fired once fires again.
bool growing(double u, Index t, double) { return u < 0.04 * double(t + 1); }
bool silent(double, Index, double) { return false; }

test::WholeLayer<Spike> layer_of(ConvGeometry const& g, Train const& train, double extreme = 0.5) {
  test::WholeLayer<Spike> layer(g, 0, extreme);
  Random const random(Seed{72}, 1);
  auto const view = layer.view();
  Index const neurons = g.images / g.timesteps * g.in_pixels() * g.in_channels;
  for (Index t = 0; t < g.timesteps; ++t)
    for (Index k = 0; k < neurons; ++k) {
      bool const fires =
          train(random.uniform(std::uint64_t(k)), t, random.uniform(std::uint64_t((t + 1) * neurons + k)));
      Index const pixel = t * (neurons / g.in_channels) + k / g.in_channels, c = k % g.in_channels;
      view.pixel(pixel)[c / 64] |= std::uint64_t(fires) << c % 64;
      layer.counts[std::size_t(t * neurons + k)] = fires;
    }
  return layer;
}

ConvGeometry geometry(Index timesteps, Index samples, Exactness exactness = Exactness::direct) {
  return {.images = timesteps * samples,
          .height = 7,
          .width = 9,
          .in_channels = 70,
          .out_channels = 33,
          .kernel = 3,
          .stride = 1,
          .padding = 1,
          .exactness = exactness,
          .timesteps = timesteps};
}

struct Shared {
  Storage<Cpu, std::byte> memory;
  conv::Activity active;

  explicit Shared(test::WholeLayer<Spike>& layer) {
    Arena measure;
    conv::ActivityScratch<Spike>::plan(measure, layer.g);
    memory = Storage<Cpu, std::byte>(measure.peak());
    Arena arena(memory.data(), memory.bytes());
    Cpu cpu(2);
    active = conv::activity(cpu, layer.view(), conv::ActivityScratch<Spike>::plan(arena, layer.g));
  }
};

/// Whether parents and what is left give all spikes, none of them twice, and `count` counts what is left.
bool complete(test::WholeLayer<Spike>& layer, conv::Activity const& a) {
  Index const T = layer.g.timesteps, words = layer.view().pixels / T * a.words;
  std::vector<std::uint64_t> all(a.bits, a.bits + (T + a.common) * words);
  Index count = 0;
  for (std::uint64_t const word : all) count += std::popcount(word);
  bool once = true;
  for (Index t = 0; t < T; ++t) {
    if (a.parent == nullptr || a.parent[t] < 0) continue;
    for (Index k = 0; k < words; ++k) {
      std::uint64_t const repeated = all[std::size_t(a.parent[t] * words + k)];
      once = once && (all[std::size_t(t * words + k)] & repeated) == 0;
      all[std::size_t(t * words + k)] |= repeated;
    }
  }
  all.resize(std::size_t(T * words));
  return once && count == a.count && all == layer.data;
}

std::vector<Index> parents(conv::Activity const& a, Index timesteps) {
  return a.parent == nullptr ? std::vector<Index>{} : std::vector<Index>(a.parent, a.parent + timesteps);
}

struct Passes {
  Floats y, dweight;
  friend bool operator==(Passes const&, Passes const&) = default;
};

Passes run(test::WholeLayer<Spike>& layer, Floats const& weight, Floats const& bias, Floats const& dy, int threads) {
  Cpu cpu(threads);
  Storage<Cpu, std::byte> bytes(conv_workspace<Spike, float>(layer.g, cpu.slots()));
  std::fill(bytes.data(), bytes.data() + bytes.bytes(), std::byte(0x5A));
  Workspace const workspace{bytes.data(), bytes.bytes()};
  Passes p{Floats(dy.size(), -7.0f), Floats(weight.size(), -7.0f)};
  conv_forward(cpu, layer.g, layer.view(), weight.data(), bias.data(), p.y.data(), workspace);
  conv_weight_gradient(cpu, layer.g, layer.view(), dy.data(), p.dweight.data(), static_cast<float*>(nullptr),
                       workspace);
  return p;
}

/// Forward pass and weight gradient against plain loops; with multiples of 1/8 sums are exact in any order.
void check_passes(ConvGeometry g, Train const& train) {
  auto layer = layer_of(g, train);
  auto const values = [](std::uint64_t stream, Index count) {
    return test::random_multiples<float>({73}, stream, std::size_t(count), -1, 1, 0.125);
  };
  Floats const weight = values(1, g.weights()), bias = values(2, g.out_channels),
               dy = values(3, g.images * g.out_pixels() * g.out_channels);
  test::ReferenceConvolution const reference{g};
  auto const want_y = reference.forward(layer.counts, {weight.begin(), weight.end()}, {bias.begin(), bias.end()});
  auto const want_dw = reference.weight_gradient(layer.counts, {dy.begin(), dy.end()});
  Passes const got = run(layer, weight, bias, dy, 1);
  CHECK(got.y == Floats(want_y.begin(), want_y.end()));
  CHECK(got.dweight == Floats(want_dw.begin(), want_dw.end()));
  CHECK(run(layer, weight, bias, dy, 2) == got);
}

}  // namespace

TEST_CASE("shared spikes: parents of spike trains [backend]") {
  SUBCASE("with constant input") {
    auto layer = layer_of(geometry(4, 2), periodic);
    Shared const shared(layer);
    CHECK(complete(layer, shared.active));
    CHECK(parents(shared.active, 4) == std::vector<Index>{-1, 0, 0, 1});
    CHECK(shared.active.common == 0);
  }
  SUBCASE("growing, parents stay within groups") {
    auto layer = layer_of(geometry(10, 1), growing);
    Shared const shared(layer);
    CHECK(complete(layer, shared.active));
    CHECK(parents(shared.active, 10) == std::vector<Index>{-1, 0, 1, 2, 3, 4, 5, 6, -1, 8});
    CHECK(shared.active.common == 0);
  }
  SUBCASE("partly constant") {
    for (Index const T : {3, 4, 12}) {
      auto layer = layer_of(geometry(T, 2), partly_constant);
      Shared const shared(layer);
      CHECK(complete(layer, shared.active));
      CHECK(parents(shared.active, T) == std::vector<Index>(std::size_t(T), T));
      CHECK(shared.active.common == 1);
    }
  }
  SUBCASE("without anything in common") {
    using Case = std::pair<Train, Index>;
    for (auto const& [train, T] : {Case(independent, 4), Case(independent, 1), Case(silent, 4), Case(periodic, 1)}) {
      auto layer = layer_of(geometry(T, 2), train);
      Shared const shared(layer);
      CHECK(complete(layer, shared.active));
      CHECK(shared.active.parent == nullptr);
      CHECK(shared.active.common == 0);
      CHECK(shared.active.bits == layer.data.data());
    }
  }
}

TEST_CASE("shared spikes: forward pass and weight gradient [backend]") {
  for (Train const& train : {Train(periodic), Train(partly_constant), Train(growing), Train(independent)}) {
    check_passes(geometry(4, 2), train);
    check_passes(geometry(9, 1), train);
    check_passes(geometry(2, 3), train);
  }
}

TEST_CASE("shared spikes: all kinds of convolutions [backend]") {
  ConvGeometry g = geometry(3, 2);
  SUBCASE("stride") { g.stride = 2; }
  SUBCASE("stride, 1x1") { g.stride = 2, g.kernel = 1, g.padding = 0; }
  SUBCASE("5x5") { g.kernel = 5, g.padding = 2; }
  SUBCASE("no padding") { g.padding = 0; }
  SUBCASE("a window beyond the image") { g.padding = 3; }
  SUBCASE("windows at its edge") { g.padding = 2, g.width = 60; }
  SUBCASE("narrow") { g.width = 1, g.padding = 2; }
  SUBCASE("one pixel") { g.width = g.height = 1; }
  SUBCASE("few channels") { g.in_channels = 5, g.out_channels = 3; }
  SUBCASE("many channels") { g.in_channels = 200, g.out_channels = 150, g.height = 3, g.width = 2; }
  check_passes(g, periodic);
  check_passes(g, partly_constant);
}

TEST_CASE("shared spikes: weights of 16 bits stay within 1e-4 [backend]") {
  for (Train const& train : {Train(periodic), Train(partly_constant)}) {
    auto layer = layer_of(geometry(4, 2, Exactness::rounded), train);
    auto const values = [](std::uint64_t stream, Index count) {
      return test::random_values<float>({74}, stream, std::size_t(count), -1, 1);
    };
    ConvGeometry const& g = layer.g;
    Floats const weight = values(1, g.weights()), bias(std::size_t(g.out_channels)),
                 dy = values(2, g.images * g.out_pixels() * g.out_channels);
    Floats const y = run(layer, weight, bias, dy, 1).y;
    auto const want = test::ReferenceConvolution{g}.forward(layer.counts, {weight.begin(), weight.end()}, {});
    CHECK(std::any_of(want.begin(), want.end(), [](double v) { return v != 0; }));
    CHECK(test::relative_error(y, want) < 1e-4);
  }
}

TEST_CASE_TEMPLATE("shared spikes: weights of 8 bits are exact [backend]", Rows, conv::RowSums, conv::PortableRowSums) {
  for (Train const& train : {Train(periodic), Train(partly_constant), Train(growing)})
    for (double const extreme : {0.5, 1.0, 0.01}) {  // the last two leave 16 bits
      auto layer = layer_of(geometry(4, 2), train, extreme);
      CHECK(test::near_plain_sums(layer, test::spike_driven<Rows>(layer, 4)));
    }
}
