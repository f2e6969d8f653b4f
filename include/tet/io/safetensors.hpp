// SPDX-License-Identifier: MIT
#pragma once

// Weights of a model to and from a safetensors file, and the format itself.

#include <tet/io/name_map.hpp>
#include <tet/io/safetensors_file.hpp>
#include <tet/io/safetensors_model.hpp>
#include <tet/io/safetensors_writer.hpp>
