// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/convolution.hpp>
#include <tet/core/signal.hpp>
#include <tet/layer/conv2d.hpp>
#include <tet/layer/parameter.hpp>

namespace tet {

/// Fully connected layer: y = x W^T + b.
///
/// Shape:   (F) -> (Out), analog.
/// Files:   weight [Out, F], bias [Out], as torch.nn.Linear; initialised uniformly in +-1/sqrt(F). Right after a
/// Flatten the features in
///          files are ordered C, H, W.
/// Refused: an input that is not (F).
template <Index Out, Bias bias_ = Bias::learned>
struct Linear {
  static constexpr char const* name = "Linear";
  static constexpr bool has_bias = bias_ == Bias::learned;
  static_assert(Out > 0, "tet::Linear: needs at least one output");

  template <auto In>
  static consteval auto infer() {
    static_assert(In.rank == 1,
                  "tet::Linear: input must be (F); put tet::Flatten before it (input shape is In in the note)");
    return Shape{Out};
  }

  template <class In>
  using Output = Signal<infer<In::shape>(), Analog>;

  template <class In>
  static constexpr ParameterSpec weight = after_flatten<In>({.name = "weight",
                                                             .layout = Layout::linear_weight,
                                                             .shape = {Out, In::shape.size()},
                                                             .rank = 2,
                                                             .fan_in = In::shape.size()});
  template <class In>
  static constexpr ParameterSpec bias{.name = "bias", .shape = {Out}, .rank = 1, .fan_in = In::shape.size()};

  /// The same layer as a 1x1 convolution of 1x1 images: spike-driven kernels serve both.
  template <class In>
  static constexpr ConvGeometry geometry(Index frames) {
    return {.images = frames,
            .height = 1,
            .width = 1,
            .in_channels = In::shape.size(),
            .out_channels = Out,
            .exactness = Exactness::winograd};  // weights are not rounded: WithExactness could not turn that off
  }

  template <class In>
  static constexpr Index macs() {
    return In::shape.size() * Out;
  }
};

}  // namespace tet
