// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/pooling.hpp>
#include <tet/core/signal.hpp>

#include <concepts>
#include <type_traits>

namespace tet {

/// Stride that makes windows touch without overlap.
inline constexpr Index stride_of_kernel = -1;

struct MaxPoolOptions {
  Index kernel = 2;
  Index stride = stride_of_kernel;
  Index padding = 0;
};

namespace detail {

constexpr MaxPoolOptions resolved_max_pool(MaxPoolOptions o) {
  if (o.stride == stride_of_kernel) o.stride = o.kernel;
  return o;
}
constexpr MaxPoolOptions resolved_max_pool(Index kernel) { return resolved_max_pool(MaxPoolOptions{.kernel = kernel}); }

}  // namespace detail

/// Largest value of each window. `MaxPool2d<2>` halves H and W;
/// `MaxPool2d<MaxPoolOptions{.kernel = 3, .stride = 2, .padding = 1}>` is that of ResNet's stem.
///
/// Of spikes it is an OR, so spikes stay spikes, and counts stay counts. A NaN wins its window.
/// Source:  torch.nn.MaxPool2d with dilation 1 and ceil_mode false.
/// Shape:   (H, W, C) -> ((H + 2 padding - kernel) / stride + 1, the same of W, C); the kind stays.
/// Grad:    goes to the first of the largest values of each window, in the order of rows: of spikes the first active one,
///          of a silent window the first of all.
/// Refused: an input that is not (H, W, C); a window larger than the padded input; padding of more than half a window.
template <auto options_ = MaxPoolOptions{}>
  requires std::same_as<std::remove_cvref_t<decltype(options_)>, MaxPoolOptions> || std::integral<decltype(options_)>
struct MaxPool2d {
  static constexpr MaxPoolOptions options = detail::resolved_max_pool(options_);
  static constexpr char const* name = "MaxPool2d";
  static_assert(options.kernel > 0 && options.stride > 0 && options.padding >= 0,
                "tet::MaxPool2d: kernel and stride must be positive, padding not negative");
  static_assert(2 * options.padding <= options.kernel,
                "tet::MaxPool2d: padding may be at most half the kernel; a window could lie outside of its input");

  template <auto In>
  static consteval auto infer() {
    static_assert(In.rank == 3,
                  "tet::MaxPool2d: input must be (H, W, C); pool before tet::Flatten (input shape is In in the note)");
    if constexpr (In.rank == 3) {
      constexpr bool fits =
          In[0] + 2 * options.padding >= options.kernel && In[1] + 2 * options.padding >= options.kernel;
      static_assert(fits,
                    "tet::MaxPool2d: the window is larger than its padded input; use a smaller one or one pooling less "
                    "(input shape is In in the note)");
      constexpr Index stride = options.stride > 0 ? options.stride : 1;  // a refused stride is reported once, above
      auto const out = [](Index extent) { return (extent + 2 * options.padding - options.kernel) / stride + 1; };
      return Shape{out(In[0]), out(In[1]), In[2]};
    } else {
      return Shape{Index(1), Index(1), Index(1)};
    }
  }

  template <class In>
  using Output = Signal<infer<In::shape>(), typename In::Kind>;

  template <class In>
  static constexpr MaxPoolGeometry geometry(Index images) {
    return {.images = images,
            .height = In::shape[0],
            .width = In::shape[1],
            .channels = In::shape[2],
            .kernel = options.kernel,
            .stride = options.stride,
            .padding = options.padding};
  }

  template <class In>
  static constexpr Index macs() {
    return 0;
  }
};

}  // namespace tet
