// SPDX-License-Identifier: MIT
#include "signals.hpp"
#include "topic.hpp"

#include <tet/backend/cpu/convolution.hpp>

#include <regex>
#include <string>
#include <type_traits>
#include <vector>

namespace {

using tet::ConvGeometry;
using tet::Exactness;
using tet::Index;

/// One case: its input, and the name of its other arrays up to the last dot, such as c0.real.k3s1p1.
struct Case {
  std::string input, name;
  bool spikes;
  Index kernel, stride, padding;
};

/// The cases of a file, read from the names of its weights.
template <class Scalar>
std::vector<Case> cases_of(golden::Topic<Scalar> const& file) {
  std::regex const weight(R"((\w+\.(real|spike))\.k(\d+)s(\d+)p(\d+)\.w)");
  std::vector<Case> cases;
  for (std::string const& name : file.names()) {
    std::smatch m;
    if (!std::regex_match(name, m, weight)) continue;
    cases.push_back({m.str(1), name.substr(0, name.size() - 2), m.str(2) == "spike", Index(std::stoi(m[3])),
                     Index(std::stoi(m[4])), Index(std::stoi(m[5]))});
  }
  return cases;
}

template <class Scalar>
struct Results {
  std::vector<Scalar> y, gx, gw, gb;  // in PyTorch's order
};

template <class Kind, class Scalar>
Results<Scalar> run(golden::Topic<Scalar>& file, Case const& c, Exactness exactness) {
  auto const x = file[c.input + ".x"], w = file[c.name + ".w"], b = file[c.name + ".b"], gy = file[c.name + ".gy"];
  ConvGeometry const g{.images = x.extent(0),
                       .height = x.extent(2),
                       .width = x.extent(3),
                       .in_channels = x.extent(1),
                       .out_channels = w.extent(0),
                       .kernel = c.kernel,
                       .stride = c.stride,
                       .padding = c.padding,
                       .exactness = exactness};
  REQUIRE(w.shape == golden::Extents{g.out_channels, g.in_channels, g.kernel, g.kernel});
  REQUIRE(gy.shape == golden::Extents{g.images, g.out_channels, g.out_height(), g.out_width()});

  tet::Cpu exec;
  golden::Signal<Kind, Scalar> input(exec, golden::to_channels_last(x), g.in_channels);
  auto const weight = golden::conv_from_torch(w), dy = golden::to_channels_last(gy);
  golden::Scratch scratch(tet::conv_workspace<Kind, Scalar>(g, exec.slots()));
  std::vector<Scalar> y(gy.values.size()), dx(x.values.size()), dw(w.values.size()), db(b.values.size());
  tet::conv_forward(exec, g, input.view(), weight.data(), b.values.data(), y.data(), scratch.view());
  tet::conv_input_gradient(exec, g, weight.data(), dy.data(), dx.data(), scratch.view());
  tet::conv_weight_gradient(exec, g, input.view(), dy.data(), dw.data(), db.data(), scratch.view());
  return {golden::to_channels_first(y, gy.shape), golden::to_channels_first(dx, x.shape),
          golden::conv_to_torch(dw, w.shape), db};
}

template <class Kind, class Scalar>
void check(golden::Topic<Scalar>& file, Case const& c) {
  auto const r = run<Kind>(file, c, Exactness::direct);
  file.close(c.name + ".y", r.y);
  file.close(c.name + ".gx", r.gx);
  file.close(c.name + ".gw", r.gw);
  file.close(c.name + ".gb", r.gb);

  if constexpr (std::is_same_v<Scalar, float>) {
    double const bound = 1e-4;  // what Exactness::winograd promises
    auto const fast = run<Kind>(file, c, Exactness::winograd);
    golden::check_close(fast.y, file[c.name + ".y"], bound);
    golden::check_close(fast.gx, file[c.name + ".gx"], bound);
    golden::check_close(fast.gw, file[c.name + ".gw"], bound);
    golden::check_close(fast.gb, file[c.name + ".gb"], bound);
  }
}

}  // namespace

TEST_CASE_TEMPLATE("golden conv: forward and gradients for analog and spike inputs [golden]", Scalar, float, double) {
  golden::Topic<Scalar> file("conv");
  auto const cases = cases_of(file);
  CHECK(cases.size() > 0);
  for (Case const& c : cases) {
    CAPTURE(c.name);
    check<tet::Analog>(file, c);
    if (c.spikes) check<tet::Spike>(file, c);
  }
  file.report();
  CHECK(golden::unchecked(file).empty());
}
