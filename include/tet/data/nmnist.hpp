// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/error.hpp>
#include <tet/core/folder.hpp>
#include <tet/data/recordings.hpp>

#include <string>
#include <utility>
#include <vector>

namespace tet::data {

/// auto [train, test] = nmnist(folder);
struct RecordingSplits {
  Recordings train;
  Recordings test;
};

/// The recordings of a folder with one folder of .bin files for each of the classes 0, 1, …; by class, then by name.
/// Files of other names are left alone.
/// Throws: IoError for a class without folder, for no recording at all, and as Recordings does.
inline Recordings recordings_by_class(std::string const& folder, Sensor sensor, int classes, Slicing slicing = {},
                                      FrameValues values = FrameValues::bits) {
  std::vector<Recording> files;
  for (int label = 0; label < classes; ++label) {
    std::string const of_class = folder + "/" + std::to_string(label);
    for (std::string const& name : names_in_folder(of_class, ".bin")) files.push_back({of_class + "/" + name, label});
  }
  if (files.empty()) throw IoError(folder, 0, "no .bin file in the folders of classes", "recordings");
  return Recordings(std::move(files), sensor, classes, slicing, values);
}

/// N-MNIST, or a part of it, from the layout of its archives: Train/0 … 9/*.bin and Test/0 … 9/*.bin.
///
/// MNIST's digits on a screen, recorded by a moving ATIS camera: 34x34 pixels, three saccades in 0.3 s.
/// Source: https://www.garrickorchard.com/datasets/n-mnist, "Train.zip" and "Test.zip".
/// Throws: IoError as recordings_by_class does.
inline RecordingSplits nmnist(std::string const& folder, Slicing slicing = {}, FrameValues values = FrameValues::bits) {
  return {recordings_by_class(folder + "/Train", nmnist_sensor, 10, slicing, values),
          recordings_by_class(folder + "/Test", nmnist_sensor, 10, slicing, values)};
}

}  // namespace tet::data
