// SPDX-License-Identifier: MIT
#pragma once

#include "axis.hpp"
#include "canvas.hpp"

#include <optional>
#include <string>
#include <vector>

namespace report {

/// How one name of the legend is drawn.
struct LegendEntry {
  std::string name;
  std::string colour;
  std::string dash{};
  std::optional<Marker> marker{};
  bool line = true;
  bool box = false;  ///< a filled box instead, as bars have
};

/// The frame of a chart: title, legend, axes with grid and labels, and the map from values to places on the canvas.
class Plot {
 public:
  struct Options {
    std::string title;
    Axis x, y;
    Range x_range, y_range;
    std::vector<LegendEntry> legend{};
    std::vector<std::string> categories{};  ///< labels at x = 0, 1, 2, … in place of ticks
    double room_right = 0;                  ///< kept free beside the frame
    bool grid = true;
  };

  Plot(Canvas& canvas, Options options);

  double x(double value) const;
  double y(double value) const;
  Point at(double xv, double yv) const { return {x(xv), y(yv)}; }

  double left() const { return left_; }
  double right() const { return right_; }
  double top() const { return top_; }
  double bottom() const { return bottom_; }

  /// Draws what follows inside the frame only.
  void begin_inside() { canvas_.begin_clip({left_, top_}, right_ - left_, bottom_ - top_); }
  void end_inside() { canvas_.end_clip(); }

  /// The frame's border, over what was drawn.
  void finish();

 private:
  void draw_heading();
  void draw_axes();

  Canvas& canvas_;
  Options options_;
  std::vector<Tick> y_ticks_;
  std::vector<std::vector<std::string>> category_lines_;
  double left_ = 0, right_ = 0, top_ = 0, bottom_ = 0;
};

}  // namespace report
