// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/activation.hpp>
#include <tet/core/gradient.hpp>
#include <tet/core/signal.hpp>
#include <tet/model/layer_list.hpp>
#include <tet/model/pass.hpp>

#include <string>

namespace tet::detail {

/// Run-time side of one node of a network: where its tensors and buffers are, and which primitives forward and backward
/// ask for.
///
///   Output                              its output Signal
///   void place(TensorCursor&)           takes places for its tensors
///   Flow plan(Planner&, Flow)           takes buffers for T and B, returns the extent of its output
///   Activation forward(Pass&, x)        keeps x for backward, returns its output
///   GradientPlace gradient_place        where its backward leaves dL/dx
///   bool owns_output                    its output has storage of its own
///   Index input_elements()              values of dL/dx
///   void plan_gradients(Planner&)       buffers that only its backward needs, from the arena's mark on
///   void backward(Pass&, GradientView dy, Scalar* dx, InputGradient)   dx: room, or input_values()
///   void visit_tensors(prefix, visit)   visit(name, ParameterSpec, offset)
///   void describe(prefix, rows)         adds a LayerRow for each layer
///   void visit_signals(visit)           visit.spikes(name, out) and visit.synapses(name, geometry, x); of neurons also
///                                       visit.neurons<Neuron>(name, call), where the visitor has it
template <class Node, class In, class Backend, class Scalar>
class Stage;

template <class In, class Scalar>
using InputOf = Activation<typename In::Kind, Scalar>;

/// A view of `frames` frames of a signal in planned memory.
template <class Sig, class Scalar>
Activation<typename Sig::Kind, Scalar> take_activation(Arena& arena, Index frames) {
  using View = Activation<typename Sig::Kind, Scalar>;
  Index const pixels = frames * Sig::shape.pixels(), channels = Sig::shape.channels();
  return {arena.take<typename View::Element>(pixels * View::elements_per_pixel(channels)), pixels, channels};
}

template <class Sig, class Scalar>
Index bytes_of(Index frames) {
  return activation_bytes<typename Sig::Kind, Scalar>(frames * Sig::shape.pixels(), Sig::shape.channels());
}

template <class Layer, class Sig>
LayerRow layer_row(std::string place) {
  if (!place.empty()) place.pop_back();  // the trailing dot
  LayerRow row{.place = std::move(place), .layer = Layer::name, .shape = {}, .kind = Sig::Kind::name};
  row.shape.assign(Sig::shape.extent, Sig::shape.extent + Sig::shape.rank);
  return row;
}

}  // namespace tet::detail
