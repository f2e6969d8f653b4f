// SPDX-License-Identifier: MIT
#include "plot.hpp"

#include "text.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

namespace report {

namespace {

constexpr double title_size = 17, text_size = 15, line_height = 19;
Stroke const axis_stroke{"#444", 1.2, {}, 1};
Stroke const grid_stroke{"#e3e3e3", 1, {}, 1};

double share(double value, Range range, Scale scale) {
  if (scale == Scale::linear) return (value - range.from) / (range.to - range.from);
  return std::log(value / range.from) / std::log(range.to / range.from);
}

double entry_width(LegendEntry const& entry) { return 34 + Canvas::text_width(entry.name, text_size) + 18; }

}  // namespace

Plot::Plot(Canvas& canvas, Options options) : canvas_(canvas), options_(std::move(options)) {
  y_ticks_ = ticks(options_.y_range, options_.y.scale, 5);
  if (y_ticks_.empty()) throw std::invalid_argument("report::Plot: no tick fits axis \"" + options_.y.label + "\"");
  double labels = 0;
  for (Tick const& tick : y_ticks_) labels = std::max(labels, Canvas::text_width(tick.label, text_size));
  left_ = 10 + (options_.y.label.empty() ? 0 : line_height + 4) + labels + 8;
  right_ = canvas.width() - 14 - options_.room_right;
  if (options_.categories.empty()) right_ -= 6;  // half of the last tick's label

  draw_heading();

  std::size_t lines = 1;
  if (!options_.categories.empty()) {
    double const each = (right_ - left_) / double(options_.categories.size());
    auto const characters = std::max<std::size_t>(3, std::size_t(each / (0.58 * text_size)));
    for (std::string const& name : options_.categories) {
      category_lines_.push_back(wrap(name, characters));
      lines = std::max(lines, category_lines_.back().size());
    }
  }
  bottom_ = canvas.height() - 12 - double(lines) * line_height - (options_.x.label.empty() ? 0 : line_height + 3);
  draw_axes();
}

void Plot::draw_heading() {
  double y = 8;
  for (std::string const& line : wrap(options_.title, std::size_t((canvas_.width() - 24) / (0.56 * title_size)))) {
    y += line_height + 1;
    canvas_.text({12, y - 4}, line, {.size = title_size, .bold = true});
  }
  if (!options_.legend.empty()) {
    double x = 12;
    y += line_height + 5;
    for (LegendEntry const& entry : options_.legend) {
      if (x > 12 && x + entry_width(entry) - 18 > canvas_.width() - 6) {
        x = 12;
        y += line_height + 3;
      }
      if (entry.box) canvas_.rectangle({x + 8, y - 14}, 16, 12, entry.colour);
      if (entry.line) canvas_.line({x, y - 8}, {x + 30, y - 8}, {entry.colour, 2.5, entry.dash, 1});
      if (entry.marker) canvas_.marker({x + 15, y - 8}, *entry.marker, entry.colour);
      canvas_.text({x + 36, y - 3}, entry.name, {.size = text_size});
      x += entry_width(entry);
    }
  }
  top_ = y + 12;
}

void Plot::draw_axes() {
  for (Tick const& tick : y_ticks_) {
    double const at = y(tick.at);
    if (options_.grid) canvas_.line({left_, at}, {right_, at}, grid_stroke);
    canvas_.line({left_ - 5, at}, {left_, at}, axis_stroke);
    canvas_.text({left_ - 8, at + 5}, tick.label, {.size = text_size, .anchor = Anchor::end});
  }
  if (!options_.y.label.empty()) {
    // A label longer than the axis would leave the picture: it stands in two lines then, or smaller.
    double const room = canvas_.height() - 12;
    double const needed = Canvas::text_width(options_.y.label, text_size);
    double const size = needed > room ? std::max(11.0, text_size * room / needed) : text_size;
    double const half = Canvas::text_width(options_.y.label, size) / 2;
    double const middle = std::clamp((top_ + bottom_) / 2, half + 4, std::max(half + 4, canvas_.height() - half - 4));
    canvas_.text({10 + text_size * 0.8, middle}, options_.y.label,
                 {.size = size, .anchor = Anchor::middle, .turned = -90});
  }
  if (options_.categories.empty()) {
    auto all = ticks(options_.x_range, options_.x.scale, 6);
    double widest = 0;
    for (Tick const& tick : all) widest = std::max(widest, Canvas::text_width(tick.label, text_size) + 10);
    if (widest * double(all.size()) > right_ - left_) all = ticks(options_.x_range, options_.x.scale, 3);
    for (Tick const& tick : all) {
      double const at = x(tick.at);
      if (options_.grid) canvas_.line({at, top_}, {at, bottom_}, grid_stroke);
      canvas_.line({at, bottom_}, {at, bottom_ + 5}, axis_stroke);
      canvas_.text({at, bottom_ + line_height + 2}, tick.label, {.size = text_size, .anchor = Anchor::middle});
    }
  }
  for (std::size_t i = 0; i < category_lines_.size(); ++i)
    for (std::size_t n = 0; n < category_lines_[i].size(); ++n)
      canvas_.text({x(double(i)), bottom_ + line_height * double(n + 1)}, category_lines_[i][n],
                   {.size = text_size, .anchor = Anchor::middle});
  canvas_.text({(left_ + right_) / 2, canvas_.height() - 10}, options_.x.label,
               {.size = text_size, .anchor = Anchor::middle});
}

double Plot::x(double value) const {
  return left_ + share(value, options_.x_range, options_.x.scale) * (right_ - left_);
}

double Plot::y(double value) const {
  return bottom_ - share(value, options_.y_range, options_.y.scale) * (bottom_ - top_);
}

void Plot::finish() {
  canvas_.line({left_, top_}, {left_, bottom_}, axis_stroke);
  canvas_.line({left_, bottom_}, {right_, bottom_}, axis_stroke);
}

}  // namespace report
