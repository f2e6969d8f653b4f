// SPDX-License-Identifier: MIT
#include <tests/support/whole_layer.hpp>
#include <tet/backend/cpu/conv/dense_int8.hpp>
#include <tet/backend/cpu/conv/winograd_int16.hpp>

#include <doctest/doctest.h>

#include <cstring>
#include <vector>

using namespace tet;

namespace {

template <class Products, class Kind>
std::vector<float> winograd(test::WholeLayer<Kind>& layer, Index timesteps, int threads, int poison) {
  using Kernel = conv::WinogradInt16<Products>;
  constexpr Index guard = 256;
  ConvGeometry const& g = layer.g;
  Cpu exec(threads);
  conv::Tasks const tasks{.timesteps = timesteps, .wanted = threads == 1 ? 1 : 2 * threads, .slots = threads};
  Arena packed, scratch;
  Kernel::plan(packed, scratch, g, tasks);
  Storage<Cpu, std::byte> packed_bytes(packed.peak()), scratch_bytes(scratch.peak() + guard);
  std::memset(scratch_bytes.data(), poison, std::size_t(scratch_bytes.bytes()));
  packed = {packed_bytes.data(), packed_bytes.bytes()}, scratch = {scratch_bytes.data(), scratch_bytes.bytes() - guard};
  Kernel const kernel = Kernel::plan(packed, scratch, g, tasks);
  kernel.template pack<Kind>(exec, layer.values());
  Index const places = g.images / timesteps * g.out_pixels();
  std::vector<float> y(std::size_t(timesteps * places * g.out_channels), -7.0f);
  std::vector<Index> next(std::size_t(places * ceil_div(g.out_channels, 8)));
  kernel.run(exec, layer.view(), test::OrderedRows{{y.data(), places, g.out_channels}, next});
  for (Index p = 0; p < places; ++p)
    for (Index c = 0; c < g.out_channels; c += conv::tile_columns)
      CHECK(next[std::size_t(p * ceil_div(g.out_channels, 8) + c / 8)] == timesteps);
  std::byte const* const end = scratch_bytes.data() + scratch_bytes.bytes();
  CHECK(std::all_of(end - guard, end, [&](std::byte b) { return b == std::byte(poison); }));
  return y;
}

template <class Kind>
void check(ConvGeometry g, Index timesteps, Index batch, double density, double extreme = 0.02) {
  g.images = timesteps * batch;
  CAPTURE(Kind::name);
  CAPTURE(conv::largest_input<Kind>);
  CAPTURE(g.height);
  CAPTURE(g.width);
  CAPTURE(g.in_channels);
  CAPTURE(g.out_channels);
  CAPTURE(g.padding);
  CAPTURE(timesteps);
  CAPTURE(batch);
  CAPTURE(density);
  CAPTURE(extreme);
  test::WholeLayer<Kind> layer(g, density, extreme);
  auto const y = winograd<conv::PairProducts>(layer, timesteps, 1, 0x5A);
  CHECK(test::near_plain_sums(layer, y));
  CHECK(y == winograd<conv::PairProducts>(layer, timesteps, 2, 0xA5));
  CHECK(y == winograd<conv::PortablePairProducts>(layer, timesteps, 1, 0x5A));
  CHECK(y == test::spike_driven<conv::RowSums>(layer, timesteps));
}

constexpr ConvGeometry layer(Index height, Index width, Index in, Index out, Index padding = 1) {
  return {1, height, width, in, out, 3, 1, padding};
}

constexpr ConvGeometry layers[] = {
    layer(1, 1, 1, 1),     layer(5, 7, 3, 10),  layer(12, 11, 16, 17), layer(3, 3, 70, 65),    layer(4, 4, 129, 31),
    layer(20, 24, 17, 33), layer(8, 8, 64, 96), layer(9, 2, 33, 40),   layer(7, 6, 20, 24, 0), layer(6, 5, 18, 9, 2)};

template <class Kind>
bool applies(ConvGeometry g, Index timesteps = 4) {
  g.images = timesteps;
  return conv::WinogradInt16<>::applies<Kind>(g, timesteps);
}

}  // namespace

TEST_CASE_TEMPLATE("WinogradInt16: outputs equal integer loops and those of the spike-driven kernel [backend]", Kind,
                   Spike, Graded<4, 4>, Graded<64, 64>, Graded<255, 16>) {
  for (ConvGeometry const& g : layers)
    for (double const density : {0.0, 0.4, 1.0}) {
      check<Kind>(g, 1, 1, density);
      check<Kind>(g, 3, 2, density);
    }
  check<Kind>(layer(8, 9, 24, 20), 5, 9, 0.5);
}

TEST_CASE("WinogradInt16: images that exceed a task are cut into blocks [backend]") {
  check<Spike>(layer(40, 60, 300, 40), 2, 1, 0.3);
  check<Graded<4, 4>>(layer(16, 16, 140, 70), 4, 5, 0.5);
}

TEST_CASE_TEMPLATE("WinogradInt16: the largest sums of all are exact [backend]", Kind, Spike, Graded<4, 4>,
                   Graded<255, 16>) {
  constexpr Index most = 115 * 255 / conv::largest_input<Kind>;  // channels, see applies
  for (double const extreme : {0.5, 0.999, 1.0}) {
    check<Kind>(layer(5, 6, 64, 34), 2, 1, 1.0, extreme);
    check<Kind>(layer(4, 4, std::min<Index>(most, 4000), 3), 1, 1, 1.0, extreme);
  }
}

TEST_CASE("WinogradInt16: it does not apply where outputs could exceed 2^25 [backend]") {
  CHECK(applies<Graded<255, 16>>(layer(16, 16, 115, 32)));
  CHECK(!applies<Graded<255, 16>>(layer(16, 16, 116, 32)));
  CHECK(applies<Graded<4, 4>>(layer(16, 16, 7338, 32), 16));
  CHECK(!applies<Graded<4, 4>>(layer(16, 16, 7340, 32), 16));
}

TEST_CASE("WinogradInt16: it applies to 3x3 windows whose patches fit the image and share their weights [backend]") {
  CHECK(applies<Spike>(layer(32, 32, 64, 128)));
  CHECK(applies<Spike>(layer(8, 8, 512, 512)));
  CHECK(!applies<Spike>(layer(6, 6, 512, 512)));
  CHECK(!applies<Spike>(layer(4, 4, 512, 512), 1));
  CHECK(!applies<Spike>(layer(32, 32, 8, 128)));
  CHECK(!applies<Spike>({1, 32, 32, 64, 128, 3, 2, 1}));
  CHECK(!applies<Spike>({1, 32, 32, 64, 128, 1, 1, 0}));
}

TEST_CASE("WinogradInt16: scratch for many images suffices for fewer [backend]") {
  for (Index const threads : {1, 3, 16})
    for (Index const timesteps : {1, 4}) {
      Index most = 0;
      for (Index batch = 1; batch < 40; ++batch) {
        ConvGeometry g = layer(9, 12, 200, 70);
        g.images = batch * timesteps;
        Arena packed, scratch;
        conv::WinogradInt16<>::plan(
            packed, scratch, g, {.timesteps = timesteps, .wanted = threads == 1 ? 1 : 2 * threads, .slots = threads});
        CHECK(scratch.peak() >= most);
        most = scratch.peak();
      }
    }
}
