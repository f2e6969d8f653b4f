// SPDX-License-Identifier: MIT

// What the README shows compiles and does what it says.

#include <tests/train/small_run.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

namespace {

// [doc:own_loss]
struct LastStepLoss {  // cross entropy of the last timestep only
  static constexpr char const* name = "last step";
  template <class Scalar>
  TET_HD Scalar operator()(tet::LossTerm<Scalar> const& term) const {
    if (term.t + 1 < term.timesteps) return 0;
    Scalar const weight = Scalar(term.timesteps);  // tet averages over timesteps
    return tet::cross_entropy(term.output, term.classes, term.label, weight, term.doutput) * weight;
  }
};
// [doc:own_loss]

// [doc:classify]
// Shows an image until one class leads by 2, for 8 timesteps at most.
template <class Engine>
tet::Index classify(Engine& engine, std::vector<float> const& image) {
  engine.show(image);  // what depends on the image alone is computed once
  while (true) {
    auto mean = engine.step().mean;  // logits, averaged over the timesteps so far
    std::vector<float> sorted(mean.begin(), mean.end());
    std::ranges::sort(sorted, std::greater{});
    if (sorted[0] - sorted[1] > 2 || engine.steps().value == 8) return std::ranges::max_element(mean) - mean.begin();
  }
}
// [doc:classify]

std::string content(std::string const& path) {
  std::ifstream file(TET_SOURCE_DIR "/" + path);
  REQUIRE(file.good());
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The text between two marks `// [doc:name]`.
std::string marked(std::string const& text, std::string const& name) {
  std::string const mark = "// [doc:" + name + "]\n";
  auto const begin = text.find(mark) + mark.size(), end = text.find(mark, begin);
  REQUIRE(end != text.npos);
  return text.substr(begin, end - begin);
}

}  // namespace

TEST_CASE("README: its programs are those that are compiled [readme]") {
  std::string const readme = content("README.md");
  CHECK(readme.find(marked(content("examples/quickstart/main.cpp"), "quickstart")) != readme.npos);
  CHECK(readme.find(marked(content("tests/train/readme.cpp"), "own_loss")) != readme.npos);
  CHECK(readme.find(marked(content("tests/train/readme.cpp"), "classify")) != readme.npos);
}

TEST_CASE("README: a loss of one's own sees the last timestep only [readme]") {
  tet::Cpu exec(1);
  float const output[] = {1, 2, 0.5f, -1, 0, 3};  // [T = 2, B = 1, K = 3]
  int const label = 2;
  float gradient[6];
  tet::Storage<tet::Cpu, std::byte> scratch(tet::loss_workspace<float>(exec, 2, 1, 3));
  auto const sum = tet::loss_and_gradient(exec, LastStepLoss{}, 2, 1, 3, output, &label, gradient,
                                          tet::Workspace{scratch.data(), scratch.bytes()});
  float want_gradient[3] = {};
  float const want = tet::cross_entropy(output + 3, 3, label, 1.0f, want_gradient);
  CHECK(sum.loss == doctest::Approx(want));
  for (int k = 0; k < 3; ++k) {
    CHECK(gradient[k] == 0);
    CHECK(gradient[3 + k] == doctest::Approx(want_gradient[k]));
  }
}

TEST_CASE("README: an image is shown until one class leads, or for 8 timesteps [readme]") {
  small_run::Model model{tet::Seed{3}};
  std::vector<float> const image(72, 1.0f);
  auto const outcome = [&](float bias) {
    for (auto const& info : model.tensors())
      if (info.name == "5.bias") model.set(info, std::vector<float>{0, bias, 0});
    tet::Inference<small_run::Net, tet::Cpu, tet::Int8> engine{model};
    tet::Index const best = classify(engine, image);
    return std::pair{best, engine.steps().value};
  };
  CHECK(outcome(100) == std::pair<tet::Index, tet::Index>{1, 1});
  CHECK(outcome(0.5f).second == 8);
}
