// SPDX-License-Identifier: MIT
#include <tet/backend/cpu/convolution.hpp>
#include <tet/core/random.hpp>
#include <tet/core/storage.hpp>

#include <benchmark/benchmark.h>

#include <cstdio>
#include <memory>
#include <string>
#include <type_traits>

namespace {

using tet::ConvGeometry;
using tet::Index;

enum class Pass { forward, input_gradient, weight_gradient };

/// Operands of one convolution with random values.
template <class Kind>
struct Operands {
  using View = tet::Activation<Kind, float>;
  ConvGeometry g;
  tet::Cpu cpu;
  tet::Storage<tet::Cpu, typename View::Element> x;
  tet::Storage<tet::Cpu, float> weight, dweight, dy, y, dx;
  tet::Storage<tet::Cpu, std::byte> scratch;

  Operands(ConvGeometry const& geometry, double density)
      : g(geometry),
        x(g.images * g.in_pixels() * View::elements_per_pixel(g.in_channels)),
        weight(g.weights()),
        dweight(g.weights()),
        dy(g.images * g.out_pixels() * g.out_channels),
        y(dy.size()),
        dx(g.images * g.in_pixels() * g.in_channels),
        scratch(tet::conv_workspace<Kind, float>(g, cpu.slots())) {
    tet::Random const random(tet::Seed{7}, 0);
    std::uint64_t next = 0;
    for (Index k = 0; k < weight.size(); ++k) weight.data()[k] = float(random.uniform(next++)) - 0.5f;
    for (Index k = 0; k < dy.size(); ++k) dy.data()[k] = float(random.bits(next++) >> 40) * 0x1p-24f - 0.5f;
    for (Index p = 0; p < g.images * g.in_pixels(); ++p)
      for (Index c = 0; c < g.in_channels; ++c) {
        if (random.uniform(next++) >= density) continue;
        auto* const pixel = view().pixel(p);
        if constexpr (std::is_same_v<Kind, tet::Spike>) pixel[c / 64] |= 1ull << (c % 64);
        else if constexpr (std::is_same_v<Kind, tet::Analog>) pixel[c] = float(random.uniform(next++));
        else pixel[c] = std::uint8_t(1 + random.below(next++, Kind::max));
      }
  }
  View view() { return {x.data(), g.images * g.in_pixels(), g.in_channels}; }
  tet::Workspace workspace() { return {scratch.data(), scratch.bytes()}; }
};

template <class Kind>
void convolution(benchmark::State& state, ConvGeometry const& g, Pass pass, double density) {
  Operands<Kind> o(g, density);
  for (auto _ : state) {
    if (pass == Pass::forward)
      tet::conv_forward(o.cpu, g, o.view(), o.weight.data(), static_cast<float const*>(nullptr), o.y.data(),
                        o.workspace());
    else if (pass == Pass::input_gradient)
      tet::conv_input_gradient(o.cpu, g, o.weight.data(), o.dy.data(), o.dx.data(), o.workspace());
    else
      tet::conv_weight_gradient(o.cpu, g, o.view(), o.dy.data(), o.dweight.data(), static_cast<float*>(nullptr),
                                o.workspace());
    benchmark::ClobberMemory();
  }
  double const flops = 2.0 * double(g.weights()) * double(g.images * g.out_pixels());
  state.counters["dense_flops"] = benchmark::Counter(flops, benchmark::Counter::kIsIterationInvariantRate);
  Index const bytes = pass == Pass::forward          ? o.x.bytes() + o.weight.bytes() + o.y.bytes()
                      : pass == Pass::input_gradient ? o.dy.bytes() + o.weight.bytes() + o.dx.bytes()
                                                     : o.dy.bytes() + o.x.bytes() + o.dweight.bytes();
  state.SetBytesProcessed(state.iterations() * bytes);
}

template <class Kind>
void add(std::string const& shape, ConvGeometry const& g, Pass pass, double density) {
  char const* const passes[] = {"forward", "input_gradient", "weight_gradient"};
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", density);
  std::string const name = "conv/" + std::string(passes[int(pass)]) + "/" + shape + "/density:" + text + "/cpu";
  benchmark::RegisterBenchmark(name.c_str(),
                               [=](benchmark::State& state) { convolution<Kind>(state, g, pass, density); })
      ->Unit(benchmark::kMillisecond)
      ->UseRealTime();
}

constexpr ConvGeometry layer(Index images, Index size, Index in, Index out, Index kernel = 3, Index stride = 1) {
  return {images, size, size, in, out, kernel, stride, kernel / 2};
}

struct Layer {
  char const* name;
  ConvGeometry g;
};

constexpr Layer spiking[] = {{"64x128@32", layer(16, 32, 64, 128)},          {"128x128@32", layer(16, 32, 128, 128)},
                             {"64x128@48", layer(8, 48, 64, 128)},           {"128x256@16", layer(32, 16, 128, 256)},
                             {"256x512@12", layer(24, 12, 256, 512)},        {"512x512@6", layer(40, 6, 512, 512)},
                             {"128x256@32/2", layer(16, 32, 128, 256, 3, 2)}};
constexpr Layer pooled[] = {{"128x256@16-graded", layer(32, 16, 128, 256)},
                            {"16384x10@1-graded", layer(128, 1, 16384, 10, 1)}};
constexpr Layer analog[] = {{"3x64@32-analog", layer(16, 32, 3, 64)}, {"2x64@48-analog", layer(16, 48, 2, 64)}};

int const registered = [] {
  for (Layer const& l : spiking) {
    for (double const density : {0.05, 0.1, 0.2, 0.3, 0.5}) {
      add<tet::Spike>(l.name, l.g, Pass::forward, density);
      add<tet::Spike>(l.name, l.g, Pass::weight_gradient, density);
    }
    add<tet::Spike>(l.name, l.g, Pass::input_gradient, 1.0);
  }
  for (Layer const& l : pooled)
    for (Pass const pass : {Pass::forward, Pass::weight_gradient, Pass::input_gradient})
      add<tet::Graded<4, 4>>(l.name, l.g, pass, 0.32);
  for (Layer const& l : analog)
    for (Pass const pass : {Pass::forward, Pass::weight_gradient, Pass::input_gradient})
      add<tet::Analog>(l.name, l.g, pass, 1.0);
  return 0;
}();

}  // namespace
