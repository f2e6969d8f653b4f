// SPDX-License-Identifier: MIT
#include "html.hpp"

#include "text.hpp"

#include <tet/core/atomic_file.hpp>

#include <filesystem>
#include <map>
#include <span>
#include <stdexcept>
#include <string_view>

namespace report {

namespace {

constexpr std::string_view style = R"(
*{box-sizing:border-box}
body{margin:0 auto;max-width:1120px;padding:12px 14px 40px;font:17px/1.5 system-ui,-apple-system,Helvetica,Arial,sans-serif;
color:#222;background:#fff;overflow-wrap:anywhere}
h1{font-size:1.6em;line-height:1.2;margin:.6em 0 .4em}
h2{font-size:1.25em;line-height:1.3;margin:1.6em 0 .4em;border-bottom:1px solid #ccc}
.question{font-size:1.1em}
.claim{border-left:7px solid;border-radius:4px;padding:8px 14px;margin:12px 0;background:#f6f6f6}
.claim p{margin:.2em 0}
.holds{border-color:#0072B2}
.not{border-color:#D55E00}
.outcome{font-weight:bold}
.holds .outcome{color:#00517f}
.not .outcome{color:#a34700}
figure{margin:1.2em 0}
.pictures{display:flex;flex-wrap:wrap;gap:14px}
.pictures>div{flex:1 1 460px;min-width:0;max-width:700px;border:1px solid #ddd;border-radius:4px}
@media (max-width:520px){.pictures>div{flex-basis:100%}}
svg{display:block;width:100%;height:auto}
figcaption,caption{color:#444;font-size:.95em;text-align:left;margin:.4em 0}
.scroll{overflow-x:auto;margin:1em 0}
table{border-collapse:collapse}
th,td{padding:4px 12px 4px 0;text-align:right;white-space:nowrap;border-bottom:1px solid #ddd}
th:first-child,td:first-child{text-align:left}
.settings td{text-align:left;white-space:normal}
pre{overflow-x:auto;background:#f6f6f6;padding:10px;border-radius:4px;font-size:.85em;overflow-wrap:normal}
)";

void add(std::string& out, Report::Heading const& heading) { out += "<h2>" + escape(heading.text) + "</h2>\n"; }

void add(std::string& out, Report::Paragraph const& paragraph) { out += "<p>" + escape(paragraph.text) + "</p>\n"; }

void add(std::string& out, Figure const& figure) {
  out += "<figure>\n<div class=\"pictures\">\n";
  for (Picture const& picture : figure.pictures) out += "<div>" + picture.svg + "</div>\n";
  out += "</div>\n<figcaption>" + escape(figure.caption) + "</figcaption>\n</figure>\n";
}

void check(Table const& table) {
  for (std::size_t i = 0; i < table.rows.size(); ++i)
    if (table.rows[i].size() != table.columns.size())
      throw std::invalid_argument("report::Table \"" + table.caption + "\": row " + std::to_string(i) + ": got " +
                                  std::to_string(table.rows[i].size()) + " cells, expected " +
                                  std::to_string(table.columns.size()));
}

void add(std::string& out, Table const& table) {
  check(table);
  out += "<p class=\"caption\">" + escape(table.caption) + "</p>\n<div class=\"scroll\" tabindex=\"0\"><table>\n<tr>";
  for (std::string const& column : table.columns) out += "<th scope=\"col\">" + escape(column) + "</th>";
  out += "</tr>\n";
  for (auto const& row : table.rows) {
    out += "<tr>";
    for (std::string const& cell : row) out += "<td>" + escape(cell) + "</td>";
    out += "</tr>\n";
  }
  out += "</table></div>\n";
}

void add(std::string& out, Claim const& claim) {
  bool const holds = claim.outcome == Outcome::holds;
  out += std::string("<div class=\"claim ") + (holds ? "holds" : "not") + "\">\n<p>" + escape(claim.sentence) +
         "</p>\n<p><span class=\"outcome\">" + (holds ? "✓ holds here" : "✗ does not show here") + "</span> — " +
         escape(claim.numbers) + "</p>\n</div>\n";
}

void write_text(std::filesystem::path const& path, std::string const& text) {
  tet::write_atomically(path.string(), std::as_bytes(std::span(text)));
}

std::string quoted(std::string const& cell) {
  if (cell.find_first_of(",\"\r\n") == cell.npos) return cell;
  std::string text = "\"";
  for (char const c : cell) text += c == '"' ? std::string("\"\"") : std::string(1, c);
  return text + "\"";
}

}  // namespace

std::string html(Report const& report) {
  std::string out =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
      escape(report.title) + "</title>\n<style>" + std::string(style) + "</style>\n</head>\n<body>\n<h1>" +
      escape(report.title) + "</h1>\n<p class=\"question\">" + escape(report.question) + "</p>\n";
  for (Claim const& claim : report.claims) add(out, claim);
  for (auto const& part : report.body) std::visit([&](auto const& p) { add(out, p); }, part);
  out += "<h2>How it was made</h2>\n<pre>" + escape(report.command) + "</pre>\n";
  out += "<div class=\"scroll\" tabindex=\"0\"><table class=\"settings\">\n";
  for (auto const& [name, value] : report.settings)
    out += "<tr><td>" + escape(name) + "</td><td>" + escape(value) + "</td></tr>\n";
  out += "</table></div>\n</body>\n</html>\n";
  return out;
}

void write(Report const& report, std::string const& folder) {
  std::map<std::string, std::string> files;  // names below the folder, and what they hold
  auto const add_file = [&](std::string const& name, std::string const& content) {
    if (!files.emplace(name, content).second)
      throw std::invalid_argument("report::write: got two files named \"" + name + "\", expected one");
  };
  for (auto const& part : report.body) {
    if (auto const* const figure = std::get_if<Figure>(&part))
      for (Picture const& picture : figure->pictures) add_file("figures/" + picture.file + ".svg", picture.svg);
    if (auto const* const table = std::get_if<Table>(&part); table != nullptr && !table->file.empty())
      add_file(table->file + ".csv", csv(*table));
  }
  std::string const page = html(report);
  std::filesystem::path const root(folder);
  std::filesystem::create_directories(root / "figures");
  for (auto const& [name, content] : files) write_text(root / name, content);
  write_text(root / "report.html", page);  // last: what it stands for is there
}

std::string csv(Table const& table) {
  check(table);
  std::string text;
  auto const add_row = [&](std::vector<std::string> const& row) {
    for (std::size_t i = 0; i < row.size(); ++i) text += (i > 0 ? "," : "") + quoted(row[i]);
    text += "\n";
  };
  add_row(table.columns);
  for (auto const& row : table.rows) add_row(row);
  return text;
}

}  // namespace report
