// SPDX-License-Identifier: MIT
#pragma once

#include <tet/config.hpp>
#include <tet/core/pack.hpp>

namespace tet::conv {

/// Winograd's algorithm along one line: an edge of outputs of a window of 3, or 3 weights over an edge of gradients, by
/// edge + 2 products. Two dimensions are two lines, one after the other.
///
/// Both are the same sum of products of polynomials at the points 0, ±1, ±2 (and ±1/2 with an edge of 6) and infinity.
/// A line of the transform holds the points in the order 0, 1, -1, 2, -2, (1/2, -1/2), infinity. Pairs of points share
/// the even and the odd powers.
///
///   y[k] = sum over q of w[q] d[k + q]  =  restore( spread(w) * source(d) )[k]
///
/// Source: Lavin, Gray: Fast algorithms for convolutional neural networks. CVPR 2016, sec. 4 (edges 4 and 6); the
/// points ±1/2: Barabasz et al.: Error analysis and improving the accuracy of Winograd convolution for deep neural
/// networks. ACM TOMS 46 (2020), 37.
template <int Edge>
struct WinogradLines {
  static_assert(Edge == 4 || Edge == 6);
  using V = NativePack<float>;
  static constexpr int edge = Edge, patch = Edge + 2, pairs = Edge / 2;

  /// Values of sum over k of from[k] x^k at the points, each divided by its norm: what weights and gradients need.
  template <int Count>
  [[gnu::always_inline]] static void spread(V const (&from)[Count], V (&to)[patch]) {
    to[0] = V(1 / norm(0.0)) * from[0];
    TET_UNROLL(4)
    for (int i = 0; i < pairs; ++i) {
      float const scale = 1 / norm(points[i]);
      V even = V(scale) * from[0], odd = V(scale * power(i, 1)) * from[1];
      TET_UNROLL(8)
      for (int k = 2; k < Count; ++k) (k % 2 == 0 ? even : odd) += V(scale * power(i, k)) * from[k];
      to[1 + 2 * i] = even + odd;
      to[2 + 2 * i] = even - odd;
    }
    to[patch - 1] = from[Count - 1];
  }

  /// The transposed of the rest: at point a the polynomial product over the other points b of (x - b), at infinity
  /// that over all, with d in place of powers of x.
  [[gnu::always_inline]] static void source(V const (&d)[patch], V (&to)[patch]) {
    V first = d[edge], last = d[edge + 1];
    TET_UNROLL(4)
    for (int k = 0; k < pairs; ++k) {
      first += V(coefficient(-1, k)) * d[2 * k];
      last += V(coefficient(-1, k)) * d[2 * k + 1];
    }
    to[0] = first;
    to[patch - 1] = last;
    TET_UNROLL(4)
    for (int i = 0; i < pairs; ++i) {
      V even = d[edge], odd = d[edge - 1];
      TET_UNROLL(4)
      for (int k = 0; k < pairs - 1; ++k) {
        even += V(coefficient(i, k)) * d[2 * k + 2];
        odd += V(coefficient(i, k)) * d[2 * k + 1];
      }
      to[1 + 2 * i] = V(float(points[i])) * odd + even;
      to[2 + 2 * i] = V(-float(points[i])) * odd + even;
    }
  }

  /// sum over points a of a^k m[a], the last one with infinity: outputs or weights.
  template <int Count>
  [[gnu::always_inline]] static void restore(V const (&m)[patch], V (&to)[Count]) {
    V sum[pairs], difference[pairs];
    TET_UNROLL(4)
    for (int i = 0; i < pairs; ++i) {
      sum[i] = m[1 + 2 * i] + m[2 + 2 * i];
      difference[i] = m[1 + 2 * i] - m[2 + 2 * i];
    }
    TET_UNROLL(8)
    for (int k = 0; k < Count; ++k) {
      V const(&from)[pairs] = k % 2 == 0 ? sum : difference;
      V total = from[0];  // the point is 1
      TET_UNROLL(4)
      for (int i = 1; i < pairs; ++i) total += V(power(i, k)) * from[i];
      if (k == 0) total += m[0];
      if (k == Count - 1) total += m[patch - 1];
      to[k] = total;
    }
  }

 private:
  static constexpr double points[3] = {1.0, 2.0, 0.5};

  static constexpr float power(int point, int exponent) {
    double value = 1;
    for (int k = 0; k < exponent; ++k) value *= points[point];
    return float(value);
  }

  /// Product over the other finite points b of (a - b).
  static constexpr float norm(double a) {
    double product = a == 0 ? 1 : 2 * a * a;
    for (int i = 0; i < pairs; ++i)
      if (points[i] != a) product *= a * a - points[i] * points[i];
    return float(product);
  }

  /// Of x^2k in the product over all pairs b but `without` of (x^2 - b^2).
  static constexpr float coefficient(int without, int k) {
    double product[pairs + 1] = {1};
    int degree = 0;
    for (int i = 0; i < pairs; ++i) {
      if (i == without) continue;
      ++degree;
      for (int j = degree; j >= 0; --j)
        product[j] = (j > 0 ? product[j - 1] : 0.0) - points[i] * points[i] * (j < degree ? product[j] : 0.0);
    }
    return float(product[k]);
  }
};

}  // namespace tet::conv
