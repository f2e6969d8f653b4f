// SPDX-License-Identifier: MIT
#include "lif_cases.hpp"

#include <tet/backend/cpu/convert.hpp>
#include <tet/backend/cpu/neuron.hpp>

#include <string>
#include <type_traits>

namespace {

using enum tet::Reset;
using enum tet::ResetGradient;

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

template <class Scalar>
class EveryCase {
 public:
  void check() {
    check<0>();
    check<1>();
    run_.check_complete();
  }

 private:
  template <int parameters>
  void check() {
    golden::for_each_surrogate([&]<class Surrogate>(std::string const& name) {
      using Exec = std::conditional_t<std::is_same_v<Surrogate, tet::Triangle<>>, tet::Cpu, tet::BasicCpu<SerialLoops>>;
      golden::Lab<Exec> lab;
      run_.template check<parameters, hard, kept, Surrogate>(lab, name);
      run_.template check<parameters, hard, detached, Surrogate>(lab, name);
      run_.template check<parameters, soft, kept, Surrogate>(lab, name);
      run_.template check<parameters, soft, detached, Surrogate>(lab, name);
    });
  }

  golden::LifRun<Scalar> run_;
};

}  // namespace

TEST_CASE_TEMPLATE("golden lif: spikes, potentials and gradients for every surrogate and reset [golden]", Scalar, float,
                   double) {
  EveryCase<Scalar>().check();
}
