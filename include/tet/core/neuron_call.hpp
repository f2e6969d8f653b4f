// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/activation.hpp>
#include <tet/core/index.hpp>

namespace tet {

/// The input reaches the neuron as it is.
struct NoNormalisation {};

/// The input is normalised per channel on its way: (x - mean) * scale + shift.
template <class Scalar>
struct Normalisation {
  Scalar const* mean = nullptr;
  Scalar const* scale = nullptr;
  Scalar const* shift = nullptr;
};

inline constexpr int max_neuron_parameters = 8;

/// One layer of neurons over all timesteps, as a backend sees it.
///
/// Shape: x [T, pixels, C], where a pixel is one place of one sample (B*H*W of them), or one frame [pixels, C] shown T
///        times (`repeated`).
/// Carried state: [values in State][pixels][C], nullptr for zeros and for results that nobody wants.
template <class Kind, class Normalise, class Scalar>
struct NeuronCall {
  Activation<Kind, Scalar> x;
  bool repeated = false;
  Index timesteps = 1;
  Index pixels = 0;
  Normalise normalise{};
  Scalar const* parameters[max_neuron_parameters] = {};
  Scalar const* initial_state = nullptr;
  Scalar* final_state = nullptr;
};

/// Where the backward pass of a layer of neurons leaves its sums, and the gradients of carried state.
template <class Scalar>
struct NeuronGradients {
  Scalar* shift = nullptr;    ///< [C]: sum of dL/dx over time and pixels
  Scalar* centred = nullptr;  ///< [C]: sum of dL/dx * (x - mean)
  Scalar* parameters[max_neuron_parameters] = {};
  Scalar const* final_state = nullptr;  ///< dL/d final state
  Scalar* initial_state = nullptr;      ///< dL/d initial state
};

}  // namespace tet
