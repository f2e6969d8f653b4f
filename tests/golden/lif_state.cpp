// SPDX-License-Identifier: MIT
#include "lif_run.hpp"

#include <string>
#include <vector>

namespace {

using golden::Extent;
using tet::Index;

template <class Scalar>
std::vector<Scalar> part(std::vector<Scalar> const& values, Index begin, Index end) {
  return {values.begin() + begin, values.begin() + end};
}

/// Timesteps 0 … first - 1 in one call and the rest in another, the state carried forth and its gradient back.
template <class Neuron, class Scalar>
golden::LifResult<Scalar> in_two_calls(Extent const& e, Index first, std::vector<Scalar> const& x,
                                       std::vector<Scalar> const& ds, std::vector<Scalar> const& start,
                                       std::vector<Scalar> const& dend) {
  Index const cut = first * e.frame(), all = e.timesteps * e.frame();
  Extent const a(first, e.pixels, e.channels), b(e.timesteps - first, e.pixels, e.channels);
  auto const forward = golden::lif_kernels<Neuron>(a, part(x, 0, cut), part(ds, 0, cut), start);
  auto r = golden::lif_kernels<Neuron>(b, part(x, cut, all), part(ds, cut, all), forward.end, dend);
  auto const backward = golden::lif_kernels<Neuron>(a, part(x, 0, cut), part(ds, 0, cut), start, r.dstart);
  r.s.insert(r.s.begin(), backward.s.begin(), backward.s.end());
  r.dx.insert(r.dx.begin(), backward.dx.begin(), backward.dx.end());
  r.dstart = backward.dstart;
  return r;
}

template <tet::Reset reset, class Scalar>
void check(golden::Topic<Scalar>& file, std::string const& kind) {
  using Neuron = tet::Lif<tet::LifConfig{.tau = 0.5f, .threshold = 1.0f, .reset = reset}, tet::Triangle<1.0f>>;
  auto const x = file["x"], m0 = file["m0"], gs = file["gs"], gm_end = file["gm_end"];
  Extent const extent(x);
  auto const compare = [&](golden::LifResult<Scalar> const& r) {
    file.equal("s." + kind, r.s);
    if (!r.u.empty()) file.close("u." + kind, r.u);
    file.close("m_end." + kind, r.end);
    file.close("gx." + kind, r.dx);
    file.close("gm0." + kind, r.dstart);
  };
  compare(golden::lif_plain<Neuron>(extent, x.values, gs.values, m0.values, gm_end.values));
  auto const whole = golden::lif_kernels<Neuron>(extent, x.values, gs.values, m0.values, gm_end.values);
  compare(whole);
  for (Index first = 1; first < extent.timesteps; ++first) {
    CAPTURE(first);
    auto const split = in_two_calls<Neuron>(extent, first, x.values, gs.values, m0.values, gm_end.values);
    CHECK(split.s == whole.s);
    CHECK(split.end == whole.end);
    CHECK(split.dx == whole.dx);
    CHECK(split.dstart == whole.dstart);
  }
}

}  // namespace

TEST_CASE_TEMPLATE("golden lif_state: a membrane carried from call to call [golden]", Scalar, float, double) {
  golden::Topic<Scalar> file("lif_state");
  check<tet::Reset::hard>(file, "hard");
  check<tet::Reset::soft>(file, "soft");
  file.report();
  CHECK(golden::unchecked(file).empty());
}
