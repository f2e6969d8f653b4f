// SPDX-License-Identifier: MIT
#pragma once

// The only place where the version is written; CMake reads it from here.
#define TET_VERSION_MAJOR 0
#define TET_VERSION_MINOR 1
#define TET_VERSION_PATCH 0
