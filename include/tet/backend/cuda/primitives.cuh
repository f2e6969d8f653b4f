// SPDX-License-Identifier: MIT
#pragma once

// All primitives of the CUDA backend; see docs/architecture.md for the list.

#include <tet/backend/cuda/batch_norm.cuh>
#include <tet/backend/cuda/count.cuh>
#include <tet/backend/cuda/cuda.cuh>
#include <tet/backend/cuda/elementwise.cuh>
#include <tet/backend/cuda/input.cuh>
#include <tet/backend/cuda/join.cuh>
#include <tet/backend/cuda/loss.cuh>
#include <tet/backend/cuda/max_pooling.cuh>
#include <tet/backend/cuda/neuron/backward.cuh>
#include <tet/backend/cuda/neuron/forward.cuh>
#include <tet/backend/cuda/pooling.cuh>
#include <tet/backend/cuda/synapses.cuh>
#include <tet/backend/cuda/update.cuh>
