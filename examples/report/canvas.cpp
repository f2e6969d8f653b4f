// SPDX-License-Identifier: MIT
#include "canvas.hpp"

#include "text.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace report {

std::string series_colour(std::size_t series) {
  static constexpr std::array colours = {"#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000", "#E69F00", "#56B4E9"};
  return colours[series % colours.size()];
}

std::string series_dash(std::size_t series) {
  static constexpr std::array dashes = {"", "9 4", "3 3", "12 4 3 4", "6 3", "2 5", "14 5"};
  return dashes[series % dashes.size()];
}

Marker series_marker(std::size_t series) {
  static constexpr std::array markers = {Marker::circle,  Marker::square, Marker::triangle,
                                         Marker::diamond, Marker::cross,  Marker::ring};
  return markers[series % markers.size()];
}

std::string scale_colour(double value) {
  static constexpr std::array<std::array<int, 3>, 9> stops = {{{0x44, 0x01, 0x54},
                                                               {0x47, 0x2d, 0x7b},
                                                               {0x3b, 0x52, 0x8b},
                                                               {0x2c, 0x72, 0x8e},
                                                               {0x21, 0x91, 0x8c},
                                                               {0x28, 0xae, 0x80},
                                                               {0x5e, 0xc9, 0x62},
                                                               {0xad, 0xdc, 0x30},
                                                               {0xfd, 0xe7, 0x25}}};
  double const place = std::clamp(std::isfinite(value) ? value : 1.0, 0.0, 1.0) * double(stops.size() - 1);
  std::size_t const below = std::min(std::size_t(place), stops.size() - 2);
  double const part = place - double(below);
  char text[8];
  std::array<int, 3> mixed;
  for (std::size_t c = 0; c < 3; ++c)
    mixed[c] = int(std::lround((1 - part) * stops[below][c] + part * stops[below + 1][c]));
  std::snprintf(text, sizeof text, "#%02x%02x%02x", unsigned(mixed[0]) & 255, unsigned(mixed[1]) & 255,
                unsigned(mixed[2]) & 255);
  return text;
}

Canvas::Canvas(double width, double height, std::string_view title) : width_(width), height_(height) {
  std::string const w = coordinate(width), h = coordinate(height);
  out_ = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + w + " " + h + "\" width=\"" + w + "\" height=\"" +
         h + "\" role=\"img\" font-family=\"Helvetica, Arial, 'DejaVu Sans', sans-serif\">\n<title>" + escape(title) +
         "</title>\n";
  rectangle({0, 0}, width, height, "#fff");
}

void Canvas::attributes(Stroke const& stroke) {
  out_ += " stroke=\"" + stroke.colour + "\"";
  if (stroke.colour == "none") return;
  out_ += " stroke-width=\"" + coordinate(stroke.width) + "\" stroke-linejoin=\"round\"";
  if (!stroke.dash.empty()) out_ += " stroke-dasharray=\"" + stroke.dash + "\"";
  if (stroke.opacity < 1) out_ += " stroke-opacity=\"" + coordinate(stroke.opacity) + "\"";
}

void Canvas::line(Point a, Point b, Stroke const& stroke) {
  out_ += "<line x1=\"" + coordinate(a.x) + "\" y1=\"" + coordinate(a.y) + "\" x2=\"" + coordinate(b.x) + "\" y2=\"" +
          coordinate(b.y) + "\"";
  attributes(stroke);
  out_ += "/>\n";
}

namespace {

std::string list(std::span<Point const> points) {
  std::string text;
  for (Point const p : points) text += (text.empty() ? "" : " ") + coordinate(p.x) + "," + coordinate(p.y);
  return text;
}

}  // namespace

void Canvas::polyline(std::span<Point const> points, Stroke const& stroke) {
  if (points.size() < 2) return;
  out_ += "<polyline fill=\"none\" points=\"" + list(points) + "\"";
  attributes(stroke);
  out_ += "/>\n";
}

void Canvas::polygon(std::span<Point const> points, std::string_view fill, double opacity, Stroke const& edge) {
  if (points.size() < 3) return;
  out_ += "<polygon fill=\"" + std::string(fill) + "\" points=\"" + list(points) + "\"";
  if (opacity < 1) out_ += " fill-opacity=\"" + coordinate(opacity) + "\"";
  attributes(edge);
  out_ += "/>\n";
}

void Canvas::rectangle(Point corner, double width, double height, std::string_view fill, double opacity,
                       Stroke const& edge) {
  out_ += "<rect x=\"" + coordinate(corner.x) + "\" y=\"" + coordinate(corner.y) + "\" width=\"" + coordinate(width) +
          "\" height=\"" + coordinate(height) + "\" fill=\"" + std::string(fill) + "\"";
  if (opacity < 1) out_ += " fill-opacity=\"" + coordinate(opacity) + "\"";
  if (edge.colour != "none") attributes(edge);
  out_ += "/>\n";
}

void Canvas::marker(Point at, Marker marker, std::string_view colour, double radius) {
  double const r = radius;
  std::string const ink(colour);
  switch (marker) {
    case Marker::circle:
    case Marker::ring:
      out_ += "<circle cx=\"" + coordinate(at.x) + "\" cy=\"" + coordinate(at.y) + "\" r=\"" + coordinate(r) +
              "\" fill=\"" + (marker == Marker::circle ? ink : "#fff") + "\" stroke=\"" + ink +
              "\" stroke-width=\"1.5\"/>\n";
      break;
    case Marker::square:
      rectangle({at.x - 0.9 * r, at.y - 0.9 * r}, 1.8 * r, 1.8 * r, ink);
      break;
    case Marker::triangle: {
      Point const corners[] = {
          {at.x, at.y - 1.2 * r}, {at.x + 1.1 * r, at.y + 0.8 * r}, {at.x - 1.1 * r, at.y + 0.8 * r}};
      polygon(corners, ink, 1);
      break;
    }
    case Marker::diamond: {
      Point const corners[] = {
          {at.x, at.y - 1.3 * r}, {at.x + 1.3 * r, at.y}, {at.x, at.y + 1.3 * r}, {at.x - 1.3 * r, at.y}};
      polygon(corners, ink, 1);
      break;
    }
    case Marker::cross:
      line({at.x - r, at.y - r}, {at.x + r, at.y + r}, {ink, 2, {}, 1});
      line({at.x - r, at.y + r}, {at.x + r, at.y - r}, {ink, 2, {}, 1});
      break;
  }
}

void Canvas::text(Point at, std::string_view text, TextStyle const& style) {
  static constexpr std::array anchors = {"start", "middle", "end"};
  out_ += "<text x=\"" + coordinate(at.x) + "\" y=\"" + coordinate(at.y) + "\" font-size=\"" + coordinate(style.size) +
          "\" fill=\"" + style.colour + "\"";
  if (style.anchor != Anchor::start) out_ += std::string(" text-anchor=\"") + anchors[std::size_t(style.anchor)] + "\"";
  if (style.bold) out_ += " font-weight=\"bold\"";
  if (style.halo) out_ += " stroke=\"#fff\" stroke-width=\"3\" paint-order=\"stroke\" stroke-linejoin=\"round\"";
  if (style.turned != 0)
    out_ += " transform=\"rotate(" + coordinate(style.turned) + " " + coordinate(at.x) + " " + coordinate(at.y) + ")\"";
  out_ += ">" + escape(text) + "</text>\n";
}

void Canvas::begin_clip(Point corner, double width, double height) {
  // A nested picture cuts at its border, and needs no name that other pictures on a page might have as well.
  std::string const x = coordinate(corner.x), y = coordinate(corner.y), w = coordinate(width), h = coordinate(height);
  out_ += "<svg x=\"" + x + "\" y=\"" + y + "\" width=\"" + w + "\" height=\"" + h + "\" viewBox=\"" + x + " " + y +
          " " + w + " " + h + "\" overflow=\"hidden\">\n";
}

void Canvas::end_clip() { out_ += "</svg>\n"; }

std::string Canvas::take() {
  out_ += "</svg>\n";
  return std::move(out_);
}

double Canvas::text_width(std::string_view text, double size) { return 0.58 * size * double(length(text)); }

}  // namespace report
