// SPDX-License-Identifier: MIT
#include "lif_run.hpp"
#include "surrogates.hpp"

#include <string>
#include <type_traits>

namespace {

constexpr float tau[] = {0.5f, 0.90625f}, threshold[] = {1.0f, 0.75f};

/// One of p0, p1 with one kind of reset: spikes, potentials and the gradients for all surrogates.
template <int parameters, tet::Reset reset, tet::ResetGradient reset_gradient, class Scalar>
void check(golden::Topic<Scalar>& file) {
  std::string const prefix = "p" + std::to_string(parameters) + ".";
  std::string const kind = reset == tet::Reset::hard ? "hard" : "soft";
  std::string const path = reset_gradient == tet::ResetGradient::kept ? "attached" : "detached";
  CHECK(file.number(prefix + "tau") == tau[parameters]);
  CHECK(file.number(prefix + "th") == threshold[parameters]);
  auto const x = file[prefix + "x"], gs = file[prefix + "gs"];
  golden::Extent const extent(x);
  golden::for_each_surrogate([&]<class Surrogate>(std::string const& surrogate) {
    using Neuron = tet::Lif<tet::LifConfig{.tau = tau[parameters],
                                           .threshold = threshold[parameters],
                                           .reset = reset,
                                           .reset_gradient = reset_gradient},
                            Surrogate>;
    std::string const gradient = prefix + "gx." + surrogate + "." + kind + "." + path;
    auto const plain = golden::lif_plain<Neuron>(extent, x.values, gs.values);
    file.equal(prefix + "s." + kind, plain.s);
    file.close(prefix + "u." + kind, plain.u);
    file.close(gradient, plain.dx);
    using Exec = std::conditional_t<std::is_same_v<Surrogate, tet::Triangle<>>, tet::Cpu, golden::SerialCpu>;
    auto const kernels = golden::lif_kernels<Neuron, Exec>(extent, x.values, gs.values);
    file.equal(prefix + "s." + kind, kernels.s);
    file.close(gradient, kernels.dx);
  });
}

template <int parameters, class Scalar>
void check_resets(golden::Topic<Scalar>& file) {
  using enum tet::Reset;
  using enum tet::ResetGradient;
  check<parameters, hard, kept>(file);
  check<parameters, hard, detached>(file);
  check<parameters, soft, kept>(file);
  check<parameters, soft, detached>(file);
}

}  // namespace

TEST_CASE_TEMPLATE("golden lif: spikes, potentials and gradients for every surrogate and reset [golden]", Scalar, float,
                   double) {
  golden::Topic<Scalar> file("lif");
  check_resets<0>(file);
  check_resets<1>(file);
  file.report();
  CHECK(golden::unchecked(file).empty());
}
