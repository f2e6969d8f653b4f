// SPDX-License-Identifier: MIT
#pragma once

#include <tests/golden/shapes.hpp>
#include "model_run.hpp"

#include <tet/io/safetensors.hpp>

#include <concepts>
#include <map>
#include <string>
#include <vector>

namespace golden {

template <class... Layers>
using TinyNetwork = tet::Network<tet::Input<tiny_shape.height, tiny_shape.width, tiny_shape.channels>, Layers...>;

template <Index channels, tet::Bias bias>
using TinyConv = tet::Conv2d<channels, tet::ConvOptions{.bias = bias, .exactness = tet::Exactness::direct}>;

/// A tiny network of the golden files. `Case` gives its topic, Net, and for each layer that has tensors `layers`: its
/// place in
/// Net -> its name in the file.
template <class Case, class Backend, std::floating_point Scalar>
class TinyRun {
 public:
  using Model = tet::Model<typename Case::Net, Backend, Scalar>;

  TinyRun() : file_(Case::topic), x_(file_["x"]), frames_(x_) {
    for (auto const label : file_.integers("y").values) labels_.push_back(int(label));
  }

  void check() {
    require_compiled_for<Model>(file_, "x", initial);
    forward();
    tet::SdtLoss const sdt;
    tet::TetLoss const tet{.lambda = 1e-3, .phi = 1};
    gradients("sdt", sdt);
    gradients("tet", tet);
    training("sdt", sdt);
    training("tet", tet);
    file_.report();
    CHECK(golden::unchecked(file_).empty());
  }

 private:
  /// "0.weight" -> "conv1.weight".
  static std::string name_in_file(std::string const& name) {
    auto const dot = name.find('.');
    return Case::layers.at(name.substr(0, dot)) + name.substr(dot);
  }

  static std::string initial(std::string const& name) { return "init." + name_in_file(name); }

  /// A model with the file's initial parameters and statistics.
  Model model() {
    Model model(tet::Seed{1});
    tet::io::load_safetensors(model, file_.path(), tet::io::NameMap(initial), tet::io::ExtraTensors::ignored);
    for (auto const& info : tensors_of(model)) file_.mark(initial(info.name));
    return model;
  }

  void forward() {
    Model model = this->model();
    file_.close("out", values_of<Backend>(model.forward(frames_.view(), tet::Mode::training)));
    SpikeCollector<Backend, Scalar> collector;
    model.visit_signals(collector);
    CHECK(collector.layers.size() == file_.names("spikes").size());
    for (std::size_t i = 0; i < collector.layers.size(); ++i) {
      std::string const name = "spikes" + std::to_string(i);
      file_.equal(name, to_channels_first(collector.layers[i], file_[name].shape));
    }
  }

  /// Gradients of all parameters and of the input, at the initial parameters.
  template <class Loss>
  void gradients(std::string const& name, Loss const& loss) {
    Model model = this->model();
    auto const out = model.forward(frames_.view(), tet::Mode::training);
    auto const sum = loss_and_gradient(model.exec(), loss, out.timesteps, out.batch, out.size, out.data, labels_.data(),
                                       model.output_gradient(), model.workspace());
    file_.close(name + ".loss", std::vector<double>{sum.loss});
    Scalar const* const dx = model.backward(tet::InputGradient::computed);
    file_.close(name + ".grad.x", frames_.template gradient<Backend>(dx));
    std::vector<std::vector<Scalar>> parameters;
    for (auto const& info : tensors_of(model)) {
      if (info.role != tet::TensorRole::parameter) continue;
      parameters.push_back(model.gradient(info));
      file_.close(name + ".grad." + name_in_file(info.name), parameters.back());
    }

    // What training calls gives the same bits.
    Model other = this->model();
    auto const result = tet::compute_gradients(other, loss, frames_.labelled(labels_));
    CHECK(result.loss == sum.loss);
    CHECK(result.correct == sum.correct);
    std::size_t i = 0;
    for (auto const& info : tensors_of(other))
      if (info.role == tet::TensorRole::parameter) CHECK(other.gradient(info) == parameters[i++]);
  }

  template <class Loss>
  void training(std::string const& name, Loss const& loss) {
    training<tet::Adam<Backend, Scalar>>(name + ".adam.", loss, tet::AdamOptions{.learning_rate = 1e-2});
    training<tet::Sgd<Backend, Scalar>>(name + ".sgdm.", loss, tet::SgdOptions{.learning_rate = 0.05, .momentum = 0.9});
  }

  /// As many steps as the file's loss curve has, then weights, statistics and the inference output.
  template <class Optimizer, class Loss, class Options>
  void training(std::string const& prefix, Loss const& loss, Options const& options) {
    Model model = this->model();
    Optimizer optimizer(model, options);
    auto const batch = frames_.labelled(labels_);
    Index const steps = file_[prefix + "losses"].size() - 1;
    std::vector<double> losses;
    for (Index k = 0; k < steps; ++k) losses.push_back(tet::train_step(model, loss, optimizer, batch).loss);
    for (auto const& info : tensors_of(model))
      file_.close(prefix + "final." + name_in_file(info.name), model.get(info));
    file_.close(prefix + "eval_out", values_of<Backend>(model.forward(frames_.view(), tet::Mode::inference)));
    losses.push_back(tet::compute_gradients(model, loss, batch).loss);
    file_.close(prefix + "losses", losses);
  }

  Topic<Scalar> file_;
  Array<Scalar> x_;
  Frames<Scalar> frames_;
  std::vector<int> labels_;
};

}  // namespace golden
