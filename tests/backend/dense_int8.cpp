// SPDX-License-Identifier: MIT
#include <tests/support/reference.hpp>
#include <tests/support/reference_convolution.hpp>
#include <tet/backend/cpu/conv/activity.hpp>
#include <tet/backend/cpu/conv/dense_int8.hpp>
#include <tet/backend/cpu/conv/spike_forward_int8.hpp>
#include <tet/core/storage.hpp>

#include <doctest/doctest.h>

#include <vector>

using namespace tet;

namespace {

/// Whole-number inputs and weights of a layer, with scales that are no powers of two.
template <class Kind>
struct Layer {
  using View = Activation<Kind, float>;
  ConvGeometry g;
  std::vector<typename View::Element> data;
  std::vector<double> counts, whole;
  std::vector<std::int8_t> weight;
  std::vector<float> scale, bias;

  /// Shares of inputs that are active, and of weights and active inputs that are as large as they can be.
  Layer(ConvGeometry const& geometry, double density, double extreme)
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
    for (double const u : test::random_values({71}, 2, std::size_t(g.weights()), -1, 1)) {
      weight.push_back(std::int8_t(std::abs(u) >= extreme ? int(u * 127) : extreme < 1 && u < 0 ? -127 : 127));
      whole.push_back(double(weight.back()));
    }
    scale = test::random_values<float>({71}, 3, std::size_t(g.out_channels), 1e-3, 2e-3);
    bias = test::random_values<float>({71}, 4, std::size_t(g.out_channels), -1, 1);
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
};

template <class Products, class Kind>
std::vector<float> dense(Layer<Kind>& layer, Index timesteps, int threads) {
  using Kernel = conv::DenseInt8<Products>;
  ConvGeometry const& g = layer.g;
  Cpu exec(threads);
  conv::Tasks const tasks{.timesteps = timesteps, .wanted = threads == 1 ? 1 : 2 * threads, .slots = threads};
  Arena packed, scratch;
  Kernel::template plan<Kind>(packed, scratch, g, tasks);
  Storage<Cpu, std::byte> packed_bytes(packed.peak()), scratch_bytes(scratch.peak());
  packed = {packed_bytes.data(), packed_bytes.bytes()}, scratch = {scratch_bytes.data(), scratch_bytes.bytes()};
  Kernel const kernel = Kernel::template plan<Kind>(packed, scratch, g, tasks);
  kernel.template pack<Kind>(exec, layer.values());
  Index const places = g.images / timesteps * g.out_pixels();
  std::vector<float> y(std::size_t(timesteps * places * g.out_channels), -7.0f);
  std::vector<Index> next(std::size_t(places * ceil_div(g.out_channels, 8)));
  kernel.run(exec, layer.view(), OrderedRows{{y.data(), places, g.out_channels}, next});
  for (Index p = 0; p < places; ++p)
    for (Index c = 0; c < g.out_channels; c += conv::tile_columns)
      CHECK(next[std::size_t(p * ceil_div(g.out_channels, 8) + c / 8)] == timesteps);
  return y;
}

template <class Rows, class Kind>
std::vector<float> spike_driven(Layer<Kind>& layer, Index timesteps) {
  ConvGeometry const& g = layer.g;
  Cpu exec(1);
  conv::Tasks const tasks{.timesteps = timesteps, .wanted = 1, .slots = 1};
  Arena packed, scratch;
  conv::ActivityScratch::plan<Kind>(scratch, g);
  conv::SpikeForwardInt8<Rows>::template plan<Kind>(packed, scratch, g, tasks);
  Storage<Cpu, std::byte> packed_bytes(packed.peak()), scratch_bytes(scratch.peak());
  packed = {packed_bytes.data(), packed_bytes.bytes()}, scratch = {scratch_bytes.data(), scratch_bytes.bytes()};
  auto const activity = conv::ActivityScratch::plan<Kind>(scratch, g);
  auto const kernel = conv::SpikeForwardInt8<Rows>::template plan<Kind>(packed, scratch, g, tasks);
  kernel.template pack<Kind>(exec, layer.values());
  Index const places = g.images / timesteps * g.out_pixels();
  std::vector<float> y(std::size_t(timesteps * places * g.out_channels), -7.0f);
  kernel.run(exec, conv::activity(exec, layer.view(), activity), layer.view(),
             conv::StoreRows{y.data(), places, g.out_channels});
  return y;
}

template <class Kind>
void check(ConvGeometry g, Index timesteps, Index batch, double density, double extreme = 0.02) {
  g.images = timesteps * batch;
  CAPTURE(Kind::name);
  CAPTURE(conv::largest_input<Kind>);
  CAPTURE(g.height);
  CAPTURE(g.in_channels);
  CAPTURE(g.out_channels);
  CAPTURE(g.kernel);
  CAPTURE(timesteps);
  CAPTURE(density);
  CAPTURE(extreme);
  Layer<Kind> layer(g, density, extreme);
  auto const y = dense<conv::ByteProducts>(layer, timesteps, 1);
  auto const sums = test::ReferenceConvolution{g}.forward(layer.counts, layer.whole, {});
  float unit = 1;
  if constexpr (is_graded<Kind>) unit = Activation<Kind, float>::scale;
  bool near = true;
  for (std::size_t k = 0; k < y.size(); ++k) {
    std::size_t const o = k % layer.scale.size();
    double const want = sums[k] * double(layer.scale[o] * unit) + double(layer.bias[o]);
    near = near && std::abs(double(y[k]) - want) <= 2e-7 * (std::abs(want) + 1) * 2;
  }
  CHECK(near);
  CHECK(y == dense<conv::ByteProducts>(layer, timesteps, 2));
  CHECK(y == dense<conv::PortableByteProducts>(layer, timesteps, 1));
  CHECK(y == spike_driven<conv::RowSums>(layer, timesteps));
  CHECK(y == spike_driven<conv::PortableRowSums>(layer, timesteps));
}

constexpr ConvGeometry layer(Index height, Index width, Index in, Index out, Index kernel = 3, Index stride = 1,
                             Index padding = 1) {
  return {1, height, width, in, out, kernel, stride, padding};
}

constexpr ConvGeometry layers[] = {layer(1, 1, 1, 1, 1, 1, 0),    layer(5, 7, 3, 10),
                                   layer(12, 11, 16, 17),         layer(3, 3, 70, 65),
                                   layer(20, 24, 17, 33),         layer(9, 7, 20, 31, 3, 2),
                                   layer(9, 9, 6, 20, 5, 1, 2),   layer(8, 8, 24, 130, 1, 2, 0),
                                   layer(1, 1, 300, 70, 1, 1, 0), layer(7, 2, 5, 9, 2, 1, 0),
                                   layer(4, 4, 3, 8, 1, 1, 2),    layer(6, 9, 9, 24, 3, 3, 0),
                                   layer(2, 2, 11, 16, 5, 1, 2)};

}  // namespace

TEST_CASE_TEMPLATE("DenseInt8: outputs equal integer loops and those of the spike-driven kernel [backend]", Kind, Spike,
                   Graded<4, 4>, Graded<64, 64>, Graded<128, 16>) {
  for (ConvGeometry const& g : layers)
    for (double const density : {0.0, 0.4, 1.0}) {
      check<Kind>(g, 1, 1, density);
      check<Kind>(g, 3, 2, density);
    }
  check<Kind>(layer(1, 1, 40, 20, 1, 1, 0), 4, 9, 0.5);
}

TEST_CASE_TEMPLATE("DenseInt8: sums at the limit of 16 bits are emptied in time [backend]", Kind, Spike, Graded<4, 4>,
                   Graded<36, 36>, Graded<128, 16>) {
  for (double const extreme : {0.5, 0.999, 1.0}) {
    check<Kind>(layer(4, 4, 256, 20), 1, 1, 1.0, extreme);
    check<Kind>(layer(1, 1, 2000, 10, 1, 1, 0), 1, 3, 1.0, extreme);
    check<Kind>(layer(5, 4, 3, 10), 2, 1, 1.0, extreme);
  }
}

TEST_CASE("DenseInt8: images that do not fit a strip are cut into bands [backend]") {
  check<Spike>(layer(40, 60, 70, 5), 2, 1, 0.5);
  check<Graded<4, 4>>(layer(70, 40, 30, 5), 4, 2, 0.5);
  check<Graded<4, 4>>(layer(3, 400, 250, 3), 4, 1, 0.5);
}

TEST_CASE("DenseInt8: it does not apply to counts whose products could saturate [backend]") {
  CHECK(conv::DenseInt8<conv::PortableByteProducts>::applies<Spike>);
  CHECK(conv::DenseInt8<conv::PortableByteProducts>::applies<Graded<129, 4>>);
  CHECK(!conv::DenseInt8<conv::PortableByteProducts>::applies<Graded<130, 4>>);
  CHECK(conv::DenseInt8<>::applies<Graded<129, 4>>);
}
