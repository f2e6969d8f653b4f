// SPDX-License-Identifier: MIT
#pragma once

#include <tet/loss/cross_entropy.hpp>
#include <tet/loss/sdt.hpp>
#include <tet/loss/tet.hpp>
