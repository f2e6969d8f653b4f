// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/error.hpp>
#include <tet/core/folder.hpp>
#include <tet/core/threads.hpp>
#include <tet/data/dataset.hpp>
#include <tet/data/images.hpp>
#include <tet/data/resample.hpp>
#include <tet/io/image_file.hpp>

#include <sys/stat.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tet::data {

struct ImageFolderOptions {
  Index size = 224;          ///< height and width of what comes out
  Index shorter_side = 256;  ///< an image is resized to this, and its centre cut out
  Normalization normalization{.mean = {0.485f, 0.456f, 0.406f}, .deviation = {0.229f, 0.224f, 0.225f}};  // ImageNet's
  int threads = tet::threads();  ///< that decode the images of a batch
  Index most_pixels = io::most_pixels_of_picture;
};

/// A random part of an image, resized to the whole, instead of its centre.
///
/// Source: torchvision's RandomResizedCrop: area and logarithm of the aspect ratio are uniform; after ten places that do not
/// fit, the largest centred one of an allowed aspect.
struct RandomResizedCrop {
  double least_area = 0.08, most_area = 1;               ///< share of the image's
  double least_aspect = 3.0 / 4, most_aspect = 4.0 / 3;  ///< width / height
  Flip flip = Flip::horizontal;
};

/// A folder of images that are decoded when a batch is made, by several threads: ROOT/class/…/name.jpg, .jpeg or .png.
///
/// Classes are the folders in ROOT in the order of their names (of bytes), images are ordered by folder and name:
/// torchvision's ImageFolder gives the same numbers. Names that begin with a dot are left out.
/// Shape: (size, size, 3).
class ImageFolder {
 public:
  /// Throws: IoError for a folder that cannot be read, without classes, or with a class without images;
  /// std::invalid_argument for options out of range.
  explicit ImageFolder(std::string root, ImageFolderOptions options = {}) : options_(std::move(options)) {
    check();
    auto files = std::make_shared<Files>();
    for (std::string const& name : names_in_folder(root))
      if (is_folder(root + "/" + name)) files->classes.push_back(name);
    if (files->classes.empty()) throw IoError(root, 0, "no folder in it", "one folder for each class");
    for (std::size_t label = 0; label < files->classes.size(); ++label) {
      std::string const folder = root + "/" + files->classes[label];
      std::size_t const before = files->paths.size();
      add_images(folder, files->paths);
      if (files->paths.size() == before) throw IoError(folder, 0, "no image in it", "files .jpg, .jpeg or .png");
      files->labels.resize(files->paths.size(), int(label));
    }
    files_ = std::move(files);
  }

  /// The same images with random crops and flips: for training, while the plain set is for evaluation.
  /// Throws: std::invalid_argument for shares or aspects that are out of range.
  ImageFolder augmented(RandomResizedCrop crop) const {
    if (!(0 < crop.least_area && crop.least_area <= crop.most_area && crop.most_area <= 1))
      refuse("data::RandomResizedCrop: area", std::to_string(crop.least_area) + " to " + std::to_string(crop.most_area),
             "shares above 0, up to 1");
    if (!(0 < crop.least_aspect && crop.least_aspect <= crop.most_aspect && std::isfinite(crop.most_aspect)))
      refuse("data::RandomResizedCrop: aspect",
             std::to_string(crop.least_aspect) + " to " + std::to_string(crop.most_aspect), "ratios above 0");
    ImageFolder copy = *this;
    copy.crop_ = crop;
    copy.crops_ = true;
    return copy;
  }

  Index size() const { return Index(files_->paths.size()); }
  int classes() const { return int(files_->classes.size()); }
  Shape<3> shape() const { return {options_.size, options_.size, 3}; }
  Presentation presentation() const { return Presentation::repeated; }
  Index timesteps() const { return 0; }
  int label(Index i) const { return files_->labels[std::size_t(i)]; }
  int sample_threads() const { return options_.threads; }

  std::string const& path(Index i) const { return files_->paths[std::size_t(i)]; }
  std::vector<std::string> const& class_names() const { return files_->classes; }

  /// Image i, normalised; out [size, size, 3]. Throws: IoError as io::read_picture.
  void sample(Index i, Timesteps, Draw draw, std::span<float> out) const {
    thread_local io::Picture picture;
    thread_local Resampler resample;
    io::read_picture(path(i), picture, options_.most_pixels);
    Placement const place = crops_ ? random_place(picture, i, draw) : centre(picture);
    resample(picture.pixels.data(), picture.width, place.vertical, place.horizontal, options_.size, options_.size, out);
    if (place.flipped) flip(out);
    auto const& [mean, deviation] = options_.normalization;
    for (std::size_t at = 0; at < out.size(); at += 3)
      for (std::size_t c = 0; c < 3; ++c) out[at + c] = (out[at + c] / 255.0f - mean[c]) / deviation[c];
  }

 private:
  struct Files {
    std::vector<std::string> classes, paths;
    std::vector<int> labels;
  };
  struct Placement {
    AxisCrop vertical, horizontal;
    bool flipped = false;
  };

  void check() const {
    auto const at_least = [](char const* what, Index got, Index least) {
      if (got < least)
        refuse(std::string("data::ImageFolderOptions: ") + what, std::to_string(got),
               "at least " + std::to_string(least));
    };
    at_least("size", options_.size, 1);
    at_least("shorter_side", options_.shorter_side, options_.size);
    at_least("threads", options_.threads, 1);
    auto const& [mean, deviation] = options_.normalization;
    if (mean.size() != 3 || deviation.size() != 3)
      refuse("data::Normalization",
             std::to_string(mean.size()) + " means and " + std::to_string(deviation.size()) + " deviations",
             "3 of each, one per channel");
    for (float const d : deviation)
      if (!(d > 0)) refuse("data::Normalization: deviation", std::to_string(d), "above 0");
  }

  static bool is_folder(std::string const& path) {
    struct stat info;
    return ::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
  }

  static bool is_image(std::string_view name) {
    for (std::string_view const ending : {".jpg", ".jpeg", ".png"})
      if (name.size() > ending.size() &&
          std::ranges::equal(name.substr(name.size() - ending.size()), ending,
                             [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; }))
        return true;
    return false;
  }

  /// All folders below one, itself included. Links are followed, so a circle of them is possible.
  static void add_folders(std::string const& folder, int depth, std::vector<std::string>& folders) {
    if (depth > 32) throw IoError(folder, 0, "more than 32 folders in one another", "a tree of folders");
    folders.push_back(folder);
    for (std::string const& name : names_in_folder(folder))
      if (is_folder(folder + "/" + name)) add_folders(folder + "/" + name, depth + 1, folders);
  }

  static void add_images(std::string const& top, std::vector<std::string>& paths) {
    std::vector<std::string> folders;
    add_folders(top, 0, folders);
    std::ranges::sort(folders);
    for (std::string const& folder : folders)
      for (std::string const& name : names_in_folder(folder))
        if (is_image(name) && !is_folder(folder + "/" + name)) paths.push_back(folder + "/" + name);
  }

  /// The shorter side becomes shorter_side, the longer one keeps the aspect; the middle of both is taken.
  Placement centre(io::Picture const& picture) const {
    Index const side = options_.shorter_side, shorter = std::min(picture.height, picture.width);
    auto const axis = [&](Index length) {
      Index const resized = length == shorter ? side : Index(double(side) * double(length) / double(shorter));
      return AxisCrop{0, length, resized, Index(std::nearbyint(double(resized - options_.size) / 2))};
    };
    return {axis(picture.height), axis(picture.width)};
  }

  Placement random_place(io::Picture const& picture, Index i, Draw draw) const {
    constexpr std::uint64_t tries = 10, numbers = 4;
    Random const random(draw.seed, stream::augmentation + draw.epoch);
    std::uint64_t const first = std::uint64_t(i) * (tries * numbers + 1);
    double const height = double(picture.height), width = double(picture.width);
    double const low = std::log(crop_.least_aspect), high = std::log(crop_.most_aspect);
    auto const part = [&](Index top, Index left, Index rows, Index columns) {
      bool const flipped = crop_.flip == Flip::horizontal && random.below(first + tries * numbers, 2) == 1;
      return Placement{{top, rows, options_.size, 0}, {left, columns, options_.size, 0}, flipped};
    };
    for (std::uint64_t n = 0; n < tries; ++n) {
      std::uint64_t const at = first + n * numbers;
      double const area =
          height * width * (crop_.least_area + (crop_.most_area - crop_.least_area) * random.uniform(at));
      double const aspect = std::exp(low + (high - low) * random.uniform(at + 1));
      Index const rows = Index(std::nearbyint(std::sqrt(area / aspect))),
                  columns = Index(std::nearbyint(std::sqrt(area * aspect)));
      if (rows < 1 || rows > picture.height || columns < 1 || columns > picture.width) continue;
      return part(Index(random.below(at + 2, std::uint64_t(picture.height - rows + 1))),
                  Index(random.below(at + 3, std::uint64_t(picture.width - columns + 1))), rows, columns);
    }
    double const aspect = std::clamp(width / height, crop_.least_aspect, crop_.most_aspect);
    Index const rows = std::clamp<Index>(Index(std::nearbyint(std::min(height, width / aspect))), 1, picture.height);
    Index const columns = std::clamp<Index>(Index(std::nearbyint(std::min(width, height * aspect))), 1, picture.width);
    return part((picture.height - rows) / 2, (picture.width - columns) / 2, rows, columns);
  }

  /// Left and right change places.
  void flip(std::span<float> out) const {
    Index const size = options_.size;
    for (Index y = 0; y < size; ++y)
      for (Index x = 0; x < size / 2; ++x)
        std::swap_ranges(out.data() + (y * size + x) * 3, out.data() + (y * size + x) * 3 + 3,
                         out.data() + (y * size + size - 1 - x) * 3);
  }

  ImageFolderOptions options_;
  RandomResizedCrop crop_{};
  bool crops_ = false;
  std::shared_ptr<Files const> files_;  // copies share them
};

static_assert(Dataset<ImageFolder>);

}  // namespace tet::data
