// SPDX-License-Identifier: MIT
#include "charts.hpp"
#include "text.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace report {

namespace {

constexpr double text_size = 15;

/// Parallel projection of the cube [-1, 1]^3 (value upwards) to the picture.
struct View {
  double sin_azimuth, cos_azimuth, sin_elevation, cos_elevation;
  double middle_x, middle_y, scale;

  Point place(double x, double y, double z) const {
    double const across = x * cos_azimuth - y * sin_azimuth, deep = x * sin_azimuth + y * cos_azimuth;
    return {middle_x + scale * across, middle_y - scale * (deep * sin_elevation + 0.55 * z * cos_elevation)};
  }
  /// Larger: further away.
  double depth(double x, double y) const { return x * sin_azimuth + y * cos_azimuth; }
};

double centred(double value, Range range) { return 2 * (value - range.from) / (range.to - range.from) - 1; }

struct Tile {
  double depth;
  std::array<Point, 4> corners;
  double share;
};

}  // namespace

std::string svg(Surface const& chart) {
  check(chart.grid);
  Grid const& g = chart.grid;
  bool const logarithmic = chart.value.scale == Scale::logarithmic;
  Range const range = shown(chart.value, g.values, 0);
  Range const x_range{g.x.front(), g.x.back()}, y_range{g.y.front(), g.y.back()};
  auto const height_of = [&](double v) {
    double const inside = std::clamp(v, range.from, range.to);
    if (!logarithmic) return centred(inside, range);
    return centred(std::log(inside), {std::log(range.from), std::log(range.to)});
  };
  double const a = chart.azimuth * std::numbers::pi / 180, e = chart.elevation * std::numbers::pi / 180;
  Canvas canvas(Canvas::usual_width, Canvas::usual_height + 80, chart.title);
  View const view{std::sin(a), std::cos(a), std::sin(e), std::cos(e), 280, 238, 146};

  double y = 8;
  for (std::string const& line : wrap(chart.title, 52)) {
    y += 20;
    canvas.text({12, y - 4}, line, {.size = 17, .bold = true});
  }
  canvas.text({12, y + 18}, "height and colour: " + chart.value.label, {.size = text_size});

  // Floor, and the three axes with their numbers.
  Stroke const frame{"#999", 1, {}, 1};
  std::array const floor = {view.place(-1, -1, -1), view.place(1, -1, -1), view.place(1, 1, -1), view.place(-1, 1, -1)};
  canvas.polygon(floor, "#f4f4f4", 1, frame);
  canvas.line(view.place(-1, 1, -1), view.place(-1, 1, 1), frame);
  for (Tick const& tick : ticks(range, chart.value.scale, 4)) {
    Point const at = view.place(-1, 1, height_of(tick.at));
    canvas.line({at.x - 5, at.y}, at, frame);
    canvas.text({at.x - 8, at.y + 5}, tick.label, {.size = text_size, .anchor = Anchor::end});
  }
  for (Tick const& tick : ticks(x_range, Scale::linear, 4)) {
    Point const at = view.place(centred(tick.at, x_range), -1, -1);
    canvas.text({at.x + 6, at.y + 17}, tick.label, {.size = text_size});
  }
  for (Tick const& tick : ticks(y_range, Scale::linear, 4)) {
    Point const at = view.place(-1, centred(tick.at, y_range), -1);
    canvas.text({at.x - 6, at.y + 17}, tick.label, {.size = text_size, .anchor = Anchor::end});
  }
  Point const below_x = view.place(0.3, -1, -1), below_y = view.place(-1, 0, -1);
  canvas.text({below_x.x + 8, below_x.y + 48}, chart.x.label, {.size = text_size, .anchor = Anchor::start});
  canvas.text({below_y.x - 34, below_y.y + 40}, chart.y.label, {.size = text_size, .anchor = Anchor::end});

  std::vector<Tile> tiles;
  for (std::size_t row = 0; row + 1 < g.y.size(); ++row)
    for (std::size_t column = 0; column + 1 < g.x.size(); ++column) {
      std::array<std::array<std::size_t, 2>, 4> const places = {
          {{row, column}, {row, column + 1}, {row + 1, column + 1}, {row + 1, column}}};
      Tile tile{.depth = 0, .corners = {}, .share = 0};
      bool whole = true;
      for (std::size_t i = 0; i < 4; ++i) {
        auto const [r, c] = places[i];
        double const v = g.at(r, c);
        whole = whole && std::isfinite(v) && (!logarithmic || v > 0);
        if (!whole) break;
        double const px = centred(g.x[c], x_range), py = centred(g.y[r], y_range), h = height_of(v);
        tile.corners[i] = view.place(px, py, h);
        tile.depth += view.depth(px, py) / 4;
        tile.share += (h + 1) / 8;
      }
      if (whole) tiles.push_back(tile);
    }
  std::stable_sort(tiles.begin(), tiles.end(), [](Tile const& p, Tile const& q) { return p.depth > q.depth; });
  for (Tile const& tile : tiles) canvas.polygon(tile.corners, scale_colour(tile.share), 1, {"#fff", 0.4, {}, 0.7});
  return canvas.take();
}

}  // namespace report
