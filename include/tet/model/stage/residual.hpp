// SPDX-License-Identifier: MIT
#pragma once

#include <tet/layer/residual.hpp>
#include <tet/model/chain.hpp>
#include <tet/model/stage/stage.hpp>

namespace tet::detail {

/// The branch that hands its input on.
template <class In, class Backend, class Scalar>
class IdentityChain {
 public:
  using Output = In;

  void place(TensorCursor&) {}
  Flow plan(Planner<Backend>&, Flow flow) {
    flow_ = flow;
    return flow;
  }
  static constexpr bool owns_output = false;
  void plan_gradients(Planner<Backend>&, Target, Index, ArenaRange) {}
  auto forward(Pass<Backend, Scalar>&, InputOf<In, Scalar> x) { return x; }
  Scalar const* backward(Pass<Backend, Scalar>&, Scalar const* dy, Scalar*, InputGradient) { return dy; }
  template <class Visit>
  void visit_tensors(std::string const&, Visit&) const {}
  void describe(std::string const&, std::vector<LayerRow>&) const {}
  template <class Visit>
  void visit_signals(std::string const&, Visit&) const {}

 private:
  Flow flow_;
};

template <class Layer, class In, class Backend, class Scalar>
struct BranchChain {
  using type = ChainOf<Layer, In, Backend, Scalar>;
};
template <class In, class Backend, class Scalar>
struct BranchChain<Identity, In, Backend, Scalar> {
  using type = IdentityChain<In, Backend, Scalar>;
};

/// Two branches of one input, added: into the main branch's output where that has room of the sum's kind and extent.
template <class Main, class Shortcut, class Place, class In, class Backend, class Scalar>
class Stage<Node<Residual<Main, Shortcut>, Place>, In, Backend, Scalar> {
 public:
  using Layer = Residual<Main, Shortcut>;
  using Output = LayerOutput<Layer, In>;

  void place(TensorCursor& cursor) {
    main_.place(cursor);
    shortcut_.place(cursor);
  }

  Flow plan(Planner<Backend>& planner, Flow flow) {
    in_ = flow;
    main_flow_ = main_.plan(planner, flow);
    shortcut_flow_ = shortcut_.plan(planner, flow);
    out_ = {flow.timesteps, flow.batch, main_flow_.repeated && shortcut_flow_.repeated};
    if (!adds_in_place()) y_ = take_activation<Output, Scalar>(planner.arena, out_.frames());
    return out_;
  }

  auto forward(Pass<Backend, Scalar>& pass, InputOf<In, Scalar> x) {
    auto const a = main_.forward(pass, x);
    auto const b = shortcut_.forward(pass, x);
    if constexpr (sum_fits)
      if (adds_in_place()) y_ = a;
    add(pass.exec, a, b, y_);
    return y_;
  }

  static constexpr GradientPlace gradient_place = GradientPlace::room;
  static constexpr bool owns_output = true;
  Index input_elements() const { return in_.frames() * In::shape.size(); }

  void plan_gradients(Planner<Backend>& planner) {
    bool const sums = !out_.repeated && (main_flow_.repeated || shortcut_flow_.repeated);
    summed_ = planner.arena.template take<Scalar>(sums ? out_.batch * Output::shape.size() : 0);
    Index const floor = planner.arena.mark();  // both branches still need what lies before
    main_.plan_gradients(planner, Target::given, floor, {});
    shortcut_.plan_gradients(planner, Target::none, floor, {});
  }

  void backward(Pass<Backend, Scalar>& pass, GradientView<Scalar> dy, Scalar* dx, InputGradient input) {
    Scalar const* const dmain = main_.backward(pass, branch_gradient(pass, main_flow_, dy.data), dx, input);
    if (input == InputGradient::computed && dmain != dx) copy(pass.exec, input_elements(), dmain, dx);
    Scalar const* const dshortcut =
        shortcut_.backward(pass, branch_gradient(pass, shortcut_flow_, dy.data), nullptr, input);
    if (input == InputGradient::computed) accumulate(pass.exec, input_elements(), dshortcut, dx);
  }

  template <class Visit>
  void visit_tensors(std::string const& prefix, Visit& visit) const {
    main_.visit_tensors(prefix + Place::prefix() + "main.", visit);
    shortcut_.visit_tensors(prefix + Place::prefix() + "shortcut.", visit);
  }
  void describe(std::string const& prefix, std::vector<LayerRow>& rows) const {
    main_.describe(prefix + Place::prefix() + "main.", rows);
    shortcut_.describe(prefix + Place::prefix() + "shortcut.", rows);
    rows.push_back(layer_row<Layer, Output>(prefix + Place::prefix()));
    if (!adds_in_place()) rows.back().bytes = bytes_of<Output, Scalar>(out_.frames());
  }
  template <class Visit>
  void visit_signals(std::string const& prefix, Visit& visit) const {
    main_.visit_signals(prefix + Place::prefix() + "main.", visit);
    shortcut_.visit_signals(prefix + Place::prefix() + "shortcut.", visit);
  }

 private:
  using MainChain = typename BranchChain<Main, In, Backend, Scalar>::type;
  static constexpr bool sum_fits = MainChain::owns_output && std::is_same_v<typename MainChain::Output::Kind, Analog>;
  bool adds_in_place() const { return sum_fits && main_flow_.repeated == out_.repeated; }

  /// dL/dy as a branch sees it: summed over time where the branch gives one frame for all timesteps.
  Scalar const* branch_gradient(Pass<Backend, Scalar>& pass, Flow branch, Scalar const* dy) {
    if (!branch.repeated || out_.repeated) return dy;
    sum_over_time(pass.exec, out_.timesteps, out_.batch * Output::shape.size(), dy, summed_);
    return summed_;
  }

  MainChain main_;
  typename BranchChain<Shortcut, In, Backend, Scalar>::type shortcut_;
  Flow in_, main_flow_, shortcut_flow_, out_;
  Activation<Analog, Scalar> y_;
  Scalar* summed_ = nullptr;
};

}  // namespace tet::detail
