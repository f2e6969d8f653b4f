// SPDX-License-Identifier: MIT
#pragma once

#include <tet/layer/batch_norm.hpp>
#include <tet/layer/network.hpp>
#include <tet/layer/sequential.hpp>
#include <tet/neuron/concepts.hpp>

#include <cstddef>
#include <string>
#include <utility>

namespace tet::detail {

/// Place of a layer in nested lists, outermost first: `Path<0, 1>` is "0.1" in files.
template <std::size_t... Indices>
struct Path {
  template <std::size_t Next>
  using Append = Path<Indices..., Next>;

  static std::string prefix() {
    std::string text;
    ((text += std::to_string(Indices) + "."), ...);
    return text;
  }
};

/// A layer and its place.
template <class Layer_, class Path_>
struct Node {
  using Layer = Layer_;
  using Place = Path_;
};

/// BatchNorm followed by a neuron: one pass over memory.
template <class BatchNormNode_, class NeuronNode_>
struct FusedNode {
  using BatchNormNode = BatchNormNode_;
  using NeuronNode = NeuronNode_;
};

template <class... Nodes>
struct NodeList {};

template <class... Lists>
struct Concatenate;
template <>
struct Concatenate<> {
  using type = NodeList<>;
};
template <class... Nodes>
struct Concatenate<NodeList<Nodes...>> {
  using type = NodeList<Nodes...>;
};
template <class... A, class... B, class... Rest>
struct Concatenate<NodeList<A...>, NodeList<B...>, Rest...> : Concatenate<NodeList<A..., B...>, Rest...> {};

/// Nested Sequentials as one list of nodes.
template <class Layer, class Place>
struct FlattenLists {
  using type = NodeList<Node<Layer, Place>>;
};
template <class... Layers, class Place>
struct FlattenLists<Sequential<Layers...>, Place> {
  template <class Indices>
  struct Expand;
  template <std::size_t... I>
  struct Expand<std::index_sequence<I...>> {
    using type = typename Concatenate<typename FlattenLists<Layers, typename Place::template Append<I>>::type...>::type;
  };
  using type = typename Expand<std::index_sequence_for<Layers...>>::type;
};

/// Replaces each BatchNorm that a neuron follows by one fused node.
template <class Done, class Rest>
struct Fuse;
template <class... Done>
struct Fuse<NodeList<Done...>, NodeList<>> {
  using type = NodeList<Done...>;
};
template <class... Done, class First, class... Rest>
struct Fuse<NodeList<Done...>, NodeList<First, Rest...>> : Fuse<NodeList<Done..., First>, NodeList<Rest...>> {};
template <class... Done, BatchNormOptions options, class PlaceA, NeuronModel Neuron, class PlaceB, class... Rest>
struct Fuse<NodeList<Done...>, NodeList<Node<BatchNorm<options>, PlaceA>, Node<Neuron, PlaceB>, Rest...>>
    : Fuse<NodeList<Done..., FusedNode<Node<BatchNorm<options>, PlaceA>, Node<Neuron, PlaceB>>>, NodeList<Rest...>> {};

/// What a layer or a list of layers becomes: fused nodes in order.
template <class Layer>
using FusedNodes = typename Fuse<NodeList<>, typename FlattenLists<Layer, Path<>>::type>::type;

}  // namespace tet::detail
