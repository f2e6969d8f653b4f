// SPDX-License-Identifier: MIT
#pragma once

// Everything that belongs to no backend.

#include <tet/analysis/disturbed.hpp>
#include <tet/analysis/early_exit.hpp>
#include <tet/analysis/filters.hpp>
#include <tet/analysis/hessian.hpp>
#include <tet/analysis/landscape.hpp>
#include <tet/analysis/loss_probe.hpp>
#include <tet/analysis/neuron_monitor.hpp>
#include <tet/analysis/quantised_weights.hpp>
#include <tet/analysis/recorded_outputs.hpp>
#include <tet/analysis/sharpness.hpp>
#include <tet/analysis/spike_activity.hpp>
#include <tet/analysis/tensor_values.hpp>
#include <tet/config.hpp>
#include <tet/core/error.hpp>
#include <tet/core/threads.hpp>
#include <tet/data/any_dataset.hpp>
#include <tet/data/augmented_frames.hpp>
#include <tet/data/batches.hpp>
#include <tet/data/cifar.hpp>
#include <tet/data/dvs_cifar10.hpp>
#include <tet/data/live_frames.hpp>
#include <tet/data/nmnist.hpp>
#include <tet/inference/inference.hpp>
#include <tet/layer/layers.hpp>
#include <tet/loss/losses.hpp>
#include <tet/model/describe.hpp>
#include <tet/model/model.hpp>
#include <tet/neuron/neurons.hpp>
#include <tet/optim/adam.hpp>
#include <tet/optim/schedule.hpp>
#include <tet/optim/sgd.hpp>
#include <tet/surrogate/surrogates.hpp>
#include <tet/train/evaluate.hpp>
#include <tet/train/fit.hpp>
#include <tet/train/tit.hpp>
#include <tet/train/train_step.hpp>
#include <tet/version.hpp>
#include <tet/zoo/zoo.hpp>
