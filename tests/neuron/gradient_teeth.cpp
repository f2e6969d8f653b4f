// SPDX-License-Identifier: MIT
#include <tests/neuron/gradient_errors.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace tet;

namespace {

/// A neuron whose backward has one fault.
enum class Fault { no_leak, no_reset, no_spike };

template <class Neuron, Fault fault>
struct Broken : Neuron {
  template <class V>
  static constexpr auto backward(typename Neuron::template State<V> before, typename Neuron::template Parameters<V> p,
                                 typename Neuron::template Step<V> f, V ds, typename Neuron::template State<V> dnext) {
    if constexpr (fault == Fault::no_spike) ds = V(0);
    if constexpr (fault == Fault::no_reset) f.s = V(0);
    auto g = Neuron::template backward<V>(before, p, f, ds, dnext);
    if constexpr (fault == Fault::no_leak) g.state.v = g.x;
    return g;
  }
};

}  // namespace

TEST_CASE("NeuronModel: the gradient test fails for a neuron that drops a term [neuron]") {
  test::for_each_neuron<Triangle<>, Atan<>>(
      [&]<class Neuron>(std::type_identity<Neuron>, Reset reset, ResetGradient gradient) {
        CAPTURE(Neuron::name);
        CAPTURE(Neuron::Surrogate::name);
        CAPTURE(int(reset));
        CAPTURE(int(gradient));
        Seed const seed{32};
        double const noticed = 1e3 * test::gradient_tolerance;
        CHECK(test::gradient_errors<Neuron, Broken<Neuron, Fault::no_spike>>(seed, gradient).largest() > noticed);
        if (std::string(Neuron::name) != "If")
          CHECK(test::gradient_errors<Neuron, Broken<Neuron, Fault::no_leak>>(seed, gradient).largest() > noticed);
        if (reset == Reset::hard)
          CHECK(test::gradient_errors<Neuron, Broken<Neuron, Fault::no_reset>>(seed, gradient).largest() > noticed);
        // A kept gradient is none of a detached reset, and the other way round.
        auto const other = gradient == ResetGradient::kept ? ResetGradient::detached : ResetGradient::kept;
        CHECK(test::gradient_errors<Neuron>(seed, other).largest() > noticed);
      });
}
