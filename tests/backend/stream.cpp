// SPDX-License-Identifier: MIT
#include <tet/backend/cpu/neuron.hpp>
#include <tet/backend/cpu/stream.hpp>
#include <tet/core/storage.hpp>
#include <tet/neuron/neurons.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <vector>

using namespace tet;

namespace {

template <class Scalar>
void check_store() {
  using V = NativePack<Scalar>;
  alignas(64) Scalar to[3 * V::width] = {};
  Scalar from[V::width];
  for (int i = 0; i < V::width; ++i) from[i] = Scalar(i + 1);
  cpu::store_past_caches(to + V::width, V::load(from));
  cpu::finish_stores_past_caches();
  for (int i = 0; i < 3 * V::width; ++i) CHECK(to[i] == (i / V::width == 1 ? from[i - V::width] : Scalar(0)));
}

/// A layer whose dx is larger than what goes to the caches.
struct LargeLayer {
  static constexpr Index timesteps = 2, channels = 64, pixels = (Index(5) << 20) / channels;
  static constexpr Index values = timesteps * pixels * channels;
  static_assert(values * Index(sizeof(float)) > Index(32) << 20);

  Cpu exec{2};
  Storage<Cpu, float> x{values}, ds{values}, dx{values};
  Storage<Cpu, std::byte> scratch{0};

  LargeLayer() {
    for (Index i = 0; i < values; ++i) {
      x.data()[i] = float(i * 7 % 11) / 4 - 1;
      ds.data()[i] = float(i * 5 % 13) / 4 - 1;
    }
    std::fill_n(dx.data(), values, -7.0f);
  }

  template <class Normalise>
  auto call() {
    return NeuronCall<Analog, Normalise, float>{
        .x = {x.data(), timesteps * pixels, channels}, .timesteps = timesteps, .pixels = pixels};
  }
  template <class Normalise>
  Workspace workspace() {
    scratch = Storage<Cpu, std::byte>(neuron_workspace<Lif<>, Normalise, float>(exec, timesteps, pixels, channels));
    return {scratch.data(), scratch.bytes()};
  }
  bool same_bits(Storage<Cpu, float> const& a, Storage<Cpu, float> const& b) const {
    return std::memcmp(a.data(), b.data(), std::size_t(values) * sizeof(float)) == 0;
  }
};

}  // namespace

TEST_CASE("store_past_caches: it writes one pack and nothing else [backend]") {
  check_store<float>();
  check_store<double>();
}

TEST_CASE("destination: large arrays of whole aligned packs go past the caches [backend]") {
  using V = NativePack<float>;
  alignas(64) float to[32];
  Index const large = Index(64) << 20;
  CHECK(cpu::destination<V>(to, 64, large) == cpu::Destination::memory);
  CHECK(cpu::destination<V>(to, 64, 1 << 20) == cpu::Destination::caches);
  CHECK(cpu::destination<V>(to, 65, large) == cpu::Destination::caches);
  CHECK(cpu::destination<V>(to + 1, 64, large) == cpu::Destination::caches);
}

TEST_CASE("neuron_backward: a large dx has the same bits past the caches as over ds [backend]") {
  LargeLayer layer;
  auto const call = layer.call<NoNormalisation>();
  Workspace const workspace = layer.workspace<NoNormalisation>();
  REQUIRE(cpu::neuron_destination<NativePack<float>>(call, layer.ds.data(), layer.dx.data()) ==
          cpu::Destination::memory);
  neuron_backward<Lif<>>(layer.exec, call, GradientView<float>{layer.ds.data()}, layer.dx.data(), {}, workspace);
  REQUIRE(cpu::neuron_destination<NativePack<float>>(call, layer.ds.data(), layer.ds.data()) ==
          cpu::Destination::caches);
  neuron_backward<Lif<>>(layer.exec, call, GradientView<float>{layer.ds.data()}, layer.ds.data(), {}, workspace);
  CHECK(layer.same_bits(layer.dx, layer.ds));
}

TEST_CASE("neuron_input_gradient: a large dx has the same bits past the caches as over x [backend]") {
  LargeLayer layer;
  std::vector<float> const mean(64, 0.25f), scale(64, 1.5f), shift(64, 0.5f), mean_dy(64, 0.125f), slope(64, -0.25f);
  auto call = layer.call<Normalisation<float>>();
  call.normalise = {mean.data(), scale.data(), shift.data()};
  Workspace const workspace = layer.workspace<Normalisation<float>>();
  BatchNormGradient<float> const norm{scale.data(), mean_dy.data(), slope.data()};
  REQUIRE(cpu::neuron_destination<NativePack<float>>(call, layer.ds.data(), layer.dx.data()) ==
          cpu::Destination::memory);
  neuron_input_gradient<Lif<>>(layer.exec, call, GradientView<float>{layer.ds.data()}, norm, nullptr, layer.dx.data(),
                               workspace);
  neuron_input_gradient<Lif<>>(layer.exec, call, GradientView<float>{layer.ds.data()}, norm, nullptr, layer.x.data(),
                               workspace);
  CHECK(layer.same_bits(layer.dx, layer.x));
}
