// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/random.hpp>
#include <tet/data/pixel_ops.hpp>

#include <array>
#include <cmath>
#include <cstdint>

namespace tet::data {

enum class PixelOp {
  shear_x,
  shear_y,
  translate_x,
  translate_y,
  rotate,
  color,
  contrast,
  brightness,
  sharpness,
  posterize,
  solarize,
  autocontrast,
  equalize,
  invert,
};

/// One operation of a policy.
struct PolicyStep {
  PixelOp op;
  double probability;
  int level = 0;  // 0 to 9: how strong, in the scale of `apply`
};

/// Two operations, one after the other.
using SubPolicy = std::array<PolicyStep, 2>;

/// The policy that was found for CIFAR-10.
///
/// Source: Cubuk et al. 2019 (AutoAugment), appendix, table 7; the same as torchvision's AutoAugmentPolicy.CIFAR10.
inline constexpr std::array<SubPolicy, 25> cifar10_policy = {{
    {{{PixelOp::invert, 0.1}, {PixelOp::contrast, 0.2, 6}}},
    {{{PixelOp::rotate, 0.7, 2}, {PixelOp::translate_x, 0.3, 9}}},
    {{{PixelOp::sharpness, 0.8, 1}, {PixelOp::sharpness, 0.9, 3}}},
    {{{PixelOp::shear_y, 0.5, 8}, {PixelOp::translate_y, 0.7, 9}}},
    {{{PixelOp::autocontrast, 0.5}, {PixelOp::equalize, 0.9}}},
    {{{PixelOp::shear_y, 0.2, 7}, {PixelOp::posterize, 0.3, 7}}},
    {{{PixelOp::color, 0.4, 3}, {PixelOp::brightness, 0.6, 7}}},
    {{{PixelOp::sharpness, 0.3, 9}, {PixelOp::brightness, 0.7, 9}}},
    {{{PixelOp::equalize, 0.6}, {PixelOp::equalize, 0.5}}},
    {{{PixelOp::contrast, 0.6, 7}, {PixelOp::sharpness, 0.6, 5}}},
    {{{PixelOp::color, 0.7, 7}, {PixelOp::translate_x, 0.5, 8}}},
    {{{PixelOp::equalize, 0.3}, {PixelOp::autocontrast, 0.4}}},
    {{{PixelOp::translate_y, 0.4, 3}, {PixelOp::sharpness, 0.2, 6}}},
    {{{PixelOp::brightness, 0.9, 6}, {PixelOp::color, 0.2, 8}}},
    {{{PixelOp::solarize, 0.5, 2}, {PixelOp::invert, 0.0}}},
    {{{PixelOp::equalize, 0.2}, {PixelOp::autocontrast, 0.6}}},
    {{{PixelOp::equalize, 0.2}, {PixelOp::equalize, 0.6}}},
    {{{PixelOp::color, 0.9, 9}, {PixelOp::equalize, 0.6}}},
    {{{PixelOp::autocontrast, 0.8}, {PixelOp::solarize, 0.2, 8}}},
    {{{PixelOp::brightness, 0.1, 3}, {PixelOp::color, 0.7, 0}}},
    {{{PixelOp::solarize, 0.4, 5}, {PixelOp::autocontrast, 0.9}}},
    {{{PixelOp::translate_y, 0.9, 9}, {PixelOp::translate_y, 0.7, 9}}},
    {{{PixelOp::autocontrast, 0.9}, {PixelOp::solarize, 0.8, 3}}},
    {{{PixelOp::equalize, 0.8}, {PixelOp::invert, 0.1}}},
    {{{PixelOp::translate_y, 0.7, 9}, {PixelOp::autocontrast, 0.9}}},
}};

/// One operation at a level 0 to 9; `sign` is 1 or -1 and counts for those that have a direction.
///
/// Level 9 means: shear 0.3, translate 150/331 of the side (whole pixels), rotate 30 degrees, enhance by 1 +- 0.9,
/// posterize to 4 bits, solarize from 0 on. Level 0 changes nothing, but for the operations without levels.
/// Source: the ranges of Cubuk et al. 2019, table 6, in ten steps as torchvision's AutoAugment divides them.
inline void apply(PixelOp op, int level, int sign, Pixels const& p) {
  double const part = double(level) / 9;
  float const factor = float(1 + sign * 0.9 * part);
  auto const pixels = [&](Index side) { return sign * Index(150.0 / 331.0 * double(side) * part); };
  switch (op) {
    case PixelOp::shear_x:
      return shear_x(p, sign * 0.3 * part);
    case PixelOp::shear_y:
      return shear_y(p, sign * 0.3 * part);
    case PixelOp::translate_x:
      return translate_x(p, pixels(p.width));
    case PixelOp::translate_y:
      return translate_y(p, pixels(p.height));
    case PixelOp::rotate:
      return rotate(p, sign * 30 * part);
    case PixelOp::color:
      return adjust_color(p, factor);
    case PixelOp::contrast:
      return adjust_contrast(p, factor);
    case PixelOp::brightness:
      return adjust_brightness(p, factor);
    case PixelOp::sharpness:
      return adjust_sharpness(p, factor);
    case PixelOp::posterize:
      return posterize(p, 8 - int(std::lround(4 * part)));
    case PixelOp::solarize:
      return solarize(p, 255 * (1 - part));
    case PixelOp::autocontrast:
      return autocontrast(p);
    case PixelOp::equalize:
      return equalize(p);
    case PixelOp::invert:
      return invert(p);
  }
}

/// One sub-policy of a policy, drawn uniformly; each of its steps with its probability and a random direction. What is
/// drawn is a function of the stream and n, the image's number.
template <class Policy>
void apply_policy(Policy const& policy, Pixels const& pixels, Random random, std::uint64_t n) {
  std::uint64_t const first = 8 * n;
  SubPolicy const& steps = policy[std::size_t(random.below(first, policy.size()))];
  for (std::size_t k = 0; k < steps.size(); ++k)
    if (random.uniform(first + 1 + k) < steps[k].probability)
      apply(steps[k].op, steps[k].level, random.below(first + 3 + k, 2) == 0 ? 1 : -1, pixels);
}

}  // namespace tet::data
