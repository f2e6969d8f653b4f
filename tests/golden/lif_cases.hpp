// SPDX-License-Identifier: MIT
#pragma once

#include "lif_run.hpp"
#include "surrogates.hpp"

#include <string>
#include <vector>

// The layers of neurons of the golden files.

namespace golden {

/// p0 and p1 of topic lif.
inline constexpr float lif_tau[] = {0.5f, 0.90625f}, lif_threshold[] = {1.0f, 0.75f};

/// Topic lif: spikes, potentials and gradients for surrogates and resets.
template <class Scalar>
class LifRun {
 public:
  using enum tet::Reset;
  using enum tet::ResetGradient;

  /// One surrogate, of which `name` is the name in the file, with one kind of reset.
  template <int parameters, tet::Reset reset, tet::ResetGradient reset_gradient, class Surrogate, class Backend>
  void check(Lab<Backend>& lab, std::string const& name) {
    using Neuron = tet::Lif<tet::LifConfig{.tau = lif_tau[parameters],
                                           .threshold = lif_threshold[parameters],
                                           .reset = reset,
                                           .reset_gradient = reset_gradient},
                            Surrogate>;
    std::string const prefix = "p" + std::to_string(parameters) + ".", kind = reset == hard ? "hard" : "soft";
    std::string const path = reset_gradient == kept ? "attached" : "detached";
    CHECK(file_.number(prefix + "tau") == lif_tau[parameters]);
    CHECK(file_.number(prefix + "th") == lif_threshold[parameters]);
    auto const x = file_[prefix + "x"], gs = file_[prefix + "gs"];
    Extent const extent(x);
    std::string const gradient = prefix + "gx." + name + "." + kind + "." + path;
    auto const plain = lif_plain<Neuron>(extent, x.values, gs.values);
    file_.equal(prefix + "s." + kind, plain.s);
    file_.close(prefix + "u." + kind, plain.u);
    file_.close(gradient, plain.dx);
    auto const kernels = lif_kernels<Neuron>(lab, extent, x.values, gs.values);
    file_.equal(prefix + "s." + kind, kernels.s);
    file_.close(gradient, kernels.dx);
  }

  /// Each surrogate and each kind of reset, but not each with each: a kernel is compiled for every pair.
  template <class Backend>
  void check_selection() {
    Lab<Backend> lab;
    for_each_surrogate([&]<class Surrogate>(std::string const& name) { check<0, hard, kept, Surrogate>(lab, name); });
    check<0, hard, detached, tet::Triangle<>>(lab, "triangle_g1");
    check<0, soft, kept, tet::Triangle<>>(lab, "triangle_g1");
    check<1, soft, detached, tet::Triangle<>>(lab, "triangle_g1");
    file_.report();
  }

  /// To be called after all cases of the file.
  void check_complete() const {
    file_.report();
    CHECK(unchecked(file_).empty());
  }

 private:
  Topic<Scalar> file_{"lif"};
};

/// Topic lif_edge: potentials at the threshold and at the surrogates' corners.
template <class Backend, class Scalar>
void check_lif_edge() {
  Topic<Scalar> file("lif_edge");
  Lab<Backend> lab;
  auto const x = file["x"], two = file["two.x"];
  std::vector<Scalar> const ones(x.values.size(), Scalar(1)), two_ones(two.values.size(), Scalar(1));
  Extent const extent(x), two_extent(two);

  for_each_surrogate([&]<class Surrogate>(std::string const& surrogate) {
    using Neuron = tet::Lif<tet::LifConfig{}, Surrogate>;
    auto const plain = lif_plain<Neuron>(extent, x.values, ones);
    auto const kernels = lif_kernels<Neuron>(lab, extent, x.values, ones);
    file.equal("s", plain.s);
    file.equal("s", kernels.s);
    file.close("gx." + surrogate, plain.dx);
    file.close("gx." + surrogate, kernels.dx);
    CHECK(plain.u == x.values);
  });

  auto const plain = lif_plain<tet::Lif<>>(two_extent, two.values, two_ones);
  auto const kernels = lif_kernels<tet::Lif<>>(lab, two_extent, two.values, two_ones);
  file.equal("two.s", plain.s);
  file.equal("two.s", kernels.s);
  file.equal("two.u", plain.u);  // exact: that is how they reach the threshold
  file.close("two.gx", plain.dx);
  file.close("two.gx", kernels.dx);
  file.report();
  CHECK(unchecked(file).empty());
}

/// Topic lif_state: a membrane carried from call to call.
template <class Backend, class Scalar>
class LifStateRun {
 public:
  void check() {
    check<tet::Reset::hard>("hard");
    check<tet::Reset::soft>("soft");
    file_.report();
    CHECK(unchecked(file_).empty());
  }

 private:
  using Values = std::vector<Scalar>;

  static Values part(Values const& values, Index begin, Index end) {
    return {values.begin() + begin, values.begin() + end};
  }

  /// Timesteps 0 … first - 1 in one call and the rest in another, the state carried forth and its gradient back.
  template <class Neuron>
  LifResult<Scalar> in_two_calls(Extent const& e, Index first, Values const& x, Values const& ds, Values const& start,
                                 Values const& dend) {
    Index const cut = first * e.frame(), all = e.timesteps * e.frame();
    Extent const a(first, e.pixels, e.channels), b(e.timesteps - first, e.pixels, e.channels);
    auto const forward = lif_kernels<Neuron>(lab_, a, part(x, 0, cut), part(ds, 0, cut), start);
    auto r = lif_kernels<Neuron>(lab_, b, part(x, cut, all), part(ds, cut, all), forward.end, dend);
    auto const backward = lif_kernels<Neuron>(lab_, a, part(x, 0, cut), part(ds, 0, cut), start, r.dstart);
    r.s.insert(r.s.begin(), backward.s.begin(), backward.s.end());
    r.dx.insert(r.dx.begin(), backward.dx.begin(), backward.dx.end());
    r.dstart = backward.dstart;
    return r;
  }

  void compare(std::string const& kind, LifResult<Scalar> const& r) {
    file_.equal("s." + kind, r.s);
    if (!r.u.empty()) file_.close("u." + kind, r.u);
    file_.close("m_end." + kind, r.end);
    file_.close("gx." + kind, r.dx);
    file_.close("gm0." + kind, r.dstart);
  }

  template <tet::Reset reset>
  void check(std::string const& kind) {
    using Neuron = tet::Lif<tet::LifConfig{.tau = 0.5f, .threshold = 1.0f, .reset = reset}, tet::Triangle<1.0f>>;
    auto const x = file_["x"], m0 = file_["m0"], gs = file_["gs"], gm_end = file_["gm_end"];
    Extent const extent(x);
    compare(kind, lif_plain<Neuron>(extent, x.values, gs.values, m0.values, gm_end.values));
    auto const whole = lif_kernels<Neuron>(lab_, extent, x.values, gs.values, m0.values, gm_end.values);
    compare(kind, whole);
    for (Index first = 1; first < extent.timesteps; ++first) {
      CAPTURE(first);
      auto const split = in_two_calls<Neuron>(extent, first, x.values, gs.values, m0.values, gm_end.values);
      CHECK(split.s == whole.s);
      CHECK(split.end == whole.end);
      CHECK(split.dx == whole.dx);
      CHECK(split.dstart == whole.dstart);
    }
  }

  Topic<Scalar> file_{"lif_state"};
  Lab<Backend> lab_;
};

}  // namespace golden
