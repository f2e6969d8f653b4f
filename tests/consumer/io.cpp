// SPDX-License-Identifier: MIT
#include <tet/version.hpp>
#if __has_include(<tet/io/safetensors.hpp>)
#include <tet/io/safetensors.hpp>
#endif

#include <nlohmann/json.hpp>

int main() { return nlohmann::json::parse("[0]").at(0).get<int>(); }
