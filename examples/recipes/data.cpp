// SPDX-License-Identifier: MIT
#include "networks.hpp"

#include <examples/digits/digits_dataset.hpp>
#include <examples/digits/event_camera.hpp>

#include <tet/data/augmented_frames.hpp>
#include <tet/data/cifar.hpp>
#include <tet/data/dvs_cifar10.hpp>
#ifdef TET_RECIPES_HAVE_IMAGES
#include <tet/data/image_folder.hpp>
#endif
#include <tet/data/subset.hpp>

#include <algorithm>

namespace recipes {
namespace {

/// The first `count` samples, 0: all.
tet::data::AnyDataset some(char const* field, tet::data::AnyDataset set, long count) {
  if (count > set.size())
    throw RecipeError(std::string("recipe: ") + field + ": got " + std::to_string(count) + ", the data set has " +
                      std::to_string(set.size()));
  return count == 0 ? set : tet::data::AnyDataset(tet::data::first(std::move(set), count));
}

tet::data::Augment augment_of(Recipe const& r) {
  return {.crop_padding = r.crop_padding,
          .flip = r.flip ? tet::data::Flip::horizontal : tet::data::Flip::none,
          .policy = r.policy == "cifar10" ? tet::data::Policy::cifar10 : tet::data::Policy::none,
          .cutout = r.cutout};
}

/// ImageNet's images in folders of classes, train/n01440764/… and val/n01440764/…
Data imagenet(std::string const& folder) {
#ifdef TET_RECIPES_HAVE_IMAGES
  tet::data::ImageFolder train(folder + "/train"), test(folder + "/val");
  for (auto const* set : {&train, &test})
    if (set->classes() != 1000)
      throw RecipeError("recipe: data: " + folder + (set == &train ? "/train" : "/val") + " has " +
                        std::to_string(set->classes()) + " folders of classes, expected 1000");
  return {train.augmented({}), std::move(test)};
#else
  throw RecipeError("recipe: dataset imagenet: " + folder +
                    " cannot be read, since this program was built without libjpeg and libpng");
#endif
}

/// All of a recipe's data set.
Data all_data(Recipe const& r) {
  if (r.dataset == "digits") {
    auto splits = digits::record_digits(digits::read_digits(TET_EXAMPLES_DATA_DIR "/digits.txt"),
                                        digits::EventCamera{.seed = {1}});
    return {std::move(splits.train), std::move(splits.test)};
  }
  if (r.dataset == "dvs_cifar10") {
    auto splits = tet::data::dvs_cifar10(r.data, tet::Timesteps{*std::ranges::max_element(r.timesteps)});
    return {tet::data::AugmentedFrames(std::move(splits.train), {.flip = r.flip, .roll = r.roll}),
            std::move(splits.test)};
  }
  if (r.dataset == "imagenet") return imagenet(r.data);
  auto splits = r.dataset == "cifar100" ? tet::data::cifar100(r.data) : tet::data::cifar10(r.data);
  return {splits.train.augmented(augment_of(r)), std::move(splits.test)};
}

}  // namespace

Data load_data(Recipe const& r) {
  Data all = all_data(r);
  return {some("train_samples", std::move(all.train), r.train_samples),
          some("test_samples", std::move(all.test), r.test_samples)};
}

}  // namespace recipes
