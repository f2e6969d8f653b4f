// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/activation.hpp>
#include <tet/core/error.hpp>
#include <tet/core/shape.hpp>
#include <tet/core/workspace.hpp>
#include <tet/model/input_batch.hpp>

#include <cmath>
#include <string>

namespace tet::detail {

/// Refuses a batch that does not hold so many frames of a network's input.
template <class Element>
void check_input(InputBatch<Element> const& batch, Shape<3> const& shape, Index frames) {
  auto const text = [](Index count, Shape<3> const& of) {
    return std::to_string(count) + " of (" + std::to_string(of[0]) + ", " + std::to_string(of[1]) + ", " +
           std::to_string(of[2]) + ")";
  };
  ByteImages const& images = batch.images;
  if (images.count == 0) {
    if (Index(batch.values.size()) != frames * shape.size())
      refuse("input of a batch", std::to_string(batch.values.size()) + " values",
             std::to_string(frames * shape.size()) + " (" + std::to_string(frames) + " frames of " +
                 std::to_string(shape.size()) + ")");
    return;
  }
  if (!batch.values.empty()) refuse("input of a batch", "images as bytes and values", "one of them");
  if (batch.presentation != Presentation::repeated)
    refuse("images of a batch", "a frame of its own at every timestep", "each shown at all of them");
  Shape<3> const got{images.height, images.width, images.channels};
  if (images.count != frames || got != shape) refuse("images of a batch", text(images.count, got), text(frames, shape));
  for (Index i = 0; i < images.channels * 256; ++i)
    if (!std::isfinite(images.values[i]))
      refuse("images of a batch: value of byte " + std::to_string(i % 256), std::to_string(images.values[i]), "finite");
}

/// Brings values of the host, or images as bytes, into a network's input; `first` is the first one's number in the batch.
template <class Backend, class Values, class Kind, class Scalar>
void load_input(Backend& exec, Values const& values, Activation<Kind, Scalar> x, Workspace workspace, Index first = 0) {
  Index const bad = convert_input(exec, values, x, workspace);
  if (bad >= 0)
    refuse("input of a batch, value " + std::to_string(first + bad), std::to_string(values[bad]),
           std::string("a value that a ") + Kind::name + " input can hold");
}

}  // namespace tet::detail
