// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/clock.hpp>
#include <tet/core/index.hpp>

#include <unistd.h>

#include <cstdio>
#include <string>

namespace tet {

enum class ProgressOutput {
  automatic,  ///< a bar on a terminal, plain lines elsewhere
  none,
};

/// What a progress line says.
struct ProgressState {
  std::string label;  ///< "TET T=8, epoch 3/8"
  Index done = 0;     ///< samples of this epoch
  Index total = 0;
  Index done_here = 0;  ///< of them in this process, for the rate
  double loss = 0;
  double accuracy = 0;
};

/// One line of progress for each epoch, on stderr: redrawn on a terminal, else printed when the epoch ends and twice a
/// minute.
class Progress {
 public:
  explicit Progress(ProgressOutput output, std::FILE* stream = stderr)
      : stream_(output == ProgressOutput::none ? nullptr : stream),
        terminal_(stream_ != nullptr && ::isatty(::fileno(stream_)) == 1) {}

  void begin_epoch() { begin_ = last_ = steady_seconds(); }

  void update(ProgressState const& state) {
    double const now = steady_seconds();
    if (stream_ == nullptr || now - last_ < (terminal_ ? 0.1 : 30.0)) return;
    last_ = now;
    print(state, now, terminal_ ? "" : "\n");
  }

  /// The epoch's last line; `result` follows it.
  void end_epoch(ProgressState const& state, std::string const& result) {
    if (stream_ != nullptr) print(state, steady_seconds(), "  " + result + "\n");
  }

 private:
  void print(ProgressState const& s, double now, std::string const& end) {
    double const elapsed = now - begin_;
    double const rate = elapsed > 0 ? double(s.done_here) / elapsed : 0;
    int const left = rate > 0 ? int(double(s.total - s.done) / rate + 0.5) : 0;
    constexpr int cells = 24;
    int const filled = s.total > 0 ? int(cells * s.done / s.total) : cells;
    std::string const bar = std::string(std::size_t(filled), '#') + std::string(std::size_t(cells - filled), '.');
    std::fprintf(stream_, "%s%s [%s] %td/%td  %.0f/s  loss %.4f  acc %.1f %%  %d:%02d left%s",
                 terminal_ ? "\r\033[K" : "", s.label.c_str(), bar.c_str(), s.done, s.total, rate, s.loss,
                 100 * s.accuracy, left / 60, left % 60, end.c_str());
    std::fflush(stream_);
  }

  std::FILE* stream_;
  bool terminal_;
  double begin_ = steady_seconds(), last_ = begin_;
};

}  // namespace tet
