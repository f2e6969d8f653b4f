// SPDX-License-Identifier: MIT
#pragma once

#include <tet/surrogate/surrogates.hpp>

namespace golden {

/// Calls visit.template operator()<Surrogate>(its name in the golden files) for each surrogate that they know.
template <class Visit>
void for_each_surrogate(Visit&& visit) {
  visit.template operator()<tet::Triangle<1.0f>>("triangle_g1");
  visit.template operator()<tet::Triangle<0.5f>>("triangle_g0.5");
  visit.template operator()<tet::Triangle<2.0f>>("triangle_g2");
  visit.template operator()<tet::Rectangle<1.0f>>("rectangle_w1");
  visit.template operator()<tet::Rectangle<0.5f>>("rectangle_w0.5");
  visit.template operator()<tet::Sigmoid<4.0f>>("sigmoid_a4");
  visit.template operator()<tet::Atan<2.0f>>("atan_a2");
}

}  // namespace golden
