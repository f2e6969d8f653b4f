// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cpu/conv/byte_products.hpp>
#include <tet/core/activation.hpp>
#include <tet/core/index.hpp>

#include <type_traits>

namespace tet::conv {

/// Shares of active inputs, of spikes and of counts.
struct KindLimit {
  double spikes, counts;

  template <class Kind>
  constexpr double of() const {
    return std::is_same_v<Kind, Spike> ? spikes : counts;
  }
};

/// With weights of 8 bits: share of active inputs up to which the spike-driven kernel is faster than the one for busy
/// input. Measured on Zen 5, over_bytes of AVX2 on Zen 3: 3x3 windows, 64x128@32 to 512x512@8.
struct Int8Limits {
  KindLimit over_bytes;
  /// For rows of the spike-driven kernel of one vector, two and four: the shorter, the more its lists weigh.
  KindLimit over_winograd[3];

  /// Where DenseInt8 computes `dense` and the spike-driven kernel `spike_driven` times as many products as there are (of
  /// active inputs), for whole tiles and whole rows.
  template <class Kind>
  constexpr double dense(double dense_padding, double spike_driven_padding) const {
    return over_bytes.of<Kind>() * dense_padding / spike_driven_padding;
  }

  /// `work`: with transforms, see WinogradInt16; `vectors`: of a row of the spike-driven kernel.
  template <class Kind>
  constexpr double winograd(double work, Index vectors) const {
    return over_winograd[vectors == 1 ? 0 : vectors == 2 ? 1 : 2].of<Kind>() * work;
  }
};

#if defined(__AVX512BW__) && defined(__AVX512VNNI__)
inline constexpr Int8Limits int8_limits{{0.55, 0.25}, {{0, 0}, {0.2, 0}, {0.24, 0.045}}};
#elif defined(__AVX512BW__)
inline constexpr Int8Limits int8_limits{{0.6, 0.15}, {{0, 0}, {0.12, 0}, {0.235, 0.04}}};
#elif defined(__AVX2__)
inline constexpr Int8Limits int8_limits{{0.57, 0.38}, {{0.03, 0}, {0.09, 0}, {0.25, 0.11}}};
#else
inline constexpr Int8Limits int8_limits{{1, 1}, {{0.03, 0}, {0.03, 0}, {0.055, 0.02}}};
#endif

/// Whether DenseInt8 ever pays. Without instructions for its products it takes 4 times as long as adding rows does at a
/// density of 0.5.
inline constexpr bool dense_int8_pays = !std::is_same_v<ByteProducts, PortableByteProducts>;

}  // namespace tet::conv
