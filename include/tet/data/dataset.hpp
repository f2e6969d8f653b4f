// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/byte_images.hpp>
#include <tet/core/index.hpp>
#include <tet/core/random.hpp>
#include <tet/core/shape.hpp>
#include <tet/data/batch.hpp>

#include <concepts>
#include <cstdint>
#include <span>
#include <type_traits>

namespace tet::data {

/// Names one pass over a data set: what is random in a sample is a function of seed, epoch and the sample's index.
struct Draw {
  Seed seed{};
  std::uint64_t epoch = 0;
};

/// A numbered set of labelled samples of one shape.
///
/// - `size()` samples, `classes()` classes, `label(i)` in 0 … classes() - 1, `shape()` = (H, W, C).
/// - `timesteps()`: recorded frames of temporal data; 0 for repeated data, which can be shown any number of times.
/// - `sample(i, T, draw, out)` writes sample i: [H, W, C] (repeated) or its first T frames [T, H, W, C] (temporal).
///   A pure function of its arguments, callable from any thread: this is what makes batches independent of order,
///   prefetch and the place where a run was resumed. Only augmentation looks at `draw`.
template <class Set>
concept Dataset = requires(Set const& set, Index i, Timesteps timesteps, Draw draw, std::span<float> out) {
  { set.size() } -> std::convertible_to<Index>;
  { set.classes() } -> std::convertible_to<int>;
  { set.shape() } -> std::convertible_to<Shape<3>>;
  { set.presentation() } -> std::same_as<Presentation>;
  { set.timesteps() } -> std::convertible_to<Index>;
  { set.label(i) } -> std::convertible_to<int>;
  set.sample(i, timesteps, draw, out);
};

/// A repeated data set that can also hand out its images as bytes; values made of these are those of `sample`, to the bit.
///
/// - `byte_values()`: [C, 256], what a byte stands for; empty where there are no bytes after all.
/// - `sample_bytes(i, draw, out)` writes [H, W, C] and returns what is still to happen to them.
/// Sets that are one are final: a class derived from one might change what `sample` gives alone.
template <class Set>
concept ByteDataset = Dataset<Set> && requires(Set const& set, Index i, Draw draw, std::span<std::uint8_t> out) {
  { set.byte_values() } -> std::same_as<std::span<float const>>;
  { set.sample_bytes(i, draw, out) } -> std::same_as<ImagePlacement>;
};

/// What bytes stand for; empty for a data set that has none.
template <Dataset Set>
std::span<float const> byte_values(Set const& set) {
  if constexpr (ByteDataset<Set>) return set.byte_values();
  else return {};
}

/// How many threads are to make the samples of one batch. A data set whose samples take long, as decoding a file does, says so
/// by a member `sample_threads()`; without it, one.
template <Dataset Set>
int sample_threads(Set const& set) {
  if constexpr (requires { set.sample_threads(); }) return set.sample_threads();
  else return 1;
}

/// A data set by reference or by value, as a forwarding reference deduces it.
template <class Set>
concept DatasetArgument = Dataset<std::remove_cvref_t<Set>>;

}  // namespace tet::data
