// SPDX-License-Identifier: MIT
#include <tests/support/whole_layer.hpp>
#include <tet/backend/cpu/conv/dense_int8.hpp>

#include <doctest/doctest.h>

#include <vector>

using namespace tet;

namespace {

template <class Products, class Kind>
std::vector<float> dense(test::WholeLayer<Kind>& layer, Index timesteps, int threads) {
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
  kernel.run(exec, layer.view(), test::OrderedRows{{y.data(), places, g.out_channels}, next});
  for (Index p = 0; p < places; ++p)
    for (Index c = 0; c < g.out_channels; c += conv::tile_columns)
      CHECK(next[std::size_t(p * ceil_div(g.out_channels, 8) + c / 8)] == timesteps);
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
  test::WholeLayer<Kind> layer(g, density, extreme);
  auto const y = dense<conv::ByteProducts>(layer, timesteps, 1);
  CHECK(test::near_plain_sums(layer, y));
  CHECK(y == dense<conv::ByteProducts>(layer, timesteps, 2));
  CHECK(y == dense<conv::PortableByteProducts>(layer, timesteps, 1));
  CHECK(y == test::spike_driven<conv::RowSums>(layer, timesteps));
  CHECK(y == test::spike_driven<conv::PortableRowSums>(layer, timesteps));
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
                   Graded<4, 4>, Graded<64, 64>, Graded<100, 4>, Graded<128, 16>) {
  for (ConvGeometry const& g : layers)
    for (double const density : {0.0, 0.4, 1.0}) {
      check<Kind>(g, 1, 1, density);
      check<Kind>(g, 3, 2, density);
    }
  check<Kind>(layer(1, 1, 40, 20, 1, 1, 0), 4, 9, 0.5);
}

TEST_CASE_TEMPLATE("DenseInt8: sums at the limit of 16 bits are emptied in time [backend]", Kind, Spike, Graded<4, 4>,
                   Graded<36, 36>, Graded<64, 64>, Graded<65, 64>, Graded<100, 4>, Graded<128, 16>) {
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
