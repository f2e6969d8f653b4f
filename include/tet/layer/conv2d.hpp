// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/convolution.hpp>
#include <tet/core/signal.hpp>
#include <tet/layer/parameter.hpp>

#include <concepts>
#include <type_traits>

namespace tet {

enum class Bias { none, learned };

/// Padding that keeps H and W at stride 1 and an odd kernel.
inline constexpr Index same_padding = -1;

struct ConvOptions {
  Index kernel = 3;
  Index stride = 1;
  Index padding = same_padding;
  Bias bias = Bias::learned;
  Exactness exactness = Exactness::rounded;
};

namespace detail {

constexpr ConvOptions resolved(ConvOptions o) {
  if (o.padding == same_padding) o.padding = o.kernel / 2;
  return o;
}
constexpr ConvOptions resolved(Index kernel) { return resolved(ConvOptions{.kernel = kernel}); }

constexpr ConvOptions with_exactness(ConvOptions o, Exactness exactness) {
  o.exactness = exactness;
  return o;
}

}  // namespace detail

/// 2-D convolution of every frame. `Conv2d<64, 3>` is a 3x3 kernel that keeps H and W; `Conv2d<64, ConvOptions{.stride
/// = 2}>` says more.
///
/// Shape:   (H, W, C) -> ((H + 2 padding - kernel) / stride + 1, the same of W, Out), analog.
/// Files:   weight [Out, C, kernel, kernel], bias [Out], as torch.nn.Conv2d; initialised uniformly in +-1/sqrt(C *
/// kernel^2).
/// Refused: an input that is not (H, W, C); a kernel larger than the padded input.
template <Index Out, auto options_ = ConvOptions{}>
  requires std::same_as<std::remove_cvref_t<decltype(options_)>, ConvOptions> || std::integral<decltype(options_)>
struct Conv2d {
  static constexpr ConvOptions options = detail::resolved(options_);
  static constexpr char const* name = "Conv2d";
  static constexpr bool has_bias = options.bias == Bias::learned;
  static_assert(Out > 0, "tet::Conv2d: needs at least one output channel");
  static_assert(options.kernel > 0 && options.stride > 0 && options.padding >= 0,
                "tet::Conv2d: kernel and stride must be positive, padding not negative");

  template <auto In>
  static consteval auto infer() {
    static_assert(In.rank == 3,
                  "tet::Conv2d: input must be (H, W, C); a convolution cannot follow tet::Flatten or "
                  "tet::Linear (input shape is In in the note)");
    if constexpr (In.rank == 3) {
      constexpr bool fits =
          In[0] + 2 * options.padding >= options.kernel && In[1] + 2 * options.padding >= options.kernel;
      static_assert(
          fits,
          "tet::Conv2d: the kernel is larger than its padded input; use a smaller kernel, more padding, or one "
          "pooling less before it (input shape is In in the note)");
      constexpr Index stride = options.stride > 0 ? options.stride : 1;  // a refused stride is reported once, above
      auto const out = [](Index extent) { return (extent + 2 * options.padding - options.kernel) / stride + 1; };
      return Shape{out(In[0]), out(In[1]), Out};
    } else {
      return Shape{Index(1), Index(1), Out};
    }
  }

  template <class In>
  using Output = Signal<infer<In::shape>(), Analog>;

  template <class In>
  static constexpr ParameterSpec weight{.name = "weight",
                                        .layout = Layout::conv_weight,
                                        .shape = {Out, In::shape.channels(), options.kernel, options.kernel},
                                        .rank = 4,
                                        .fan_in = In::shape.channels() * options.kernel* options.kernel};
  template <class In>
  static constexpr ParameterSpec bias{
      .name = "bias", .shape = {Out}, .rank = 1, .fan_in = In::shape.channels() * options.kernel* options.kernel};

  template <class In>
  static constexpr ConvGeometry geometry(Index images) {
    return {.images = images,
            .height = In::shape[0],
            .width = In::shape[1],
            .in_channels = In::shape[2],
            .out_channels = Out,
            .kernel = options.kernel,
            .stride = options.stride,
            .padding = options.padding,
            .exactness = options.exactness};
  }

  /// Multiply-accumulates of one frame.
  template <class In>
  static constexpr Index macs() {
    return geometry<In>(1).out_pixels() * geometry<In>(1).weights();
  }
};

}  // namespace tet
