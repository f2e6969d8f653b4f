// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cpu/convolution.hpp>
#include <tet/core/conv_choice.hpp>

#include <type_traits>

namespace tet {

/// What conv_forward, conv_weight_gradient and conv_input_gradient do with these sizes.
template <class Kind, class Scalar>
ConvChoice conv_choice(ConvGeometry const& g) {
  using enum ConvAlgorithm;
  if constexpr (!std::is_same_v<Scalar, float>) {
    return {{plain}, {plain}, plain};
  } else {
    auto const dense = [&](conv::Correlation const& c) { return conv::winograd_edge(g, c) != 0 ? winograd : direct; };
    ConvAlgorithm const forward = dense(conv::Correlation::forward(g));
    ConvChoice choice{.forward = {forward},
                      .weight_gradient = {forward},
                      // With a stride there are several correlations, none of which Winograd applies to.
                      .input_gradient = dense(conv::Correlation::input_gradient(g, 0, 0))};
    if constexpr (!std::is_same_v<Kind, Analog>) {
      using Limit = conv::SpikeDrivenLimit<Kind>;
      choice.forward.spikes_up_to = conv::ShortRows::applies<Kind>(g) ? Limit::template forward<conv::ShortRows>(g)
                                                                      : Limit::template forward<conv::FloatRows>(g);
      choice.weight_gradient.spikes_up_to = conv::SpikeDrivenLimit<Kind>::weight_gradient(g);
    }
    return choice;
  }
}

}  // namespace tet
