// SPDX-License-Identifier: MIT
#include <tet/data/image_folder.hpp>

#include <iostream>

int main() {
  try {
    tet::data::ImageFolder("no such folder");
  } catch (tet::IoError const& error) {
    std::cout << error.what() << '\n';
    return 0;
  }
  return 1;
}
