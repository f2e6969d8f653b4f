// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cuda/cuda.cuh>
#include <tet/core/input_values.hpp>

namespace tet {

/// Brings a batch from the host into a network's input. Returns the position of the first value that the kind cannot
/// hold, or -1.
///
/// The host checks and converts while it fills page-locked memory, so bits travel as bits; the copy runs in stream order.
/// Shape: values [pixels][channels].
template <class Execution, class Element, class Kind, class Scalar>
Index convert_input(BasicCuda<Execution>& exec, Element const* values, Activation<Kind, Scalar> x) {
  return exec.execution().fill(
      reinterpret_cast<std::byte*>(x.data), activation_bytes<Kind, Scalar>(x.pixels, x.channels), [&](std::byte* host) {
        using Value = typename Activation<Kind, Scalar>::Element;
        return write_input(values, Activation<Kind, Scalar>{reinterpret_cast<Value*>(host), x.pixels, x.channels});
      });
}

}  // namespace tet
