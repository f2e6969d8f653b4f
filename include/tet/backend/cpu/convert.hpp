// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cpu/cpu.hpp>
#include <tet/backend/cpu/partition.hpp>
#include <tet/core/byte_images.hpp>
#include <tet/core/input_values.hpp>
#include <tet/core/shape.hpp>
#include <tet/core/workspace.hpp>

#include <type_traits>

namespace tet {

/// Brings a batch from the host into a network's input. Returns the position of the first value that the kind cannot
/// hold, or -1.
///
/// Shape: values [pixels][channels].
template <class Loops, class Element, class Kind, class Scalar>
Index convert_input(BasicCpu<Loops>&, Element const* values, Activation<Kind, Scalar> x, Workspace = {}) {
  return write_input(values, x);
}

/// The same for images that come as bytes. Pre: their table's values are finite.
template <class Loops, class Kind, class Scalar>
Index convert_input(BasicCpu<Loops>& exec, ByteImages const& images, Activation<Kind, Scalar> x, Workspace) {
  if constexpr (std::is_same_v<Kind, Analog>) {
    WriteImagePixel<Scalar> const write{images, x.data};
    cpu::Partition const partition(images.count * images.height, ceil_div(4096, images.width));
    exec.parallel_for(partition.tasks(), [&](Index task, Index) {
      for (Index row = partition.begin(task); row < partition.end(task); ++row) write.write_row(row);
    });
    return -1;
  } else {
    return write_input(images, x);
  }
}

/// Scratch memory for so many images as bytes.
template <class Kind, class Loops>
Index input_workspace(BasicCpu<Loops> const&, Index, Shape<3> const&) {
  return 0;
}

}  // namespace tet
