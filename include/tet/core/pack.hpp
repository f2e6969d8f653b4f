// SPDX-License-Identifier: MIT
#pragma once

#include <tet/config.hpp>
#include <tet/core/index.hpp>
#include <tet/core/math.hpp>

#include <cstdint>
#include <cstring>

namespace tet {

/// Lanes of a Pack for this build: at least 8, so that the spikes of one pack are whole bytes.
#if defined(__AVX512F__)
template <class Scalar>
inline constexpr int native_width = sizeof(Scalar) == 4 ? 16 : 8;
#else
template <class Scalar>
inline constexpr int native_width = 8;
#endif

#if !defined(__CUDA_ARCH__)

/// Width values that one CPU core treats at once: a thin type over the compiler's vector extensions.
///
/// Operators and functions are hidden friends, so arithmetic on a value type V finds them by argument-dependent
/// look-up.
/// `exp`, `log`, `atan` and `erf` run lane by lane.
template <class Scalar_, int Width>
struct Pack {
  using Scalar = Scalar_;
  static constexpr int width = Width;
  typedef Scalar Vector __attribute__((vector_size(Width * sizeof(Scalar))));
  typedef decltype(Vector{} > Vector{}) MaskVector;

  struct Mask {
    MaskVector m;
    friend Mask operator&(Mask a, Mask b) { return {a.m & b.m}; }
    friend Mask operator|(Mask a, Mask b) { return {a.m | b.m}; }
  };

  Vector v;

  Pack() = default;
  constexpr Pack(Scalar s) : v(s - Vector{}) {}  // s + 0 would turn -0 into 0, and cost an addition
  static constexpr Pack of(Vector x) {
    Pack p;
    p.v = x;
    return p;
  }

  /// Whole numbers of as many lanes as values.
  template <class Lanes>
  static Pack from(Lanes lanes) {
    return of(__builtin_convertvector(lanes, Vector));
  }
  /// Values that are whole numbers, as such.
  template <class Lanes>
  Lanes whole() const {
    return __builtin_convertvector(v, Lanes);
  }

  static Pack load(Scalar const* p) {
    Pack r;
    std::memcpy(&r.v, p, sizeof(Vector));
    return r;
  }
  void store(Scalar* p) const { std::memcpy(p, &v, sizeof(Vector)); }

  /// The first `count` lanes; the others are 0.
  static Pack load(Scalar const* p, Index count) {
    if (count >= Width) return load(p);
    Pack r(Scalar(0));
    for (Index i = 0; i < count; ++i) r.v[i] = p[i];
    return r;
  }
  void store(Scalar* p, Index count) const {
    if (count >= Width) return store(p);
    for (Index i = 0; i < count; ++i) p[i] = v[i];
  }

  Scalar operator[](int lane) const { return v[lane]; }

  friend Pack operator+(Pack a, Pack b) { return of(a.v + b.v); }
  friend Pack operator-(Pack a, Pack b) { return of(a.v - b.v); }
  friend Pack operator*(Pack a, Pack b) { return of(a.v * b.v); }
  friend Pack operator/(Pack a, Pack b) { return of(a.v / b.v); }
  friend Pack operator-(Pack a) { return of(-a.v); }
  Pack& operator+=(Pack b) { return v += b.v, *this; }
  friend Mask operator>(Pack a, Pack b) { return {a.v > b.v}; }
  friend Mask operator<(Pack a, Pack b) { return {a.v < b.v}; }
  friend Mask operator>=(Pack a, Pack b) { return {a.v >= b.v}; }
  friend Mask operator<=(Pack a, Pack b) { return {a.v <= b.v}; }
  friend Pack select(Mask m, Pack a, Pack b) { return of(m.m ? a.v : b.v); }
  friend Pack abs(Pack a) { return of(Vector(MaskVector(a.v) & ~MaskVector(-Vector{}))); }  // without the sign bit
  friend Pack max(Pack a, Pack b) { return of(a.v < b.v ? b.v : a.v); }
  friend Pack min(Pack a, Pack b) { return of(b.v < a.v ? b.v : a.v); }
  friend Pack sqrt(Pack a) {
    return a.each([](Scalar x) { return std::sqrt(x); });
  }
  friend Pack exp(Pack a) {
    return a.each([](Scalar x) { return std::exp(x); });
  }
  friend Pack log(Pack a) {
    return a.each([](Scalar x) { return std::log(x); });
  }
  friend Pack atan(Pack a) {
    return a.each([](Scalar x) { return std::atan(x); });
  }
  friend Pack erf(Pack a) {
    return a.each([](Scalar x) { return std::erf(x); });
  }

  /// Sum of all lanes, in lane order.
  friend Scalar sum(Pack a) {
    Scalar total = a.v[0];
    for (int i = 1; i < Width; ++i) total += a.v[i];
    return total;
  }

 private:
  template <class Function>
  Pack each(Function f) const {
    Pack r;
    for (int i = 0; i < Width; ++i) r.v[i] = f(v[i]);
    return r;
  }
};

#else

/// During nvcc's device pass vector types are refused in host-device code. Packs never run on a device; this stands in
/// so that the pass can parse what the host runs.
template <class Scalar_, int Width>
struct Pack {
  using Scalar = Scalar_;
  static constexpr int width = Width;
  struct Mask {
    Scalar m[Width];
    TET_HD friend Mask operator&(Mask a, Mask) { return a; }
    TET_HD friend Mask operator|(Mask a, Mask) { return a; }
  };
  Scalar v[Width];
  Pack() = default;
  TET_HD constexpr Pack(Scalar) : v{} {}
  template <class Lanes>
  static Pack from(Lanes);
  template <class Lanes>
  Lanes whole() const;
  static Pack load(Scalar const*);
  void store(Scalar*) const;
  static Pack load(Scalar const*, Index);
  void store(Scalar*, Index) const;
  TET_HD Scalar operator[](int lane) const { return v[lane]; }
  TET_HD friend Pack operator+(Pack a, Pack) { return a; }
  TET_HD friend Pack operator-(Pack a, Pack) { return a; }
  TET_HD friend Pack operator*(Pack a, Pack) { return a; }
  TET_HD friend Pack operator/(Pack a, Pack) { return a; }
  TET_HD friend Pack operator-(Pack a) { return a; }
  TET_HD Pack& operator+=(Pack) { return *this; }
  TET_HD friend Mask operator>(Pack, Pack) { return {}; }
  TET_HD friend Mask operator<(Pack, Pack) { return {}; }
  TET_HD friend Mask operator>=(Pack, Pack) { return {}; }
  TET_HD friend Mask operator<=(Pack, Pack) { return {}; }
  TET_HD friend Pack select(Mask, Pack a, Pack) { return a; }
  TET_HD friend Pack abs(Pack a) { return a; }
  TET_HD friend Pack max(Pack a, Pack) { return a; }
  TET_HD friend Pack min(Pack a, Pack) { return a; }
  TET_HD friend Pack sqrt(Pack a) { return a; }
  TET_HD friend Pack exp(Pack a) { return a; }
  TET_HD friend Pack log(Pack a) { return a; }
  TET_HD friend Pack atan(Pack a) { return a; }
  TET_HD friend Pack erf(Pack a) { return a; }
  TET_HD friend Scalar sum(Pack a) { return a.v[0]; }
};

#endif

template <class Scalar>
using NativePack = Pack<Scalar, native_width<Scalar>>;

}  // namespace tet
