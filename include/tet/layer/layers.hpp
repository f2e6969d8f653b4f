// SPDX-License-Identifier: MIT
#pragma once

#include <tet/layer/avg_pool2d.hpp>
#include <tet/layer/batch_norm.hpp>
#include <tet/layer/conv2d.hpp>
#include <tet/layer/exactness.hpp>
#include <tet/layer/flatten.hpp>
#include <tet/layer/global_avg_pool.hpp>
#include <tet/layer/linear.hpp>
#include <tet/layer/max_pool2d.hpp>
#include <tet/layer/network.hpp>
#include <tet/layer/parameter_count.hpp>
#include <tet/layer/residual.hpp>
#include <tet/layer/sequential.hpp>
#include <tet/layer/spike_join.hpp>
