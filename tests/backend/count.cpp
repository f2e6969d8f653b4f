// SPDX-License-Identifier: MIT
#include <tests/backend/neuron_layer.hpp>
#include <tests/support/reference_convolution.hpp>
#include <tet/backend/cpu/count.hpp>

using namespace tet;

namespace {

template <class Kind>
void check(ConvGeometry const& g) {
  test::Signals<Kind, float> const x({121}, 0, g.images * g.in_pixels(), g.in_channels);
  double active = 0, operations = 0;
  for (Index p = 0; p < x.view.pixels; ++p)
    for (Index c = 0; c < g.in_channels; ++c) active += x.view.value(p, c) != 0;
  test::ReferenceConvolution{g}.products(
      [&](Index in, Index, Index) { operations += x.view.value(in / g.in_channels, in % g.in_channels) != 0; });
  Cpu exec(2);
  CHECK(count_active(exec, x.view) == active);
  CHECK(count_synaptic_operations(exec, g, x.view) == operations);
}

template <class Kind>
void check_geometries() {
  check<Kind>({.images = 3,
               .height = 5,
               .width = 4,
               .in_channels = 3,
               .out_channels = 7,
               .kernel = 3,
               .stride = 1,
               .padding = 1});
  check<Kind>({.images = 2,
               .height = 7,
               .width = 6,
               .in_channels = 65,
               .out_channels = 2,
               .kernel = 3,
               .stride = 2,
               .padding = 1});
  check<Kind>({.images = 2,
               .height = 7,
               .width = 9,
               .in_channels = 2,
               .out_channels = 3,
               .kernel = 2,
               .stride = 3,
               .padding = 0});
  check<Kind>({.images = 40,
               .height = 1,
               .width = 1,
               .in_channels = 130,
               .out_channels = 10,
               .kernel = 1,
               .stride = 1,
               .padding = 0});
}

}  // namespace

TEST_CASE("count: active values and synaptic operations equal plain loops [backend]") {
  check_geometries<Spike>();
  check_geometries<Graded<2, 2>>();
  check_geometries<Analog>();
}
