// SPDX-License-Identifier: MIT
#pragma once

#include "options.hpp"

#include <nlohmann/json.hpp>

#include <functional>
#include <string>

namespace experiments {

/// Files of one run, in the folder `runs` of its study.
struct RunFiles {
  std::string checkpoint;
  std::string metrics;
  std::string weights;
};

/// A folder of runs: each finished one is kept, so a study that was interrupted does only what is missing.
///
///   settings.json         what the runs were made with
///   runs/<name>.json      the result of a finished run; beside it its weights, metrics and, while it lasts, checkpoint
///
/// A study holds a lock on its folder while it lives.
class Study {
 public:
  /// Throws: tet::IoError for a folder of another experiment or other settings (it names the first that differs), one in
  ///         use, or one that cannot be written.
  Study(std::string const& folder, std::string const& experiment, Settings const& settings);
  Study(Study const&) = delete;
  Study& operator=(Study const&) = delete;
  ~Study();

  /// The stored result of a finished run, or else that of `work`, which is then stored. Names are [A-Za-z0-9_.-]+.
  /// Throws: what `work` throws; tet::IoError for a stored result that is damaged.
  nlohmann::json run(std::string const& name, std::function<nlohmann::json(RunFiles const&)> const& work);

  RunFiles files(std::string const& run) const;
  std::string const& folder() const { return folder_; }
  std::string path(std::string const& file) const { return folder_ + "/" + file; }

  /// Writes a file of results; it is the old one or the whole new one at any moment.
  void write(std::string const& file, std::string const& text) const;

 private:
  std::string folder_;
  int lock_ = -1;
};

}  // namespace experiments
