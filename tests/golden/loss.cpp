// SPDX-License-Identifier: MIT
#include "signals.hpp"
#include "topic.hpp"

#include <tet/backend/cpu/loss.hpp>
#include <tet/loss/losses.hpp>

#include <string>
#include <vector>

namespace {

using tet::Index;

struct TetCase {
  char const* name;
  tet::TetLoss loss;
};
constexpr TetCase tet_cases[] = {{"tet_l0_p1", {.lambda = 0, .phi = 1}},
                                 {"tet_l0.001_p1", {.lambda = 0.001, .phi = 1}},
                                 {"tet_l0.05_p1", {.lambda = 0.05, .phi = 1}},
                                 {"tet_l0.5_p0.25", {.lambda = 0.5, .phi = 0.25}},
                                 {"tet_l1_p1", {.lambda = 1, .phi = 1}}};

template <class Scalar, class Loss>
void check(golden::Topic<Scalar>& file, std::string const& data, std::string const& name, Loss const& loss) {
  auto const out = file[data + ".out"];
  auto const y = file.integers(data + ".y").values, predicted = file.integers(data + ".pred").values;
  std::vector<int> const labels(y.begin(), y.end()), predictions(predicted.begin(), predicted.end());
  Index const timesteps = out.extent(0), batch = out.extent(1), classes = out.extent(2);
  tet::Cpu exec;
  golden::Scratch scratch(tet::loss_workspace<Scalar>(exec, timesteps, batch, classes));
  auto const run = [&](std::vector<int> const& wanted, Scalar* gradient) {
    return tet::loss_and_gradient(exec, loss, timesteps, batch, classes, out.values.data(), wanted.data(), gradient,
                                  scratch.view());
  };

  std::vector<Scalar> gradient(out.values.size());
  auto const sum = run(labels, gradient.data());
  file.close(data + "." + name + ".loss", std::vector<double>{sum.loss});
  file.close(data + "." + name + ".gout", gradient);
  CHECK(run(labels, nullptr).loss == sum.loss);

  // The predicted classes, and no others, are those that count as right.
  CHECK(run(predictions, nullptr).correct == batch);
  Index right = 0;
  for (std::size_t b = 0; b < labels.size(); ++b) right += labels[b] == predictions[b];
  CHECK(sum.correct == right);
  std::vector<int> wrong = predictions;
  for (int& k : wrong) k = (k + 1) % int(classes);
  CHECK(run(wrong, nullptr).correct == 0);
}

}  // namespace

TEST_CASE_TEMPLATE("golden loss: SDT and TET, values, gradients and predictions [golden]", Scalar, float, double) {
  golden::Topic<Scalar> file("loss");
  for (std::string const data : {"a", "big"}) {
    check(file, data, "sdt", tet::SdtLoss{});
    for (TetCase const& c : tet_cases) check(file, data, c.name, c.loss);
  }
  file.report();
  CHECK(golden::unchecked(file).empty());
}
