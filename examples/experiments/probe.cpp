// SPDX-License-Identifier: MIT
#include "probe.hpp"

#include "make_probe.hpp"

namespace experiments {

std::unique_ptr<Probe> make_probe(Options const& options) {
  return options.dataset == "digits" ? make_digits_probe(options) : make_cifar10_probe(options);
}

}  // namespace experiments
