// SPDX-License-Identifier: MIT
#pragma once

// All of tet but io/, whose headers bring the libraries of their file formats.

#include <tet/cpu.hpp>
