// SPDX-License-Identifier: MIT
#pragma once

#include "probe.hpp"

#include <memory>

namespace experiments {

// One network each, in a translation unit of its own.
std::unique_ptr<Probe> make_digits_probe(Options const& options);
std::unique_ptr<Probe> make_cifar10_probe(Options const& options);

}  // namespace experiments
