// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/pooling.hpp>
#include <tet/core/signal.hpp>

namespace tet {

/// Mean over all pixels of each channel.
///
/// Shape:   (H, W, C) -> (C). Spikes become counts (kind Graded) while a count fits one byte.
/// Refused: an input that is not (H, W, C).
struct GlobalAvgPool {
  static constexpr char const* name = "GlobalAvgPool";

  template <auto In>
  static consteval auto infer() {
    static_assert(In.rank == 3,
                  "tet::GlobalAvgPool: input must be (H, W, C); it takes the place of tet::Flatten (input shape is In "
                  "in the note)");
    return Shape{In.channels()};
  }

  template <class In>
  using Output = Signal<infer<In::shape>(), AverageKind<typename In::Kind, int(In::shape.pixels())>>;

  template <class In>
  static constexpr PoolGeometry geometry(Index images) {
    return {images, In::shape[0], In::shape[1], In::shape[2], In::shape[0], In::shape[1]};
  }

  template <class In>
  static constexpr Index macs() {
    return 0;
  }
};

}  // namespace tet
