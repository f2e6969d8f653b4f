// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cuda/bfloat16.cuh>
#include <tet/backend/cuda/channel_sums.cuh>
#include <tet/backend/cuda/conv_problem.cuh>
#include <tet/backend/cuda/cuda.cuh>
#include <tet/backend/cuda/im2col.cuh>
#include <tet/core/activation.hpp>
#include <tet/core/arena.hpp>
#include <tet/core/conv_choice.hpp>

#include <algorithm>
#include <optional>

namespace tet::gpu {

// One pass of a convolution by a library: its input as dense values [images][H][W][in], its weights as [out][kernel][kernel][in].

/// dense[n][c] = x, from a pixel on.
template <class Kind, class Scalar, class Element>
struct Densify {
  Activation<Kind, Scalar> x;
  Index first_pixel;
  Element* dense;

  TET_HD void operator()(Index n, Index c) const {
    if (c < x.channels) dense[n * x.channels + c] = Element(x.value(first_pixel + n, c));
  }
};

/// Weights [rows][out], rows = taps and inputs, as [out][rows].
template <class Scalar, class Element>
struct OutputsFirst {
  Scalar const* weight;
  Index rows, outputs;
  Element* turned;
  TET_HD void operator()(Index i) const { turned[i] = Element(weight[i % rows * outputs + i / rows]); }
};

/// The gradient of weights back in their own order, added up over chunks of images.
template <class Scalar>
struct OutputsLast {
  Scalar const* turned;
  Index rows, outputs;
  bool adds;
  Scalar* dweight;

  TET_HD void operator()(Index i) const {
    Scalar const value = turned[i % outputs * rows + i / outputs];
    dweight[i] = adds ? dweight[i] + value : value;
  }
};

/// How one pass is cut into chunks of images, and where its scratch lies. `Element` is what operands are rounded to; sums and
/// results are Scalar's.
template <class Execution, class Scalar, class Element>
class LibraryConvolution {
 public:
  LibraryConvolution(BasicCuda<Execution> const& exec, ConvPass pass, ConvGeometry const& g, Arena arena) : g_(g) {
    Index const largest = std::max(in_values(), out_values());  // elements of an image's larger tensor
    if (is_matrix_product(g) || g.images == 0 || largest > most_elements) return;
    Index const chunks = std::max(ceil_div(g.images * in_values() * Index(sizeof(Element)), most_bytes),
                                  ceil_div(g.images, most_elements / largest));
    chunk_ = ceil_div(g.images, chunks);
    Index const rest = g.images % chunk_;
    plan_ = plan(exec, pass, chunk_);
    last_plan_ = rest == 0 ? plan_ : plan(exec, pass, rest);
    if (!offered()) return;

    Index const dy_values = rounds ? chunk_ * g.out_pixels() * g.out_channels : 0;
    ChannelChunks const bias{g.images * g.out_pixels(), g.out_channels};
    bool const forward = pass == ConvPass::forward, of_weights = pass == ConvPass::weight_gradient;
    x_ = arena.template take<Element>(pass == ConvPass::input_gradient ? 0 : chunk_ * in_values());
    dy_ = arena.template take<Element>(forward ? 0 : dy_values);
    weight_ = arena.template take<Element>(of_weights ? 0 : g.weights());
    dweight_ = arena.template take<Scalar>(of_weights ? g.weights() : 0);
    bias_ = {arena.template take<std::byte>(of_weights ? bias.bytes(1) : 0), bias.bytes(1)};
    Index const work = std::max(plan_->workspace, last_plan_->workspace);
    workspace_ = {arena.template take<std::byte>(work), work};
    bytes = arena.peak();
  }

  Index bytes = 0;

  static constexpr ConvAlgorithm algorithm() { return ConvAlgorithm::cudnn; }

  /// Whether the library computes this pass.
  bool offered() const { return plan_.has_value() && last_plan_.has_value(); }

  template <class Kind>
  void forward(BasicCuda<Execution>& exec, Activation<Kind, Scalar> x, Scalar const* weight, Scalar const* bias,
               Scalar* y) const {
    turn(exec, weight);
    for_each_chunk([&](Index first, Index images, Plan const& plan) {
      exec.execution().convolve(plan, dense(exec, x, first, images), static_cast<Element const*>(weight_),
                                y + first * out_values(), workspace_);
    });
    add_bias(exec, g_, bias, y);
  }

  template <class Kind>
  void weight_gradient(BasicCuda<Execution>& exec, Activation<Kind, Scalar> x, Scalar const* dy, Scalar* dweight,
                       Scalar* dbias) const {
    for_each_chunk([&](Index first, Index images, Plan const& plan) {
      exec.execution().convolve(plan, dense(exec, x, first, images),
                                rounded(exec, images * out_values(), dy + first * out_values(), dy_), dweight_,
                                workspace_);
      exec.for_each(g_.weights(), OutputsLast<Scalar>{dweight_, rows(), g_.out_channels, first > 0, dweight});
    });
    bias_gradient(exec, g_, dy, dbias, bias_);
  }

  void input_gradient(BasicCuda<Execution>& exec, Scalar const* weight, Scalar const* dy, Scalar* dx) const {
    turn(exec, weight);
    for_each_chunk([&](Index first, Index images, Plan const& plan) {
      exec.execution().convolve(plan, rounded(exec, images * out_values(), dy + first * out_values(), dy_),
                                static_cast<Element const*>(weight_), dx + first * in_values(), workspace_);
    });
  }

 private:
  using Plan = typename Execution::ConvolutionPlan;
  static constexpr Index most_bytes = Index(128) << 20;  // of dense input at once
  static constexpr Index most_elements =
      (Index(1) << 31) - 1;  // of a tensor: libraries count them in 32 bits in places
  static constexpr bool rounds = !std::is_same_v<Scalar, Element>;

  Index rows() const { return g_.kernel * g_.kernel * g_.in_channels; }
  Index in_values() const { return g_.in_pixels() * g_.in_channels; }
  Index out_values() const { return g_.out_pixels() * g_.out_channels; }

  std::optional<Plan> plan(BasicCuda<Execution> const& exec, ConvPass pass, Index images) const {
    ConvGeometry g = g_;
    g.images = images;
    return exec.execution().plan_convolution(conv_problem<Scalar, Element>(pass, g));
  }

  template <class Use>
  void for_each_chunk(Use const& use) const {
    for (Index first = 0; first < g_.images; first += chunk_) {
      Index const images = std::min(chunk_, g_.images - first);
      use(first, images, images == chunk_ ? *plan_ : *last_plan_);
    }
  }

  void turn(BasicCuda<Execution>& exec, Scalar const* weight) const {
    exec.for_each(g_.weights(), OutputsFirst<Scalar, Element>{weight, rows(), g_.out_channels, weight_});
  }

  template <class Kind>
  Element const* dense(BasicCuda<Execution>& exec, Activation<Kind, Scalar> x, Index first, Index images) const {
    if constexpr (std::is_same_v<Kind, Analog> && !rounds) return x.data + first * in_values();
    exec.for_each_neuron(images * g_.in_pixels(), g_.in_channels,
                         Densify<Kind, Scalar, Element>{x, first * g_.in_pixels(), x_});
    return x_;
  }

  ConvGeometry g_;
  Index chunk_ = 1;
  std::optional<Plan> plan_, last_plan_;
  Element *x_ = nullptr, *dy_ = nullptr, *weight_ = nullptr;
  Scalar* dweight_ = nullptr;
  Workspace bias_, workspace_;
};

}  // namespace tet::gpu
