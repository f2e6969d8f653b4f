// SPDX-License-Identifier: MIT
#pragma once

#include <tests/support/reference.hpp>
#include <tests/support/reference_convolution.hpp>
#include <tet/backend/cpu/conv/activity.hpp>
#include <tet/backend/cpu/conv/spike_forward_int8.hpp>
#include <tet/core/storage.hpp>

#include <cmath>
#include <vector>

namespace tet::test {

/// Whole-number inputs and weights of a layer, with scales that are no powers of two.
template <class Kind>
struct WholeLayer {
  using View = Activation<Kind, float>;
  ConvGeometry g;
  std::vector<typename View::Element> data;
  std::vector<double> counts, whole;
  std::vector<std::int8_t> weight;
  std::vector<float> scale, bias;

  /// Shares of inputs that are active, and of weights and active inputs that are as large as they can be.
  WholeLayer(ConvGeometry const& geometry, double density, double extreme)
      : g(geometry), data(std::size_t(g.images * g.in_pixels() * View::elements_per_pixel(g.in_channels))) {
    Random const random(Seed{71}, 1);
    for (Index k = 0; k < g.images * g.in_pixels() * g.in_channels; ++k) {
      bool const active = random.uniform(std::uint64_t(2 * k)) < density;
      double const u = random.uniform(std::uint64_t(2 * k + 1));
      int const largest = conv::largest_input<Kind>, count = !active ? 0 : u < extreme ? largest : 1 + int(u * largest);
      counts.push_back(count);
      auto* const pixel = View{data.data(), 0, g.in_channels}.pixel(k / g.in_channels);
      Index const c = k % g.in_channels;
      if constexpr (std::is_same_v<Kind, Spike>) pixel[c / 64] |= std::uint64_t(count) << (c % 64);
      else pixel[c] = std::uint8_t(count);
    }
    for (double const u : random_values({71}, 2, std::size_t(g.weights()), -1, 1)) {
      weight.push_back(std::int8_t(std::abs(u) >= extreme ? int(u * 127) : extreme < 1 && u < 0 ? -127 : 127));
      whole.push_back(double(weight.back()));
    }
    scale = random_values<float>({71}, 3, std::size_t(g.out_channels), 1e-3, 2e-3);
    bias = random_values<float>({71}, 4, std::size_t(g.out_channels), -1, 1);
  }
  View view() { return {data.data(), g.images * g.in_pixels(), g.in_channels}; }
  SynapseValues<Int8> values() const { return {weight.data(), scale.data(), bias.data()}; }
};

/// Keeps the outputs, and checks the order in which they come.
struct OrderedRows {
  conv::StoreRows rows;
  std::vector<Index>& next;  // timestep of each place and panel

  void operator()(conv::OutputRun const& run) const {
    Index& expected = next[std::size_t(run.place * ceil_div(rows.channels, 8) + run.c / 8)];
    if (run.first_timestep == expected) expected += run.timesteps;
    rows(run);
  }

  void finish() const { rows.finish(); }
};

/// Whether outputs are the sums of plain loops, scaled.
template <class Kind>
bool near_plain_sums(WholeLayer<Kind> const& layer, std::vector<float> const& y) {
  auto const sums = ReferenceConvolution{layer.g}.forward(layer.counts, layer.whole, {});
  float unit = 1;
  if constexpr (is_graded<Kind>) unit = Activation<Kind, float>::scale;
  bool near = y.size() == sums.size();
  for (std::size_t k = 0; near && k < y.size(); ++k) {
    std::size_t const o = k % layer.scale.size();
    double const want = sums[k] * double(layer.scale[o] * unit) + double(layer.bias[o]);
    near = std::abs(double(y[k]) - want) <= 2e-7 * (std::abs(want) + 1) * 2;
  }
  return near;
}

/// Outputs of the spike-driven kernel.
template <class Rows, class Kind>
std::vector<float> spike_driven(WholeLayer<Kind>& layer, Index timesteps) {
  ConvGeometry const& g = layer.g;
  Cpu exec(1);
  conv::Tasks const tasks{.timesteps = timesteps, .wanted = 1, .slots = 1};
  Arena packed, scratch;
  conv::ActivityScratch<Kind>::plan(scratch, g);
  conv::SpikeForwardInt8<Rows>::template plan<Kind>(packed, scratch, g, tasks);
  Storage<Cpu, std::byte> packed_bytes(packed.peak()), scratch_bytes(scratch.peak());
  packed = {packed_bytes.data(), packed_bytes.bytes()}, scratch = {scratch_bytes.data(), scratch_bytes.bytes()};
  auto const activity = conv::ActivityScratch<Kind>::plan(scratch, g);
  auto const kernel = conv::SpikeForwardInt8<Rows>::template plan<Kind>(packed, scratch, g, tasks);
  kernel.template pack<Kind>(exec, layer.values());
  Index const places = g.images / timesteps * g.out_pixels();
  std::vector<float> y(std::size_t(timesteps * places * g.out_channels), -7.0f);
  kernel.run(exec, conv::activity(exec, layer.view(), activity), layer.view(),
             conv::StoreRows{y.data(), places, g.out_channels});
  return y;
}

}  // namespace tet::test
