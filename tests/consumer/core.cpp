// SPDX-License-Identifier: MIT
#include <tet/tet.hpp>

#include <iostream>
#include <string>

int main() {
  std::string const header = std::to_string(TET_VERSION_MAJOR) + "." + std::to_string(TET_VERSION_MINOR) + "." +
                             std::to_string(TET_VERSION_PATCH);
  std::cout << "header " << header << ", package " << PACKAGE_VERSION << '\n';
  return header == PACKAGE_VERSION ? 0 : 1;
}
