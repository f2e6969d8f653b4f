// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cpu/cpu.hpp>
#include <tet/core/input_values.hpp>

namespace tet {

/// Brings a batch from the host into a network's input. Returns the position of the first value that the kind cannot
/// hold, or -1.
///
/// Shape: values [pixels][channels].
template <class Loops, class Element, class Kind, class Scalar>
Index convert_input(BasicCpu<Loops>&, Element const* values, Activation<Kind, Scalar> x) {
  return write_input(values, x);
}

}  // namespace tet
