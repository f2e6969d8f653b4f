// SPDX-License-Identifier: MIT
#pragma once

#include <tet/layer/batch_norm.hpp>
#include <tet/layer/conv2d.hpp>
#include <tet/layer/linear.hpp>
#include <tet/layer/residual.hpp>
#include <tet/model/layer_list.hpp>
#include <tet/neuron/concepts.hpp>

namespace tet::detail {

/// What an inference engine runs as one step; a node that is not there is void.

/// Conv2d or Linear, with the BatchNorm after it folded into its weights, and the neurons after that.
template <class SynapseNode_, class NormNode_, class NeuronNode_>
struct SynapseGroup {
  using SynapseNode = SynapseNode_;
  using NormNode = NormNode_;
  using NeuronNode = NeuronNode_;
};

/// Neurons, with a BatchNorm before them that no synapses precede.
template <class NormNode_, class NeuronNode_>
struct NeuronGroup {
  using NormNode = NormNode_;
  using NeuronNode = NeuronNode_;
};

template <class Layer>
inline constexpr bool is_synapses = false;
template <Index Out, auto options>
inline constexpr bool is_synapses<Conv2d<Out, options>> = true;
template <Index Out, Bias bias>
inline constexpr bool is_synapses<Linear<Out, bias>> = true;

/// The first node of a list if it is a BatchNorm (a neuron), else void; and what follows it.
template <class Nodes>
struct LeadingNorm {
  using type = void;
  using Rest = Nodes;
};
template <BatchNormOptions options, class Place, class... Others>
struct LeadingNorm<NodeList<Node<BatchNorm<options>, Place>, Others...>> {
  using type = Node<BatchNorm<options>, Place>;
  using Rest = NodeList<Others...>;
};

template <class Nodes>
struct LeadingNeuron {
  using type = void;
  using Rest = Nodes;
};
template <NeuronModel Neuron, class Place, class... Others>
struct LeadingNeuron<NodeList<Node<Neuron, Place>, Others...>> {
  using type = Node<Neuron, Place>;
  using Rest = NodeList<Others...>;
};

/// Takes the first step off a list of nodes.
template <class Nodes>
struct FirstGroup;
template <class First, class... Others>
struct FirstGroup<NodeList<First, Others...>> {
  using type = First;
  using Rest = NodeList<Others...>;
};
template <class Layer, class Place, class... Others>
  requires is_synapses<Layer>
struct FirstGroup<NodeList<Node<Layer, Place>, Others...>> {
  using Norm = LeadingNorm<NodeList<Others...>>;
  using Neuron = LeadingNeuron<typename Norm::Rest>;
  using type = SynapseGroup<Node<Layer, Place>, typename Norm::type, typename Neuron::type>;
  using Rest = typename Neuron::Rest;
};
template <NeuronModel Neuron, class Place, class... Others>
struct FirstGroup<NodeList<Node<Neuron, Place>, Others...>> {
  using type = NeuronGroup<void, Node<Neuron, Place>>;
  using Rest = NodeList<Others...>;
};
template <BatchNormOptions options, class PlaceA, NeuronModel Neuron, class PlaceB, class... Others>
struct FirstGroup<NodeList<Node<BatchNorm<options>, PlaceA>, Node<Neuron, PlaceB>, Others...>> {
  using type = NeuronGroup<Node<BatchNorm<options>, PlaceA>, Node<Neuron, PlaceB>>;
  using Rest = NodeList<Others...>;
};

template <class Done, class Nodes>
struct Grouped;
template <class... Done>
struct Grouped<NodeList<Done...>, NodeList<>> {
  using type = NodeList<Done...>;
};
template <class... Done, class First, class... Others>
struct Grouped<NodeList<Done...>, NodeList<First, Others...>>
    : Grouped<NodeList<Done..., typename FirstGroup<NodeList<First, Others...>>::type>,
              typename FirstGroup<NodeList<First, Others...>>::Rest> {};

/// What a layer or a list of layers becomes in an engine: steps in order.
template <class Layer>
using InferenceNodes = typename Grouped<NodeList<>, typename FlattenLists<Layer, Path<>>::type>::type;

}  // namespace tet::detail
