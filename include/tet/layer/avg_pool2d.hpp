// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/pooling.hpp>
#include <tet/core/signal.hpp>

namespace tet {

/// Mean over windows of Window x Window, without overlap; a last row or column that fills no window is left out.
///
/// Shape:   (H, W, C) -> (H / Window, W / Window, C). Spikes become counts (kind Graded) while a count fits one byte.
/// Refused: an input that is not (H, W, C); a window larger than its input.
template <Index Window>
struct AvgPool2d {
  static constexpr char const* name = "AvgPool2d";
  static_assert(Window > 0, "tet::AvgPool2d: the window must be positive");

  template <auto In>
  static consteval auto infer() {
    static_assert(In.rank == 3,
                  "tet::AvgPool2d: input must be (H, W, C); pool before tet::Flatten (input shape is In in the note)");
    if constexpr (In.rank == 3) {
      static_assert(In[0] >= Window && In[1] >= Window,
                    "tet::AvgPool2d: the window is larger than its input; use a smaller one or one pooling less (input "
                    "shape is In "
                    "in the note)");
      return Shape{In[0] / Window, In[1] / Window, In[2]};
    } else {
      return Shape{Index(1), Index(1), Index(1)};
    }
  }

  template <class In>
  using Output = Signal<infer<In::shape>(), AverageKind<typename In::Kind, int(Window* Window)>>;

  template <class In>
  static constexpr PoolGeometry geometry(Index images) {
    return {images, In::shape[0], In::shape[1], In::shape[2], Window, Window};
  }

  template <class In>
  static constexpr Index macs() {
    return 0;
  }
};

}  // namespace tet
