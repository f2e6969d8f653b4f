// SPDX-License-Identifier: MIT
#include <tests/support/adaptive_lif.hpp>
#include <tests/support/reference.hpp>
#include <tests/support/reference_convolution.hpp>
#include <tet/backend/cpu/frozen_synapses.hpp>
#include <tet/core/storage.hpp>
#include <tet/neuron/neurons.hpp>

#include <doctest/doctest.h>

#include <cstring>
#include <vector>

using namespace tet;

namespace {

/// Owning activation with the plain values beside it.
template <class Kind>
struct Input {
  using View = Activation<Kind, float>;
  std::vector<typename View::Element> data;
  std::vector<double> values;
  Index pixels, channels;

  Input(Index pixels_, Index channels_, double density, std::uint64_t seed)
      : data(std::size_t(pixels_ * View::elements_per_pixel(channels_))), pixels(pixels_), channels(channels_) {
    Random const random(Seed{seed}, 1);
    for (Index k = 0; k < pixels * channels; ++k) {
      Index const p = k / channels, c = k % channels;
      bool const active = random.uniform(std::uint64_t(2 * k)) < density;
      double const u = random.uniform(std::uint64_t(2 * k + 1));
      double value = active;
      if constexpr (std::is_same_v<Kind, Spike>) {
        if (active) data[std::size_t(p * View::elements_per_pixel(channels) + c / 64)] |= 1ull << (c % 64);
      } else if constexpr (std::is_same_v<Kind, Analog>) {
        data[std::size_t(k)] = active ? float(u - 0.5) : 0.0f;
        value = double(data[std::size_t(k)]);
      } else {
        int const count = active ? 1 + int(u * Kind::max) : 0;
        data[std::size_t(k)] = std::uint8_t(count);
        value = double(count) / Kind::divisor;
      }
      values.push_back(value);
    }
  }
  View view() { return {data.data(), pixels, channels}; }
};

/// Weights of a layer, as trained and as whole numbers with scales that are powers of two, so that results are exact in
/// float.
struct Weights {
  std::vector<float> value, bias, scale;
  std::vector<std::int8_t> whole;

  /// `extreme`: share of weights that are -127 or 127; above 1 all are 127.
  Weights(ConvGeometry const& g, std::uint64_t seed, double extreme)
      : value(test::random_values<float>({seed}, 1, std::size_t(g.weights()), -0.5, 0.5)),
        bias(test::random_multiples<float>({seed}, 2, std::size_t(g.out_channels), -2, 2, 1.0 / 16)) {
    for (Index o = 0; o < g.out_channels; ++o) scale.push_back(1.0f / float(16 << (o % 3)));
    auto const draws = test::random_values({seed}, 3, value.size(), -1, 1);
    for (double const u : draws)
      whole.push_back(std::int8_t(std::abs(u) < extreme ? (u < 0 && extreme <= 1 ? -127 : 127) : int(u * 127)));
  }
  SynapseValues<Float32> of(Float32) const { return {value.data(), bias.data()}; }
  SynapseValues<Int8> of(Int8) const { return {whole.data(), scale.data(), bias.data()}; }
  std::vector<double> exact(Float32) const { return {value.begin(), value.end()}; }
  std::vector<double> exact(Int8) const {
    std::vector<double> v;
    for (std::size_t i = 0; i < whole.size(); ++i) v.push_back(double(whole[i]) * double(scale[i % scale.size()]));
    return v;
  }
};

/// Frozen weights with their memory; scratch ends in a pattern that nobody may touch.
template <class Kind, class Precision>
struct Frozen {
  static constexpr Index guard = 256;
  Cpu exec;
  FrozenSynapses<Kind, Precision> synapses;
  Storage<Cpu, std::byte> packed, scratch;

  Frozen(ConvGeometry const& g, Index timesteps, Weights const& weights, int threads)
      : exec(threads), synapses{g, timesteps} {
    synapses.bytes = frozen_bytes(exec, synapses);
    packed = Storage<Cpu, std::byte>(synapses.bytes);
    synapses.packed = packed.data();
    scratch = Storage<Cpu, std::byte>(frozen_workspace(exec, synapses) + guard);
    std::memset(scratch.data(), 0x5A, std::size_t(scratch.bytes()));
    freeze_synapses(exec, synapses, weights.of(Precision{}));
  }
  Workspace workspace() { return {scratch.data(), scratch.bytes() - guard}; }
  bool intact() const {
    std::byte const* const end = scratch.data() + scratch.bytes();
    return std::all_of(end - guard, end, [](std::byte b) { return b == std::byte(0x5A); });
  }
};

/// Spikes and state of a layer of neurons over two calls of different length, fused with its synapses or after them.
template <NeuronModel Neuron, class Kind, class Precision>
std::vector<std::uint64_t> spikes(Frozen<Kind, Precision>& frozen, ConvGeometry const& g, Input<Kind>& x, bool fused) {
  Index const timesteps = frozen.synapses.timesteps, batch = g.images / timesteps, places = batch * g.out_pixels();
  Index const words = ceil_div(g.out_channels, 64);
  std::vector<float> state(std::size_t(neuron_state_size<Neuron> * places * g.out_channels));
  std::vector<float> const parameters = test::random_values<float>({5}, 5, std::size_t(2 * g.out_channels), 0.25, 0.5);
  std::vector<std::uint64_t> out(std::size_t(timesteps * places * words)), all;
  for (Index const steps : {timesteps, Index(1)}) {
    Activation<Kind, float> frames = x.view();
    frames.pixels = steps * batch * g.in_pixels();
    NeuronCall<Analog, NoNormalisation, float> call{.x = {nullptr, 0, g.out_channels},
                                                    .timesteps = steps,
                                                    .pixels = places,
                                                    .initial_state = state.data(),
                                                    .final_state = state.data()};
    call.parameters[0] = parameters.data(), call.parameters[1] = parameters.data() + g.out_channels;
    Activation<Spike, float> const s{out.data(), steps * places, g.out_channels};
    if (fused) {
      synapses_neuron_forward<Neuron>(frozen.exec, frozen.synapses, frames, call, s, frozen.workspace());
    } else {
      std::vector<float> y(std::size_t(steps * places * g.out_channels));
      synapses_forward(frozen.exec, frozen.synapses, frames, y.data(), frozen.workspace());
      call.x = {y.data(), steps * places, g.out_channels};
      neuron_forward<Neuron>(frozen.exec, call, s);
    }
    all.insert(all.end(), out.begin(), out.begin() + steps * places * words);
  }
  for (float const v : state) all.push_back(std::bit_cast<std::uint32_t>(v));
  return all;
}

template <class Kind, class Precision>
void check(ConvGeometry g, Index timesteps, Index batch, double density, double extreme = 0.02) {
  g.images = timesteps * batch;
  CAPTURE(timesteps);
  CAPTURE(batch);
  CAPTURE(g.height);
  CAPTURE(g.in_channels);
  CAPTURE(g.out_channels);
  CAPTURE(g.kernel);
  CAPTURE(g.stride);
  CAPTURE(density);
  CAPTURE(Kind::name);
  CAPTURE(Precision::name);
  Weights const weights(g, 21, extreme);
  Input<Kind> x(g.images * g.in_pixels(), g.in_channels, density, 22);
  std::vector<double> const bias(weights.bias.begin(), weights.bias.end());
  auto const want = test::ReferenceConvolution{g}.forward(x.values, weights.exact(Precision{}), bias);
  std::vector<std::uint64_t> spikes_of_one;
  for (int const threads : {1, 2}) {
    Frozen<Kind, Precision> frozen(g, timesteps, weights, threads);
    std::vector<float> y(want.size(), -1.0f);
    synapses_forward(frozen.exec, frozen.synapses, x.view(), y.data(), frozen.workspace());
    CHECK(frozen.intact());
    if constexpr (std::is_same_v<Precision, Int8>) CHECK(std::equal(y.begin(), y.end(), want.begin(), want.end()));
    else CHECK(test::relative_error(y, want) <= 1e-4);  // of Exactness::rounded
    if constexpr (!std::is_same_v<Kind, Analog>) {
      auto const fused = spikes<Lif<>>(frozen, g, x, true);
      CHECK(frozen.intact());
      // Timesteps of spikes that are all alike: only the fused call knows it, and its kernel may round otherwise.
      bool const alike = std::is_same_v<Kind, Spike> && timesteps > 1 && density == 1;
      if (!alike || std::is_same_v<Precision, Int8>) {
        CHECK(fused == spikes<Lif<>>(frozen, g, x, false));
        CHECK(spikes<test::AdaptiveLif<>>(frozen, g, x, true) == spikes<test::AdaptiveLif<>>(frozen, g, x, false));
      }
      if (threads == 1) spikes_of_one = fused;
      else CHECK(fused == spikes_of_one);
    }
  }
}

constexpr ConvGeometry layer(Index height, Index width, Index in, Index out, Index kernel = 3, Index stride = 1,
                             Index padding = 1) {
  return {1, height, width, in, out, kernel, stride, padding};
}

constexpr ConvGeometry layers[] = {
    layer(1, 1, 1, 1, 1, 1, 0),   layer(5, 7, 3, 10),        layer(12, 12, 16, 17),       layer(3, 3, 70, 65),
    layer(24, 24, 17, 33),        layer(9, 7, 20, 31, 3, 2), layer(9, 9, 6, 20, 5, 1, 2), layer(8, 8, 24, 130, 1, 2, 0),
    layer(1, 1, 300, 70, 1, 1, 0)};

template <class Kind, class Precision>
void check_all() {
  for (ConvGeometry const& g : layers)
    for (double const density : {0.0, 0.15, 1.0}) {
      check<Kind, Precision>(g, 1, 1, density);
      check<Kind, Precision>(g, 3, 2, density);
    }
}

}  // namespace

TEST_CASE("frozen synapses: neurons get what spikes of all timesteps add [backend]") {
  for (ConvGeometry g : layers) {
    CAPTURE(g.in_channels);
    CAPTURE(g.kernel);
    Index const timesteps = 4, batch = 2, words = ceil_div(g.in_channels, 64);
    g.images = timesteps * batch;
    Input<Spike> x(g.images * g.in_pixels(), g.in_channels, 0.1, 22);
    Input<Spike> const common(batch * g.in_pixels(), g.in_channels, 0.3, 23);
    for (Index k = 0; k < x.pixels * words; ++k)
      x.data[std::size_t(k)] |= common.data[std::size_t(k % (common.pixels * words))];
    Frozen<Spike, Int8> frozen(g, timesteps, Weights(g, 21, 0.02), 2);
    auto const fused = spikes<Lif<>>(frozen, g, x, true);
    CHECK(frozen.intact());
    CHECK(fused == spikes<Lif<>>(frozen, g, x, false));
  }
}

TEST_CASE("Frozen synapses: spikes match naive loops, fused neurons match neurons alone [backend]") {
  check_all<Spike, Float32>();
}

TEST_CASE("Frozen synapses: counts match naive loops, fused neurons match neurons alone [backend]") {
  check_all<Graded<4, 4>, Float32>();
}

TEST_CASE("Frozen synapses: analog input matches naive loops [backend]") { check_all<Analog, Float32>(); }

TEST_CASE("Frozen synapses: whole-number sums of spikes equal naive loops [backend]") { check_all<Spike, Int8>(); }

TEST_CASE("Frozen synapses: whole-number sums of counts equal naive loops [backend]") {
  check_all<Graded<4, 4>, Int8>();
  check_all<Graded<64, 64>, Int8>();
  check_all<Graded<255, 16>, Int8>();
}

TEST_CASE("Frozen synapses: whole-number sums at the limit of 16 bits are emptied in time [backend]") {
  for (double const extreme : {0.02, 1.0, 2.0}) {
    CAPTURE(extreme);
    check<Spike, Int8>(layer(6, 6, 512, 40), 1, 1, 1.0, extreme);
    check<Spike, Int8>(layer(1, 1, 2000, 10, 1, 1, 0), 1, 3, 1.0, extreme);
    check<Graded<4, 4>, Int8>(layer(6, 6, 128, 40), 2, 1, 1.0, extreme);
  }
}
