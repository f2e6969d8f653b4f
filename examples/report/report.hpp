// SPDX-License-Identifier: MIT
#pragma once

#include "charts.hpp"
#include "html.hpp"
#include "statistics.hpp"
#include "text.hpp"
