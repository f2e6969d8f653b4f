// SPDX-License-Identifier: MIT
#pragma once

// Owning operands for the CPU backend's primitives.

#include <tet/backend/cpu/convert.hpp>
#include <tet/backend/cpu/cpu.hpp>
#include <tet/core/activation.hpp>
#include <tet/core/signal.hpp>
#include <tet/core/storage.hpp>
#include <tet/core/workspace.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <vector>

namespace golden {

/// Values of an activation, [pixels][channels].
template <class Kind, class Scalar>
std::vector<Scalar> values_of(tet::Activation<Kind, Scalar> const& x) {
  std::vector<Scalar> values;
  for (tet::Index p = 0; p < x.pixels; ++p)
    for (tet::Index c = 0; c < x.channels; ++c) values.push_back(x.value(p, c));
  return values;
}

/// An activation that owns its memory. As an output it is filled with garbage before.
template <class Kind, class Scalar>
class Signal {
 public:
  using View = tet::Activation<Kind, Scalar>;

  Signal(tet::Index pixels, tet::Index channels)
      : data_(std::size_t(pixels * View::elements_per_pixel(channels)), typename View::Element(-1)),
        pixels_(pixels),
        channels_(channels) {}

  /// From values [pixels][channels].
  template <class Exec>
  Signal(Exec& exec, std::vector<Scalar> const& values, tet::Index channels)
      : Signal(tet::Index(values.size()) / channels, channels) {
    REQUIRE(tet::convert_input(exec, values.data(), view()) == -1);
  }

  View view() { return {data_.data(), pixels_, channels_}; }
  std::vector<Scalar> values() { return values_of(view()); }

 private:
  std::vector<typename View::Element> data_;
  tet::Index pixels_, channels_;
};

/// Runs tasks one after another. Kernels that are wanted for very many types compile faster with it than with oneTBB's
/// loops.
struct SerialLoops {
  explicit SerialLoops(int /*threads*/) {}
  int threads() const { return 1; }
  template <class Body>
  void run(tet::Index tasks, Body const& body) {
    for (tet::Index task = 0; task < tasks; ++task) body(task, tet::Index(0));
  }
};
using SerialCpu = tet::BasicCpu<SerialLoops>;

/// Scratch of a primitive; garbage, as scratch means nothing before a call.
class Scratch {
 public:
  explicit Scratch(tet::Index bytes) : block_(bytes) {
    std::vector<std::byte> const garbage(std::size_t(bytes), std::byte(0xFF));
    if (bytes > 0) block_.upload(garbage);
  }
  tet::Workspace view() { return {block_.data(), block_.bytes()}; }

 private:
  tet::Storage<tet::Cpu, std::byte> block_;
};

}  // namespace golden
