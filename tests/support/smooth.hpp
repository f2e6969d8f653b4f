// SPDX-License-Identifier: MIT
#pragma once

#include <tet/surrogate/concepts.hpp>

namespace tet::test {

/// The smooth twin of a neuron: it fires by its surrogate's primitive, so that central differences of it are
/// meaningful.
template <class Neuron>
struct Smooth : Neuron {
  using Fire = SmoothFire<typename Neuron::Surrogate>;
};

}  // namespace tet::test
