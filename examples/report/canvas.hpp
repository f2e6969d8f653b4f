// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace report {

/// A place on a figure, in its user units; y grows downwards.
struct Point {
  double x = 0;
  double y = 0;
};

struct Stroke {
  std::string colour = "#222";
  double width = 1;
  std::string dash{};  ///< SVG's stroke-dasharray; empty: solid
  double opacity = 1;
};

enum class Anchor { start, middle, end };

struct TextStyle {
  double size = 15;
  Anchor anchor = Anchor::start;
  bool bold = false;
  double turned = 0;  ///< degrees, clockwise
  std::string colour = "#222";
  bool halo = false;  ///< a white rim, for text over a picture
};

enum class Marker { circle, square, triangle, diamond, cross, ring };

// Colours that people with any kind of colour vision tell apart (Okabe & Ito 2008, without yellow, which is pale on
// white); lines differ in dash and marker as well.
std::string series_colour(std::size_t series);
std::string series_dash(std::size_t series);
Marker series_marker(std::size_t series);

/// Colour of a value 0…1 on a scale that is even in brightness (viridis, van der Walt & Smith 2015).
std::string scale_colour(double value);

/// Writes one SVG picture. All text is escaped here; coordinates are in user units.
class Canvas {
 public:
  /// Usual size of a figure, for a column of 340 to 640 pixels.
  static constexpr double usual_width = 520, usual_height = 380;

  Canvas(double width, double height, std::string_view title);

  double width() const { return width_; }
  double height() const { return height_; }

  void line(Point a, Point b, Stroke const& stroke);
  void polyline(std::span<Point const> points, Stroke const& stroke);
  void polygon(std::span<Point const> points, std::string_view fill, double opacity, Stroke const& edge = no_edge());
  void rectangle(Point corner, double width, double height, std::string_view fill, double opacity = 1,
                 Stroke const& edge = no_edge());
  void marker(Point at, Marker marker, std::string_view colour, double radius = 4.5);
  void text(Point at, std::string_view text, TextStyle const& style = {});

  /// What is drawn until `end_clip` is cut at a rectangle.
  void begin_clip(Point corner, double width, double height);
  void end_clip();

  /// The finished picture, a whole SVG document.
  std::string take();

  static Stroke no_edge() { return {"none", 0, {}, 1}; }

  /// An upper bound of the width of text in a common sans-serif face.
  static double text_width(std::string_view text, double size);

 private:
  void attributes(Stroke const& stroke);

  double width_, height_;
  std::string out_;
};

}  // namespace report
