// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cuda/bfloat16.cuh>
#include <tet/backend/cuda/channel_sums.cuh>
#include <tet/backend/cuda/conv_problem.cuh>
#include <tet/backend/cuda/cuda.cuh>
#include <tet/core/activation.hpp>
#include <tet/core/arena.hpp>
#include <tet/core/conv_choice.hpp>
#include <tet/core/convolution.hpp>
#include <tet/core/workspace.hpp>

#include <algorithm>
#include <type_traits>

namespace tet::gpu {

// A convolution as matrix products: each output pixel's window becomes a row of [kernel][kernel][in] values, in the order of
// the weights. Images are treated in chunks, so that the rows need bounded memory.

/// Writes out the windows of some images.
template <class Kind, class Scalar, class Element>
struct Windows {
  ConvGeometry g;
  Activation<Kind, Scalar> x;
  Index first_image;
  Element* rows;  // [images * out pixels][kernel][kernel][in]

  TET_HD void operator()(Index i) const {
    Index const inputs = g.kernel * g.kernel * g.in_channels, row = i / inputs, at = i % inputs;
    Index const c = at % g.in_channels, tap = at / g.in_channels;
    Index const image = first_image + row / g.out_pixels(), place = row % g.out_pixels();
    Index const y = place / g.out_width() * g.stride + tap / g.kernel - g.padding;
    Index const z = place % g.out_width() * g.stride + tap % g.kernel - g.padding;
    bool const inside = y >= 0 && y < g.height && z >= 0 && z < g.width;
    rows[i] = Element(inside ? x.value((image * g.height + y) * g.width + z, c) : Scalar(0));
  }
};

/// Adds up what the windows' gradients say of each input value.
template <class Scalar>
struct FromWindows {
  ConvGeometry g;
  Scalar const* rows;
  Scalar* dx;  // of the first image

  TET_HD void operator()(Index i) const {
    Index const c = i % g.in_channels, pixel = i / g.in_channels;
    Index const image = pixel / g.in_pixels(), y = pixel / g.width % g.height, z = pixel % g.width;
    Index const inputs = g.kernel * g.kernel * g.in_channels;
    Scalar sum = 0;
    for (Index p = 0; p < g.kernel; ++p)
      for (Index q = 0; q < g.kernel; ++q) {
        Index const top = y + g.padding - p, left = z + g.padding - q;
        if (top < 0 || left < 0 || top % g.stride != 0 || left % g.stride != 0) continue;
        Index const out_y = top / g.stride, out_z = left / g.stride;
        if (out_y >= g.out_height() || out_z >= g.out_width()) continue;
        Index const row = (image * g.out_height() + out_y) * g.out_width() + out_z;
        sum += rows[row * inputs + (p * g.kernel + q) * g.in_channels + c];
      }
    dx[i] = sum;
  }
};

template <class Scalar>
struct AddBias {
  Scalar const* bias;
  Index channels;
  Scalar* y;
  TET_HD void operator()(Index i) const { y[i] += bias[i % channels]; }
};

template <class Scalar>
struct ColumnSum {
  Scalar const* a;
  Index columns;

  TET_HD Values<double, 1> operator()(Index first, Index end, Index c) const {
    Values<double, 1> sum{};
    for (Index row = first; row < end; ++row) sum[0] += double(a[row * columns + c]);
    return sum;
  }
};

/// y += bias; nullptr for none.
template <class Execution, class Scalar>
void add_bias(BasicCuda<Execution>& exec, ConvGeometry const& g, Scalar const* bias, Scalar* y) {
  if (bias == nullptr) return;
  exec.for_each(g.images * g.out_pixels() * g.out_channels, AddBias<Scalar>{bias, g.out_channels, y});
}

/// dbias = sum of dy over all pixels; nullptr for none.
template <class Execution, class Scalar>
void bias_gradient(BasicCuda<Execution>& exec, ConvGeometry const& g, Scalar const* dy, Scalar* dbias,
                   Workspace workspace) {
  if (dbias == nullptr) return;
  ChannelChunks const cut{g.images * g.out_pixels(), g.out_channels};
  double const* const sum = channel_sums<1>(exec, cut, ColumnSum<Scalar>{dy, g.out_channels}, workspace);
  exec.for_each(g.out_channels, StoreSum<Scalar>{sum, dbias});
}

/// Values as the operand of a product: themselves, or rounded into `scratch`.
template <class Execution, class Scalar, class Element>
Element const* rounded(BasicCuda<Execution>& exec, Index count, Scalar const* values, Element* scratch) {
  if constexpr (std::is_same_v<Scalar, Element>) {
    return values;
  } else {
    exec.for_each(count, Convert<Scalar, Element>{values, scratch});
    return scratch;
  }
}

/// How one convolution is cut, and where its scratch lies. `Element` is what its operands are rounded to; sums and results
/// are Scalar's.
template <class Scalar, class Element>
class Im2col {
 public:
  Im2col(ConvGeometry const& g, Arena arena) : g_(g) {
    Index const image_bytes = g.out_pixels() * inputs() * Index(sizeof(Scalar));
    chunk_ = std::clamp<Index>(most_bytes / image_bytes, 1, std::max<Index>(g.images, 1));
    rows_ = arena.template take<Scalar>(chunk_ * g.out_pixels() * inputs());
    weight_ = arena.template take<Element>(rounds ? g.weights() : 0);
    dy_ = arena.template take<Element>(rounds ? chunk_ * out_values() : 0);
    ChannelChunks const bias{g.images * g.out_pixels(), g.out_channels};
    bias_ = {arena.template take<std::byte>(bias.bytes(1)), bias.bytes(1)};
    bytes = arena.peak();
  }

  Index bytes = 0;

  ConvAlgorithm algorithm() const { return is_matrix_product(g_) ? ConvAlgorithm::product : ConvAlgorithm::im2col; }

  template <class Execution, class Kind>
  void forward(BasicCuda<Execution>& exec, Activation<Kind, Scalar> x, Scalar const* weight, Scalar const* bias,
               Scalar* y) const {
    Element const* const w = rounded(exec, g_.weights(), weight, weight_);
    for_each_chunk([&](Index first, Index images) {
      MatrixSizes const sizes{.m = images * g_.out_pixels(), .n = g_.out_channels, .k = inputs()};
      exec.execution().matrix_product(sizes, windows(exec, x, first, images), w, Scalar(0), y + first * out_values());
    });
    add_bias(exec, g_, bias, y);
  }

  template <class Execution, class Kind>
  void weight_gradient(BasicCuda<Execution>& exec, Activation<Kind, Scalar> x, Scalar const* dy, Scalar* dweight,
                       Scalar* dbias) const {
    for_each_chunk([&](Index first, Index images) {
      MatrixSizes const sizes{
          .a = Operand::transposed, .m = inputs(), .n = g_.out_channels, .k = images * g_.out_pixels()};
      exec.execution().matrix_product(sizes, windows(exec, x, first, images),
                                      rounded(exec, images * out_values(), dy + first * out_values(), dy_),
                                      first == 0 ? Scalar(0) : Scalar(1), dweight);
    });
    bias_gradient(exec, g_, dy, dbias, bias_);
  }

  template <class Execution>
  void input_gradient(BasicCuda<Execution>& exec, Scalar const* weight, Scalar const* dy, Scalar* dx) const {
    Element const* const w = rounded(exec, g_.weights(), weight, weight_);
    for_each_chunk([&](Index first, Index images) {
      Index const size = g_.in_pixels() * g_.in_channels;
      Scalar* const rows = rows_are_pixels() ? dx + first * size : rows_;
      MatrixSizes const sizes{
          .b = Operand::transposed, .m = images * g_.out_pixels(), .n = inputs(), .k = g_.out_channels};
      exec.execution().matrix_product(sizes, rounded(exec, images * out_values(), dy + first * out_values(), dy_), w,
                                      Scalar(0), rows);
      if (!rows_are_pixels()) exec.for_each(images * size, FromWindows<Scalar>{g_, rows, dx + first * size});
    });
  }

 private:
  static constexpr Index most_bytes = Index(64) << 20;
  static constexpr bool rounds = !std::is_same_v<Scalar, Element>;

  Index inputs() const { return g_.kernel * g_.kernel * g_.in_channels; }
  Index out_values() const { return g_.out_pixels() * g_.out_channels; }
  bool rows_are_pixels() const { return is_matrix_product(g_); }

  template <class Use>
  void for_each_chunk(Use const& use) const {
    for (Index first = 0; first < g_.images; first += chunk_) use(first, std::min(chunk_, g_.images - first));
  }

  template <class Execution, class Kind>
  Element const* windows(BasicCuda<Execution>& exec, Activation<Kind, Scalar> x, Index first, Index images) const {
    if constexpr (std::is_same_v<Kind, Analog> && !rounds)
      if (rows_are_pixels()) return x.data + first * g_.in_pixels() * g_.in_channels;
    auto* const rows = reinterpret_cast<Element*>(rows_);
    exec.for_each(images * g_.out_pixels() * inputs(), Windows<Kind, Scalar, Element>{g_, x, first, rows});
    return rows;
  }

  ConvGeometry g_;
  Index chunk_;
  Scalar* rows_;  // of Elements where they are an operand
  Element *weight_, *dy_;
  Workspace bias_;
};

}  // namespace tet::gpu
