// SPDX-License-Identifier: MIT
#pragma once

#include <tet/config.hpp>
#include <tet/core/values.hpp>

#include <cstdint>

namespace tet {

/// Seed of everything random in one run.
struct Seed {
  std::uint64_t value = 0;
};

/// Philox 4x32-10: a block of four random words is a pure function of key and counter.
///
/// Source: Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3. SC'11; Random123 1.14 kat_vectors.
TET_HD constexpr Values<std::uint32_t, 4> philox4x32(Values<std::uint32_t, 4> counter, Values<std::uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    std::uint64_t const a = 0xD2511F53ull * counter[0];
    std::uint64_t const b = 0xCD9E8D57ull * counter[2];
    counter = {std::uint32_t(b >> 32) ^ counter[1] ^ key[0], std::uint32_t(b),
               std::uint32_t(a >> 32) ^ counter[3] ^ key[1], std::uint32_t(a)};
    key = {key[0] + 0x9E3779B9u, key[1] + 0xBB67AE85u};
  }
  return counter;
}

/// Random numbers addressed by (seed, stream, index): no state, so any thread may draw any of them in any order.
///
/// Streams keep uses apart (one weight tensor, one epoch's order, …); see Stream for the ranges in use.
class Random {
 public:
  TET_HD constexpr Random(Seed seed, std::uint64_t stream) : seed_(seed.value), stream_(stream) {}

  /// 64 random bits.
  TET_HD constexpr std::uint64_t bits(std::uint64_t index) const {
    auto const block = philox4x32(
        {std::uint32_t(index), std::uint32_t(index >> 32), std::uint32_t(stream_), std::uint32_t(stream_ >> 32)},
        {std::uint32_t(seed_), std::uint32_t(seed_ >> 32)});
    return block[0] | std::uint64_t(block[1]) << 32;
  }

  /// Uniform in [0, 1), with 53 random bits.
  TET_HD constexpr double uniform(std::uint64_t index) const { return double(bits(index) >> 11) * 0x1p-53; }

  /// Uniform in 0 … bound - 1 (bias below bound / 2^64).
  TET_HD constexpr std::uint64_t below(std::uint64_t index, std::uint64_t bound) const {
    return high_product(bits(index), bound);
  }

 private:
  /// The upper 64 bits of a * b.
  TET_HD static constexpr std::uint64_t high_product(std::uint64_t a, std::uint64_t b) {
    std::uint64_t const a0 = a & 0xFFFFFFFF, a1 = a >> 32, b0 = b & 0xFFFFFFFF, b1 = b >> 32;
    std::uint64_t const middle = a1 * b0 + ((a0 * b0) >> 32);
    return a1 * b1 + (middle >> 32) + (((middle & 0xFFFFFFFF) + a0 * b1) >> 32);
  }

  std::uint64_t seed_;
  std::uint64_t stream_;
};

/// First stream of each use; a use adds its own number (tensor, epoch) to it.
namespace stream {
inline constexpr std::uint64_t weights = 0;                // + number of the parameter tensor
inline constexpr std::uint64_t order = 1ull << 32;         // + epoch: the order of a data set
inline constexpr std::uint64_t augmentation = 2ull << 32;  // + epoch: crops and flips
inline constexpr std::uint64_t sensor = 3ull << 32;        // + sample: a simulated sensor's noise
inline constexpr std::uint64_t mixing = 8ull << 32;        // + epoch: mixup and cutmix
inline constexpr std::uint64_t policy = 9ull << 32;        // + epoch: AutoAugment
inline constexpr std::uint64_t cutout = 10ull << 32;       // + epoch: cutout
inline constexpr std::uint64_t disturbance = 16ull << 32;  // + kind << 32 + sample: disturbed input; four kinds
inline constexpr std::uint64_t directions = 24ull << 32;   // + number: random directions in the space of weights
}  // namespace stream

}  // namespace tet
