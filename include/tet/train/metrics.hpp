// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/atomic_file.hpp>
#include <tet/core/index.hpp>

#include <cstdio>
#include <span>
#include <string>
#include <vector>

namespace tet {

/// One epoch of a run; a row of the metrics file.
struct EpochMetrics {
  Index stage = 0;
  Index epoch = 0;  ///< within its stage, from 1
  Index timesteps = 1;
  std::string loss_name;
  double learning_rate = 0;
  double train_loss = 0;
  double train_accuracy = 0;
  double test_loss = 0;
  double test_accuracy = 0;  ///< -1 where there is no test set
  double seconds = 0;        ///< of training, without evaluation
};

inline constexpr char const* metrics_header =
    "stage,epoch,timesteps,loss,learning_rate,train_loss,train_accuracy,test_loss,test_accuracy,seconds\n";

inline std::string metrics_line(EpochMetrics const& m) {
  char line[300];
  std::snprintf(line, sizeof line, "%td,%td,%td,%s,%.9g,%.9g,%.9g,%.9g,%.9g,%.3f\n", m.stage, m.epoch, m.timesteps,
                m.loss_name.c_str(), m.learning_rate, m.train_loss, m.train_accuracy, m.test_loss, m.test_accuracy,
                m.seconds);
  return line;
}

/// Writes all rows as CSV; the file is the old one or the complete new one at any moment.
/// Throws: IoError when it cannot be written.
inline void write_metrics(std::string const& path, std::string const& rows) {
  std::string const text = metrics_header + rows;
  write_atomically(path, std::as_bytes(std::span(text.data(), text.size())));
}

}  // namespace tet
