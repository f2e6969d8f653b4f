// SPDX-License-Identifier: MIT
#pragma once

namespace tet {

/// How one pass of a convolution, or of a Linear layer, is computed.
enum class ConvAlgorithm {
  spikes,    ///< adds weight rows of the active inputs only
  winograd,  ///< F(4x4, 3x3) or F(6x6, 3x3), see Exactness
  direct,    ///< register tiles over all inputs
  product,   ///< one matrix product
  plain,     ///< plain loops: every scalar but float
  im2col,    ///< all windows written out as rows, and one matrix product
  cudnn,     ///< NVIDIA's library
};

constexpr char const* name_of(ConvAlgorithm algorithm) {
  constexpr char const* names[] = {"spikes", "Winograd", "direct", "product", "plain", "im2col", "cuDNN"};
  return names[int(algorithm)];
}

/// Which algorithm a pass uses: a function of its sizes and of the density of its input (the share that is not 0;
/// spikes that timesteps share count once where they are added once). Where a forward pass may round weights, but finds
/// them unfit (see Exactness::rounded), its limit is a lower one.
struct ConvRule {
  ConvAlgorithm dense = ConvAlgorithm::direct;
  double spikes_up_to = -1;  ///< density up to which it is ConvAlgorithm::spikes; below 0 for never

  constexpr ConvAlgorithm at(double density) const { return density <= spikes_up_to ? ConvAlgorithm::spikes : dense; }
  friend constexpr bool operator==(ConvRule const&, ConvRule const&) = default;
};

/// The rules of the three passes of a layer's synapses.
struct ConvChoice {
  ConvRule forward, weight_gradient;
  ConvAlgorithm input_gradient = ConvAlgorithm::direct;  ///< whatever the density

  friend constexpr bool operator==(ConvChoice const&, ConvChoice const&) = default;
};

}  // namespace tet
