// SPDX-License-Identifier: MIT
#pragma once

#include "subject.hpp"

#include <memory>

namespace experiments {

// One network each, in a translation unit of its own.
std::unique_ptr<Subject> make_digits_subject(Options const& options);
std::unique_ptr<Subject> make_cifar10_subject(Options const& options);

}  // namespace experiments
