// SPDX-License-Identifier: MIT
#include <tests/support/whole_layer.hpp>
#include <tet/backend/cpu/convolution.hpp>
#include <tet/backend/cpu/frozen_synapses.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

using namespace tet;

namespace {

using Floats = std::vector<float>;
using Doubles = std::vector<double>;

/// Outputs of SpikeForward; nothing where it refuses the weights.
template <class Rows, class Kind>
std::optional<Floats> spike_forward(test::WholeLayer<Kind>& layer, Floats const& weight, Floats const& bias,
                                    conv::Tasks tasks = {}, int threads = 1) {
  using Kernel = conv::SpikeForward<Rows>;
  ConvGeometry const& g = layer.g;
  Cpu exec(threads);
  tasks.slots = exec.slots();
  Arena memory;
  conv::ActivityScratch<Kind>::plan(memory, g);
  Kernel::template plan<Kind>(memory, memory, g, tasks);
  Storage<Cpu, std::byte> bytes(memory.peak());
  std::fill(bytes.data(), bytes.data() + bytes.bytes(), std::byte(0x5A));
  memory = {bytes.data(), bytes.bytes()};
  auto const activity = conv::ActivityScratch<Kind>::plan(memory, g);
  auto const kernel = Kernel::template plan<Kind>(memory, memory, g, tasks);
  if (!kernel.template pack<Kind>(exec, weight.data(), bias.empty() ? nullptr : bias.data())) return {};
  Index const places = g.images / tasks.timesteps * g.out_pixels();
  Floats y(std::size_t(g.images * g.out_pixels() * g.out_channels), -7.0f);
  kernel.run(exec, conv::activity(exec, layer.view(), activity), layer.view(),
             conv::StoreRows{y.data(), places, g.out_channels});
  return y;
}

Floats uniform(ConvGeometry const& g) { return test::random_values<float>({91}, 1, std::size_t(g.weights()), -1, 1); }

Floats gaussian(ConvGeometry const& g) {
  auto const u = test::random_values({91}, 2, std::size_t(2 * g.weights()), 0, 1);
  Floats w;
  for (std::size_t k = 0; k < u.size(); k += 2)
    w.push_back(float(std::sqrt(-2 * std::log(1 - u[k])) * std::cos(6.283185307179586 * u[k + 1])));
  return w;
}

float scale_of(Index o) { return 0x1p-15f / float(1 << o % 3); }

/// Weights whose scales are the powers of two of scale_of: no product on the way to whole numbers rounds.
Floats of_exact_scales(ConvGeometry const& g) {
  Floats w = uniform(g);
  for (std::size_t k = 0; k < w.size(); ++k) {
    Index const o = Index(k) % g.out_channels;
    w[k] = (Index(k) < g.out_channels ? 32767.0f : w[k] * 32766.0f) * scale_of(o);
  }
  return w;
}

/// By sums of whole numbers, without a bias.
template <class Kind>
Floats of_whole_sums(test::WholeLayer<Kind> const& layer, Floats const& weight) {
  Index const outs = layer.g.out_channels;
  Doubles whole;
  for (std::size_t k = 0; k < weight.size(); ++k)
    whole.push_back(double(std::nearbyint(weight[k] * (1 / scale_of(Index(k) % outs)))));
  float unit = 1;
  if constexpr (is_graded<Kind>) unit = Activation<Kind, float>::scale;
  Floats y;
  for (double const sum : test::ReferenceConvolution{layer.g}.forward(layer.counts, whole, {}))
    y.push_back(float(sum) * (scale_of(Index(y.size()) % outs) * unit));
  return y;
}

template <class Kind>
void check(ConvGeometry g, Index timesteps, Index batch, double density) {
  g.images = timesteps * batch;
  CAPTURE(Kind::name);
  CAPTURE(g.in_channels);
  CAPTURE(g.out_channels);
  CAPTURE(g.kernel);
  CAPTURE(g.stride);
  CAPTURE(timesteps);
  CAPTURE(density);
  test::WholeLayer<Kind> layer(g, density, 0.02);
  Doubles x = layer.counts;
  if constexpr (is_graded<Kind>)
    for (double& v : x) v *= double(Activation<Kind, float>::scale);
  for (Floats const& weight : {uniform(g), gaussian(g)})
    for (Floats const& bias : {Floats{}, layer.bias}) {
      auto const want =
          test::ReferenceConvolution{g}.forward(x, {weight.begin(), weight.end()}, {bias.begin(), bias.end()});
      auto const got = spike_forward<conv::ShortRows>(layer, weight, bias);
      REQUIRE(got);
      double const error = test::relative_error(*got, want);
      CHECK(error <= 1e-4);
      CHECK((error > 0) == (density > 0));
      for (conv::Tasks const& tasks :
           {conv::Tasks{.timesteps = timesteps, .wanted = 1}, conv::Tasks{.timesteps = timesteps, .wanted = 50},
            conv::Tasks{.timesteps = 1, .wanted = 3, .most_rows = 9}})
        for (int const threads : {1, 3})
          CHECK((spike_forward<conv::ShortRows>(layer, weight, bias, tasks, threads) == got));
    }
  Floats const weight = of_exact_scales(g);
  CHECK((spike_forward<conv::ShortRows>(layer, weight, {}) == of_whole_sums(layer, weight)));
}

constexpr ConvGeometry layer(Index height, Index width, Index in, Index out, Index kernel = 3, Index stride = 1,
                             Index padding = 1, Exactness exactness = Exactness::rounded) {
  return {1, height, width, in, out, kernel, stride, padding, exactness};
}

constexpr ConvGeometry layers[] = {
    layer(5, 7, 3, 10),           layer(7, 6, 20, 40),          layer(5, 4, 130, 200),
    layer(9, 7, 20, 40, 3, 2),    layer(6, 7, 20, 40, 1, 1, 0), layer(7, 6, 70, 65, 1, 2, 0),
    layer(9, 8, 12, 33, 5, 1, 2), layer(9, 9, 20, 40, 5, 2, 2), layer(1, 1, 300, 130, 1, 1, 0),
    layer(4, 3, 64, 257),         layer(6, 6, 17, 1, 3, 1, 0)};

/// Whether ShortRows take the weights of a layer of 27 inputs and 40 outputs, some of them changed.
template <class Change>
bool accepted(Change const& change) {
  test::WholeLayer<Spike> of(layer(4, 4, 3, 40), 0.5, 0.02);
  Floats weight = uniform(of.g);
  change(weight);
  return spike_forward<conv::ShortRows>(of, weight, of.bias).has_value();
}

/// Calls change(weight) for the weights of output o.
template <class Change>
auto of_output(Index o, Change const& change) {
  return [=](Floats& weight) {
    for (std::size_t k = std::size_t(o); k < weight.size(); k += 40) change(weight[k]);
  };
}

template <class Kind>
Floats conv_forward(test::WholeLayer<Kind>& layer, Floats const& weight, Exactness exactness) {
  Cpu exec(1);
  ConvGeometry g = layer.g;
  g.exactness = exactness;
  Storage<Cpu, std::byte> scratch(conv_workspace<Kind, float>(g, exec.slots()));
  Floats y(std::size_t(g.images * g.out_pixels() * g.out_channels));
  tet::conv_forward(exec, g, layer.view(), weight.data(), static_cast<float const*>(layer.bias.data()), y.data(),
                    Workspace{scratch.data(), scratch.bytes()});
  return y;
}

template <class Kind>
Floats frozen_forward(test::WholeLayer<Kind>& layer, Floats const& weight, Exactness exactness) {
  Cpu exec(1);
  ConvGeometry g = layer.g;
  g.exactness = exactness;
  FrozenSynapses<Kind, Float32> synapses{g, 1};
  synapses.bytes = frozen_bytes(exec, synapses);
  Storage<Cpu, std::byte> packed(synapses.bytes), scratch(frozen_workspace(exec, synapses));
  synapses.packed = packed.data();
  freeze_synapses(exec, synapses, SynapseValues<Float32>{weight.data(), layer.bias.data()});
  Floats y(std::size_t(g.images * g.out_pixels() * g.out_channels));
  synapses_forward(exec, synapses, layer.view(), y.data(), Workspace{scratch.data(), scratch.bytes()});
  return y;
}

}  // namespace

TEST_CASE_TEMPLATE("ShortRows: outputs are within 1e-4 of the largest, and exact sums of rounded weights [backend]",
                   Kind, Spike, Graded<4, 4>) {
  for (ConvGeometry const& g : layers)
    for (double const density : {0.0, 0.3, 1.0}) check<Kind>(g, 2, 2, density);
}

TEST_CASE("ShortRows: weights that 16 bits do not hold are refused [backend]") {
  constexpr float infinity = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
  auto const all = [](Index o, float value) { return of_output(o, [value](float& w) { w = value; }); };
  CHECK(accepted([](Floats&) {}));
  for (Index const o : {0, 17, 39}) {
    CAPTURE(o);
    CHECK(accepted(all(o, 0)));
    CHECK(accepted(all(o, -1e-12f)));
    CHECK(accepted(all(o, 1e12f)));
    for (float const value : {nan, infinity, -infinity, 1e-20f, 1e-30f, 1e-42f, 1e20f, -3e38f}) {
      CAPTURE(value);
      CHECK_FALSE(accepted(all(o, value)));
    }
    for (float const value : {nan, infinity, -infinity}) {
      CAPTURE(value);
      CHECK_FALSE(accepted([&](Floats& w) { w[std::size_t(40 * 11 + o)] = value; }));
    }
  }
  // One of n weights that outweighs all others: its root of n is the ratio.
  auto const outlier = [](ConvGeometry const& g) {
    test::WholeLayer<Spike> of(g, 0.5, 0.02);
    Floats weight(std::size_t(g.weights()), 1e-5f);
    for (Index o = 0; o < g.out_channels; ++o) weight[std::size_t(3 * g.out_channels + o)] = 1;
    return spike_forward<conv::ShortRows>(of, weight, {}).has_value();
  };
  CHECK(outlier(layer(4, 4, 63, 5, 1, 1, 0)));
  CHECK_FALSE(outlier(layer(4, 4, 65, 5, 1, 1, 0)));
}

TEST_CASE_TEMPLATE("ShortRows: used where allowed, for the weights and up to the limit that they have [backend]", Kind,
                   Spike, Graded<4, 4>) {
  using Limit = conv::SpikeDrivenLimit<Kind>;
  for (ConvGeometry g : {layer(16, 16, 24, 40), layer(16, 16, 24, 40, 3, 2)}) {
    g.images = 3;
    Floats const fit = uniform(g);
    Floats outlier = fit;
    outlier[std::size_t(g.out_channels * 50 + 7)] = 1000;
    double const float_limit = Limit::template forward<conv::FloatRows>(g),
                 limit = Limit::template forward<conv::ShortRows>(g);
    for (double const density : {0.5 * float_limit, std::min((float_limit + limit) / 2, 0.9 * limit), limit + 0.1}) {
      CAPTURE(Kind::name);
      CAPTURE(g.stride);
      CAPTURE(density);
      test::WholeLayer<Kind> of(g, density, 0.02);
      Floats const direct = *spike_forward<conv::FloatRows>(of, fit, of.bias),
                   direct_outlier = *spike_forward<conv::FloatRows>(of, outlier, of.bias);
      Floats const plain = conv_forward(of, fit, Exactness::winograd),
                   plain_outlier = conv_forward(of, outlier, Exactness::winograd);
      CHECK((plain == direct) == (density < float_limit));
      CHECK((plain_outlier == direct_outlier) == (density < float_limit));
      bool const rounds = conv::ShortRows::pay && density < limit;
      Floats const rounded = conv_forward(of, fit, Exactness::rounded);
      CHECK((rounded == plain) == !rounds);
      CHECK((rounded == *spike_forward<conv::ShortRows>(of, fit, of.bias)) == rounds);
      CHECK(conv_forward(of, outlier, Exactness::rounded) == plain_outlier);
      Floats const frozen = frozen_forward(of, fit, Exactness::winograd);
      bool const frozen_rounds = conv::ShortRows::pay && (density < limit || g.stride == 2);  // no dense kernel
      CHECK((frozen_forward(of, fit, Exactness::rounded) == frozen) == !frozen_rounds);
      CHECK(frozen_forward(of, outlier, Exactness::rounded) == frozen_forward(of, outlier, Exactness::winograd));
    }
  }
}

TEST_CASE("ShortRows: they do not apply where sums could leave 32 bits [backend]") {
  using conv::ShortRows;
  CHECK(ShortRows::applies<Spike>(layer(1, 1, 65536, 8, 1, 1, 0)) == ShortRows::pay);
  CHECK_FALSE(ShortRows::applies<Spike>(layer(1, 1, 65539, 8, 1, 1, 0)));
  CHECK(ShortRows::applies<Graded<4, 4>>(layer(1, 1, 16384, 8, 1, 1, 0)) == ShortRows::pay);
  CHECK_FALSE(ShortRows::applies<Graded<4, 4>>(layer(1, 1, 16385, 8, 1, 1, 0)));
  CHECK_FALSE(ShortRows::applies<Spike>(layer(1, 1, 8, 8, 1, 1, 0, Exactness::winograd)));
  CHECK_FALSE(ShortRows::applies<Spike>(layer(1, 1, 8, 8, 1, 1, 0, Exactness::direct)));
}
