// SPDX-License-Identifier: MIT
#pragma once

// All primitives of the CPU backend; see docs/architecture.md for the list.

#include <tet/backend/cpu/accuracy.hpp>
#include <tet/backend/cpu/batch_norm.hpp>
#include <tet/backend/cpu/convert.hpp>
#include <tet/backend/cpu/count.hpp>
#include <tet/backend/cpu/cpu.hpp>
#include <tet/backend/cpu/elementwise.hpp>
#include <tet/backend/cpu/frozen_synapses.hpp>
#include <tet/backend/cpu/join.hpp>
#include <tet/backend/cpu/loss.hpp>
#include <tet/backend/cpu/matrix_product.hpp>
#include <tet/backend/cpu/max_pooling.hpp>
#include <tet/backend/cpu/monitor.hpp>
#include <tet/backend/cpu/neuron.hpp>
#include <tet/backend/cpu/pooling.hpp>
#include <tet/backend/cpu/running_mean.hpp>
#include <tet/backend/cpu/synapses.hpp>
#include <tet/backend/cpu/update.hpp>
