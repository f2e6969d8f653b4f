// SPDX-License-Identifier: MIT
#include <tests/support/thread_loops.hpp>
#include <tests/support/whole_layer.hpp>
#include <tet/backend/cpu/conv/winograd_int16.hpp>

#include <doctest/doctest.h>

#include <vector>

using namespace tet;

namespace {

std::vector<float> winograd(test::WholeLayer<Spike>& layer, Index timesteps, int threads) {
  ConvGeometry const& g = layer.g;
  BasicCpu<test::ThreadLoops> exec(threads);
  conv::Tasks const tasks{.timesteps = timesteps, .wanted = 2 * threads, .slots = threads};
  Arena packed, scratch;
  conv::WinogradInt16<>::plan(packed, scratch, g, tasks);
  Storage<Cpu, std::byte> packed_bytes(packed.peak()), scratch_bytes(scratch.peak());
  packed = {packed_bytes.data(), packed_bytes.bytes()}, scratch = {scratch_bytes.data(), scratch_bytes.bytes()};
  auto const kernel = conv::WinogradInt16<>::plan(packed, scratch, g, tasks);
  kernel.pack<Spike>(exec, layer.values());
  Index const places = g.images / timesteps * g.out_pixels();
  std::vector<float> y(std::size_t(timesteps * places * g.out_channels));
  kernel.run(exec, layer.view(), conv::StoreRows{y.data(), places, g.out_channels});
  return y;
}

}  // namespace

TEST_CASE("WinogradInt16: blocks and panels of several threads do not race [tsan]") {
  test::WholeLayer<Spike> layer({6, 14, 13, 40, 70, 3, 1, 1}, 0.3, 0.02);
  auto const one = winograd(layer, 2, 1);
  CHECK(test::near_plain_sums(layer, one));
  for (int const threads : {2, 3, 8}) CHECK(one == winograd(layer, 2, threads));
}
