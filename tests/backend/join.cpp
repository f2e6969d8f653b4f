// SPDX-License-Identifier: MIT
#include <tests/backend/neuron_layer.hpp>
#include <tet/backend/cpu/join.hpp>

#include <vector>

using namespace tet;

namespace {

double joined(Join join, double a, double s) {
  switch (join) {
    case Join::add:
      return a + s;
    case Join::logical_and:
      return a * s;
    case Join::inverted_and:
      break;
  }
  return (1 - a) * s;
}

/// One join of T frames with T frames, or with one frame on either side, against plain loops.
template <Join join, class A, class S, class Scalar>
void check(Index timesteps, Index pixels, Index C, bool a_repeated, bool s_repeated) {
  Seed const seed{93};
  CAPTURE(name_of(join));
  CAPTURE(pixels);
  CAPTURE(C);
  CAPTURE(a_repeated);
  CAPTURE(s_repeated);
  using Kind = JoinedKind<join, A, S>;
  using View = Activation<Kind, Scalar>;
  Index const all = (a_repeated && s_repeated ? 1 : timesteps) * pixels;
  test::Signals<A, Scalar> const a(seed, 0, a_repeated ? pixels : timesteps * pixels, C);
  test::Signals<S, Scalar> const s(seed, 1, s_repeated ? pixels : timesteps * pixels, C);
  std::vector<typename View::Element> out(std::size_t(all * View::elements_per_pixel(C)), typename View::Element(77));
  View const y{out.data(), all, C};
  Cpu exec(2);
  join_forward<join>(exec, a.view, s.view, y);
  auto const dy = test::random_values<Scalar>(seed, 2, std::size_t(all * C), -1, 1);
  std::vector<Scalar> da(dy), ds(dy.size(), Scalar(77));  // da over dy
  join_gradient(exec, factor_of_main(join), all, s.view, da.data(), da.data());
  join_gradient(exec, factor_of_shortcut(join), all, a.view, dy.data(), ds.data());

  std::vector<double> want(dy.size()), dawant(dy.size()), dswant(dy.size());
  std::vector<Scalar> got(dy.size());
  for (Index p = 0; p < all; ++p)
    for (Index c = 0; c < C; ++c) {
      auto const at = std::size_t(p * C + c);
      double const va = double(a.view.value(p % a.view.pixels, c)), vs = double(s.view.value(p % s.view.pixels, c));
      got[at] = y.value(p, c);
      want[at] = joined(join, va, vs);
      // A join is linear in each branch: its derivative is a difference.
      dawant[at] = double(dy[at]) * (joined(join, 1, vs) - joined(join, 0, vs));
      dswant[at] = double(dy[at]) * (joined(join, va, 1) - joined(join, va, 0));
    }
  CHECK(test::relative_error(got, want) <= test::tolerance<Scalar>);
  if constexpr (join != Join::add) {
    CHECK(test::relative_error(da, dawant) <= test::tolerance<Scalar>);
    CHECK(test::relative_error(ds, dswant) <= test::tolerance<Scalar>);
  }
  if constexpr (std::is_same_v<Kind, Spike>)
    for (Index p = 0; p < all && C % 64 != 0; ++p) CHECK((y.pixel(p)[y.words_per_pixel() - 1] >> (C % 64)) == 0);
}

template <Join join, class A, class S, class Scalar>
void check_sizes() {
  for (Index const channels : {1, 7, 8, 9, 63, 64, 65, 130})
    for (bool const a_repeated : {false, true})
      for (bool const s_repeated : {false, true}) check<join, A, S, Scalar>(3, 5, channels, a_repeated, s_repeated);
  check<join, A, S, Scalar>(2, 100, 12, false, false);  // several tasks
}

}  // namespace

TEST_CASE("joins of spikes: bits and counts equal plain loops [backend]") {
  check_sizes<Join::add, Spike, Spike, float>();
  check_sizes<Join::logical_and, Spike, Spike, float>();
  check_sizes<Join::inverted_and, Spike, Spike, float>();
  check_sizes<Join::inverted_and, Spike, Spike, double>();
}

TEST_CASE("joins of counts: sums stay counts over the common divisor [backend]") {
  check_sizes<Join::add, Spike, Graded<3, 1>, float>();
  check_sizes<Join::add, Graded<4, 4>, Spike, double>();
  check_sizes<Join::add, Graded<6, 4>, Graded<9, 6>, float>();
  check_sizes<Join::add, Graded<127, 1>, Graded<128, 1>, float>();  // up to 255
}

TEST_CASE("joins of analog values equal plain loops [backend]") {
  check_sizes<Join::add, Graded<200, 1>, Graded<56, 1>, float>();  // more than a byte holds
  check_sizes<Join::add, Analog, Graded<2, 1>, double>();
  check_sizes<Join::logical_and, Analog, Analog, double>();
  check_sizes<Join::inverted_and, Analog, Analog, float>();
}
