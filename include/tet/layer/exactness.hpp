// SPDX-License-Identifier: MIT
#pragma once

#include <tet/layer/conv2d.hpp>
#include <tet/layer/network.hpp>
#include <tet/layer/residual.hpp>
#include <tet/layer/sequential.hpp>
#include <tet/layer/spike_join.hpp>

namespace tet {

namespace detail {

/// A layer with the exactness of all convolutions in it replaced.
template <class Layer, Exactness exactness>
struct ReplaceExactness {
  using type = Layer;
};
template <Index Out, auto options, Exactness exactness>
struct ReplaceExactness<Conv2d<Out, options>, exactness> {
  using type = Conv2d<Out, with_exactness(resolved(options), exactness)>;
};
template <class... Layers, Exactness exactness>
struct ReplaceExactness<Sequential<Layers...>, exactness> {
  using type = Sequential<typename ReplaceExactness<Layers, exactness>::type...>;
};
template <class Main, class Shortcut, Exactness exactness>
struct ReplaceExactness<Residual<Main, Shortcut>, exactness> {
  using type =
      Residual<typename ReplaceExactness<Main, exactness>::type, typename ReplaceExactness<Shortcut, exactness>::type>;
};
template <Join join, class Main, class Shortcut, Exactness exactness>
struct ReplaceExactness<SpikeJoin<join, Main, Shortcut>, exactness> {
  using type = SpikeJoin<join, typename ReplaceExactness<Main, exactness>::type,
                         typename ReplaceExactness<Shortcut, exactness>::type>;
};
template <class In, class... Layers, Exactness exactness>
struct ReplaceExactness<Network<In, Layers...>, exactness> {
  using type = Network<In, typename ReplaceExactness<Layers, exactness>::type...>;
};

}  // namespace detail

/// The same network, or layer, with one exactness for all its convolutions.
/// `WithExactness<zoo::VggSnn<>, Exactness::direct>` uses no Winograd and rounds no weights. Tensors, and so files, are the same.
template <class Net, Exactness exactness>
using WithExactness = typename detail::ReplaceExactness<Net, exactness>::type;

}  // namespace tet
