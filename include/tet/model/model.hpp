// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/error.hpp>
#include <tet/core/parameter_range.hpp>
#include <tet/core/random.hpp>
#include <tet/core/repeated_work.hpp>
#include <tet/core/storage.hpp>
#include <tet/core/tensor_info.hpp>
#include <tet/layer/network.hpp>
#include <tet/model/chain.hpp>
#include <tet/model/input_batch.hpp>
#include <tet/model/load_input.hpp>
#include <tet/model/pass.hpp>
#include <tet/model/stage/residual.hpp>
#include <tet/model/stage/spike_join.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace tet {

namespace detail {

/// Everything of a network that lives from forward to backward: input, stages, gradients.
template <class Net, class Backend, class Scalar>
struct NetworkPlan {
  using In = typename Net::InputSignal;
  using Out = typename Net::OutputSignal;

  ChainOf<typename Net::Body, In, Backend, Scalar> chain;
  InputOf<In, Scalar> input;
  Flow out;
  Scalar* output_gradient = nullptr;

  /// Takes (or measures) all memory of a training step at this extent; returns bytes for the largest scratch.
  Index plan(Planner<Backend>& planner, Flow flow) {
    input = take_activation<In, Scalar>(planner.arena, flow.frames());
    planner.need_workspace(input_workspace<typename In::Kind>(planner.exec, flow.batch, In::shape));
    out = chain.plan(planner, flow);
    planner.need_workspace(loss_workspace<Scalar>(planner.exec, flow.timesteps, flow.batch, Out::shape.size()));
    Index const end = planner.arena.mark();
    output_gradient = planner.arena.template take<Scalar>(out.frames() * Out::shape.size());
    chain.plan_gradients(planner, Target::none, 0, {end, planner.arena.mark()});
    return planner.workspace;
  }
};

}  // namespace detail

/// Output of a forward call: O[t, b, k], valid until the next call.
///
/// Shape: [timesteps, batch, size]; one timestep where nothing in the network depends on time.
template <class Scalar>
struct OutputView {
  Scalar const* data = nullptr;
  Index timesteps = 0;
  Index batch = 0;
  Index size = 0;
};

/// A network's parameters and statistics in a backend's memory, and its forward and backward passes.
///
/// All memory of a pass is planned for the largest (T, B) that was reserved; a smaller one reuses it. State of neurons
/// belongs to one forward call: there is nothing to reset.
template <class Net, class Backend_, class Scalar_ = float>
class Model {
 public:
  using Network = Net;
  using Backend = Backend_;
  using Scalar = Scalar_;
  using In = typename Net::InputSignal;
  using Out = typename Net::OutputSignal;
  static_assert(std::is_same_v<typename Out::Kind, Analog>,
                "tet::Model: a network must end in analog values; put tet::Linear<classes> at its end");

  /// Parameters drawn as PyTorch's defaults, from streams of the seed.
  explicit Model(Seed seed, Backend exec = Backend{}) : exec_(std::move(exec)) {
    detail::TensorCursor cursor;
    plan_.chain.place(cursor);
    parameters_ = Storage<Backend, Scalar>(cursor.parameters());
    gradients_ = Storage<Backend, Scalar>(cursor.parameters());
    statistics_ = Storage<Backend, Scalar>(cursor.statistics());
    initialise(seed);
  }

  /// Plans memory for T timesteps of B samples; larger calls replan, smaller ones reuse.
  /// Throws: std::invalid_argument where T or B is below 1.
  void reserve(Timesteps timesteps, BatchSize batch) {
    check_extent(timesteps, batch);
    detail::Flow const flow{timesteps.value, batch.value, false};
    detail::Planner<Backend> planner{exec_, {}, 0};
    plan_.plan(planner, flow);
    planned_ = {0, 0, false};
    forward_kept_ = false;
    forget_runs();
    grow(activations_, planner.arena.peak());
    grow(workspace_, planner.workspace);
  }

  /// O[t, b, k] of a batch. Mode::training normalises by the batch's statistics and tracks them.
  /// Throws: std::invalid_argument for sizes that do not fit, and for a value that the network's input cannot hold.
  template <class Element>
  OutputView<Scalar> forward(InputBatch<Element> const& batch, Mode mode) {
    auto const output = run_forward(batch, mode);
    if (mode == Mode::training) ++batches_tracked_;
    return output;
  }

  /// A training step as one piece of work: forward in training mode, on_output(O), backward, on_gradients(). on_output
  /// leaves dL/dO in output_gradient(); where it throws, the step ends there.
  ///
  /// `memory` is what the two work on beside this model. With the same memory they must ask the backend for the same
  /// loops: a backend may start those that it kept of an earlier step instead of calling them.
  /// Throws: as forward, before anything has run.
  template <class Element, std::size_t N, class OnOutput, class OnGradients>
  void step(InputBatch<Element> const& batch, InputGradient input, RepeatedWork::Places<N> const& memory,
            OnOutput const& on_output, OnGradients const& on_gradients) {
    bring_input(batch);
    ++batches_tracked_;
    last_forward_ = last_backward_ = {};  // the body leaves views of its own
    run(last_step_, work(input == InputGradient::computed ? 10 : 9, memory), [&] {
      on_output(forward_pass(Mode::training));
      forward_kept_ = false;
      backward_pass(input);
      on_gradients();
    });
    forward_kept_ = false;
  }

  /// A forward call in training mode that is no training step: every BatchNorm's running statistics become the mean of
  /// this batch's and of what the `before` calls before it left. 0 begins anew, so that the n-th call, given n - 1,
  /// leaves the plain average over n batches (torch.optim.swa_utils.update_bn); batches_tracked stays as it is.
  /// Throws: as forward; std::invalid_argument where `before` is below 0.
  template <class Element>
  OutputView<Scalar> estimate_statistics(InputBatch<Element> const& batch, Index before) {
    if (before < 0) refuse("batches before this one", std::to_string(before), "at least 0");
    last_forward_ = {};  // the share is no part of a work's name: run the body, and let none of that name begin here
    auto const output = run_forward(batch, Mode::training, 1 / double(before + 1));
    last_forward_ = {};
    forward_kept_ = false;
    return output;
  }

  /// Where dL/dO of the last forward call is to be written before `backward`. Shape: as its output.
  Scalar* output_gradient() { return plan_.output_gradient; }

  /// Gradients of all parameters from dL/dO; returns dL/d input where it is asked for, else nullptr.
  /// It uses up what forward kept: gradients are written over it.
  /// Throws: std::logic_error without a forward call before it.
  Scalar const* backward(InputGradient input = InputGradient::skipped) {
    require_forward("backward");
    forward_kept_ = false;
    bool const computes = input == InputGradient::computed;
    run(last_backward_, work((computes ? 6 : 4) + last_forward_.part), [&] { backward_pass(input); });
    return computes ? input_gradient_ : nullptr;
  }

  Backend& exec() { return exec_; }
  Backend const& exec() const { return exec_; }
  ParameterRange<Scalar> parameters() { return {parameters_.data(), gradients_.data(), parameters_.size()}; }
  Storage<Backend, Scalar>& parameter_storage() { return parameters_; }
  Storage<Backend, Scalar>& statistic_storage() { return statistics_; }
  Storage<Backend, Scalar> const& parameter_storage() const { return parameters_; }
  Storage<Backend, Scalar> const& statistic_storage() const { return statistics_; }
  Storage<Backend, Scalar> const& gradient_storage() const { return gradients_; }
  Workspace workspace() { return {workspace_.data(), workspace_.bytes()}; }

  /// Number of training-mode forward calls so far (num_batches_tracked of every BatchNorm).
  std::int64_t batches_tracked() const { return batches_tracked_; }
  void set_batches_tracked(std::int64_t count) { batches_tracked_ = count; }

  /// Names, shapes and roles of all tensors, as the equal torch.nn.Sequential has them.
  std::vector<TensorInfo> tensors() const {
    std::vector<TensorInfo> infos;
    visit_tensors([&](std::string const& name, ParameterSpec const& spec, Index offset) {
      infos.push_back({name,
                       {spec.shape.begin(), spec.shape.begin() + spec.rank},
                       spec.role,
                       offset,
                       spec.role == TensorRole::counter ? 0 : spec.count()});
    });
    return infos;
  }

  /// Values of one tensor in PyTorch's order.
  std::vector<Scalar> get(TensorInfo const& info) const { return read(storage_of(info), info); }

  /// Gradient of one parameter in PyTorch's order.
  std::vector<Scalar> gradient(TensorInfo const& info) const { return read(gradients_, info); }

  /// Replaces the values of one tensor, given in PyTorch's order.
  void set(TensorInfo const& info, std::span<Scalar const> values) {
    if (Index(values.size()) != info.count)
      refuse("tensor " + info.name, std::to_string(values.size()) + " values", std::to_string(info.count));
    auto& storage = info.role == TensorRole::parameter ? parameters_ : statistics_;
    std::vector<Scalar> all = storage.download();
    ParameterSpec const spec = spec_of(info);
    for (Index i = 0; i < info.count; ++i) all[std::size_t(info.offset + spec.position(i))] = values[std::size_t(i)];
    storage.upload(all);
  }

  /// Calls visit(name, ParameterSpec, offset) for each tensor, in the order of the network.
  template <class Visit>
  void visit_tensors(Visit visit) const {
    plan_.chain.visit_tensors("", visit);
  }

  /// Calls visit.spikes(place, out) and visit.synapses(place, geometry, x) on the signals of the last forward call, and
  /// visit.neurons<Neuron>(place, NeuronCall) where the visitor has it.
  /// Throws: std::logic_error where there was none since memory was planned, or backward has used them up.
  template <class Visit>
  void visit_signals(Visit& visit) const {
    require_forward("visit_signals");
    plan_.chain.visit_signals("", visit);
  }

 private:
  template <class Element>
  OutputView<Scalar> run_forward(InputBatch<Element> const& batch, Mode mode, std::optional<double> share = {}) {
    bring_input(batch);
    run(last_forward_, work(mode == Mode::training ? 1 : 2), [&] { forward_pass(mode, share); });
    forward_kept_ = true;
    return output_;
  }

  OutputView<Scalar> const& forward_pass(Mode mode, std::optional<double> share = {}) {
    auto pass = this->pass(mode);
    pass.statistics_share = share;
    output_ = {plan_.chain.forward(pass, plan_.input).data, plan_.out.repeated ? 1 : planned_.timesteps, planned_.batch,
               Out::shape.size()};
    forward_kept_ = true;
    return output_;
  }

  void backward_pass(InputGradient input) {
    auto pass = this->pass(Mode::training);
    input_gradient_ = plan_.chain.backward(pass, plan_.output_gradient, nullptr, input);
  }

  /// Checks a batch, plans memory for it, and brings its values there.
  template <class Element>
  void bring_input(InputBatch<Element> const& batch) {
    check_extent(batch.timesteps, batch.batch_size);
    forward_kept_ = false;
    detail::Flow const flow{batch.timesteps.value, batch.batch_size.value,
                            batch.presentation == Presentation::repeated};
    detail::check_input(batch, In::shape, flow.frames());
    prepare(flow);
    if (batch.images.count > 0) detail::load_input(exec_, batch.images, plan_.input, workspace());
    else detail::load_input(exec_, batch.values.data(), plan_.input, workspace());
  }

  Storage<Backend, Scalar> const& storage_of(TensorInfo const& info) const {
    return info.role == TensorRole::parameter ? parameters_ : statistics_;
  }

  ParameterSpec spec_of(TensorInfo const& info) const {
    ParameterSpec found;
    bool known = false;
    visit_tensors([&](std::string const& name, ParameterSpec const& spec, Index) {
      if (name == info.name) found = spec, known = true;
    });
    if (!known) refuse("tensor", info.name, "a tensor of this model");
    return found;
  }

  std::vector<Scalar> read(Storage<Backend, Scalar> const& storage, TensorInfo const& info) const {
    std::vector<Scalar> const all = storage.download();
    ParameterSpec const spec = spec_of(info);
    std::vector<Scalar> values(std::size_t(info.count));
    for (Index i = 0; i < info.count; ++i) values[std::size_t(i)] = all[std::size_t(info.offset + spec.position(i))];
    return values;
  }

  static void check_extent(Timesteps timesteps, BatchSize batch) {
    if (timesteps.value < 1) refuse("timesteps", std::to_string(timesteps.value), "at least 1");
    if (batch.value < 1) refuse("batch size", std::to_string(batch.value), "at least 1");
  }

  static void grow(Storage<Backend, std::byte>& storage, Index bytes) {
    if (storage.size() >= bytes) return;
    storage = {};  // before the larger one is taken: both at once may not fit
    storage = Storage<Backend, std::byte>(bytes);
  }

  void require_forward(char const* caller) const {
    if (!forward_kept_)
      throw std::logic_error(std::string("tet: Model::") + caller +
                             " needs a forward call before it: backward writes gradients over what forward kept");
  }

  /// Names work on the planned memory and `others`; `part` tells forward from backward from both, and their modes.
  template <std::size_t N = 0>
  RepeatedWork work(int part, RepeatedWork::Places<N> const& others = {}) const {
    RepeatedWork work{
        .part = part, .timesteps = planned_.timesteps, .batch = planned_.batch, .repeated = planned_.repeated};
    RepeatedWork::Places<5> const own{parameters_.data(), gradients_.data(), statistics_.data(), activations_.data(),
                                      workspace_.data()};
    static_assert(5 + N <= std::tuple_size_v<decltype(work.memory)>,
                  "tet::Model::step: the loss and the update work on too many places");
    auto const places = joined(own, others);
    std::copy(places.begin(), places.end(), work.memory.begin());
    return work;
  }

  /// Runs a pass. Where its last run had the same name, all stages' views are as that left them, and the backend need not
  /// run the body to know what it asks for.
  template <class Body>
  void run(RepeatedWork& last, RepeatedWork work, Body const& body) {
    work.code = typeid(Body);
    if (last == work) return exec_.repeat(work, body);
    last = {};
    body();
    last = work;
  }

  /// What is planned anew is pointed to anew, by bodies that run.
  void forget_runs() { last_forward_ = last_backward_ = last_step_ = {}; }

  /// Points all views into the planned memory; replans where it is too small.
  void prepare(detail::Flow flow) {
    if (flow.timesteps == planned_.timesteps && flow.batch == planned_.batch && flow.repeated == planned_.repeated)
      return;
    planned_ = {0, 0, false};  // nothing is, should memory run out
    forget_runs();
    detail::Planner<Backend> measure{exec_, {}, 0};
    plan_.plan(measure, flow);
    grow(activations_, measure.arena.peak());
    grow(workspace_, measure.workspace);
    detail::Planner<Backend> planner{exec_, Arena(activations_.data(), activations_.size()), 0};
    plan_.plan(planner, flow);
    planned_ = flow;
  }

  detail::Pass<Backend, Scalar> pass(Mode mode) {
    return {exec_, parameters_.data(), gradients_.data(), statistics_.data(), workspace(), mode};
  }

  void initialise(Seed seed) {
    std::vector<Scalar> parameters(std::size_t(parameters_.size())), statistics(std::size_t(statistics_.size()));
    std::uint64_t number = 0;
    visit_tensors([&](std::string const&, ParameterSpec const& spec, Index offset) {
      if (spec.role == TensorRole::counter) return;
      Random const random(seed, stream::weights + number++);
      auto& values = spec.role == TensorRole::parameter ? parameters : statistics;
      double const bound = spec.fan_in > 0 ? 1 / std::sqrt(double(spec.fan_in)) : 0;
      for (Index i = 0; i < spec.count(); ++i) {
        double const value =
            spec.fan_in > 0 ? bound * (2 * random.uniform(std::uint64_t(i)) - 1) : double(spec.initial);
        values[std::size_t(offset + spec.position(i))] = Scalar(value);
      }
    });
    parameters_.upload(parameters);
    statistics_.upload(statistics);
  }

  Backend exec_;
  detail::NetworkPlan<Net, Backend, Scalar> plan_;
  Storage<Backend, Scalar> parameters_, gradients_, statistics_;
  Storage<Backend, std::byte> activations_, workspace_;
  detail::Flow planned_{0, 0, false};
  RepeatedWork last_forward_, last_backward_, last_step_;
  OutputView<Scalar> output_;
  Scalar const* input_gradient_ = nullptr;
  std::int64_t batches_tracked_ = 0;
  bool forward_kept_ = false;  // the activations of the last forward call are whole
};

}  // namespace tet
