// SPDX-License-Identifier: MIT
#pragma once

namespace experiments {

/// What suits a data set where the command line says nothing.
struct Defaults {
  long epochs, timesteps, batch;
};

inline constexpr Defaults digits_defaults{8, 8, 32};
inline constexpr Defaults cifar10_defaults{10, 4, 64};

}  // namespace experiments
