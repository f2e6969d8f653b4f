// SPDX-License-Identifier: MIT
#pragma once

#include <tet/zoo/cifar_small.hpp>
#include <tet/zoo/resnet19.hpp>
#include <tet/zoo/sew_resnet.hpp>
#include <tet/zoo/spiking_resnet.hpp>
#include <tet/zoo/vgg_snn.hpp>
