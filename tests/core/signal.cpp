// SPDX-License-Identifier: MIT
#include <tet/core/activation.hpp>
#include <tet/core/signal.hpp>

#include <doctest/doctest.h>

#include <array>
#include <concepts>
#include <cstdint>

using tet::Analog;
using tet::AverageKind;
using tet::Graded;
using tet::Spike;

TEST_CASE("Signal: average pooling counts while a count fits one byte [core]") {
  CHECK(std::same_as<AverageKind<Spike, 4>, Graded<4, 4>>);
  CHECK(std::same_as<AverageKind<Graded<4, 4>, 4>, Graded<16, 16>>);
  CHECK(std::same_as<AverageKind<Graded<2, 1>, 4>, Graded<8, 4>>);
  CHECK(std::same_as<AverageKind<Spike, 1>, Graded<1, 1>>);
  CHECK(std::same_as<AverageKind<Spike, 255>, Graded<255, 255>>);
  CHECK(std::same_as<AverageKind<Spike, 256>, Analog>);
  CHECK(std::same_as<AverageKind<Graded<64, 64>, 4>, Analog>);
  CHECK(std::same_as<AverageKind<Analog, 4>, Analog>);
}

TEST_CASE("Signal: a change of kind keeps shape and origin [core]") {
  using In = tet::Signal<tet::Shape{48}, Spike, tet::Shape{4, 4, 3}>;
  using Out = In::WithKind<Analog>;
  CHECK(std::same_as<Out::Kind, Analog>);
  CHECK(tet::same_shape(Out::shape, tet::Shape{48}));
  CHECK(tet::same_shape(Out::origin, tet::Shape{4, 4, 3}));
  CHECK(tet::same_shape(tet::Signal<tet::Shape{2, 2, 5}, Analog>::origin, tet::Shape{2, 2, 5}));
}

TEST_CASE("Activation: spikes lie at bit c of word c / 64 of their pixel [core]") {
  std::array<std::uint64_t, 4> words{1ull << 63, 1, 0, 2};
  tet::Activation<Spike, double> const x{words.data(), 2, 66};
  CHECK(x.words_per_pixel() == 2);
  for (tet::Index p = 0; p < 2; ++p)
    for (tet::Index c = 0; c < 66; ++c) {
      bool const set = p == 0 ? c == 63 || c == 64 : c == 65;
      CHECK(x.value(p, c) == double(set));
    }
}

TEST_CASE("Activation: a graded value is its count over the divisor [core]") {
  std::array<std::uint8_t, 6> counts{0, 1, 2, 4, 3, 255};
  tet::Activation<Graded<255, 4>, float> const x{counts.data(), 2, 3};
  CHECK(x.value(0, 2) == 0.5f);
  CHECK(x.value(1, 0) == 1.0f);
  CHECK(x.value(1, 2) == 63.75f);
}

TEST_CASE("Activation: bytes by kind [core]") {
  CHECK(tet::activation_bytes<Spike, float>(3, 64) == 3 * 8);
  CHECK(tet::activation_bytes<Spike, double>(3, 65) == 3 * 16);
  CHECK(tet::activation_bytes<Graded<4, 4>, double>(3, 65) == 3 * 65);
  CHECK(tet::activation_bytes<Analog, float>(3, 65) == 3 * 65 * 4);
  CHECK(tet::activation_bytes<Analog, double>(3, 65) == 3 * 65 * 8);
}
