// SPDX-License-Identifier: MIT
#include "lif_run.hpp"
#include "surrogates.hpp"

#include <string>
#include <vector>

TEST_CASE_TEMPLATE("golden lif_edge: potentials at the threshold and at the surrogates' corners [golden]", Scalar,
                   float, double) {
  golden::Topic<Scalar> file("lif_edge");
  auto const x = file["x"], two = file["two.x"];
  std::vector<Scalar> const ones(x.values.size(), Scalar(1)), two_ones(two.values.size(), Scalar(1));
  golden::Extent const extent(x), two_extent(two);

  golden::for_each_surrogate([&]<class Surrogate>(std::string const& surrogate) {
    using Neuron = tet::Lif<tet::LifConfig{}, Surrogate>;
    auto const plain = golden::lif_plain<Neuron>(extent, x.values, ones);
    auto const kernels = golden::lif_kernels<Neuron>(extent, x.values, ones);
    file.equal("s", plain.s);
    file.equal("s", kernels.s);
    file.close("gx." + surrogate, plain.dx);
    file.close("gx." + surrogate, kernels.dx);
    CHECK(plain.u == x.values);
  });

  auto const plain = golden::lif_plain<tet::Lif<>>(two_extent, two.values, two_ones);
  auto const kernels = golden::lif_kernels<tet::Lif<>>(two_extent, two.values, two_ones);
  file.equal("two.s", plain.s);
  file.equal("two.s", kernels.s);
  file.equal("two.u", plain.u);  // exact: that is how they reach the threshold
  file.close("two.gx", plain.dx);
  file.close("two.gx", kernels.dx);
  file.report();
  CHECK(golden::unchecked(file).empty());
}
