// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace report {

enum class Outcome { holds, does_not_show };

/// What is claimed, whether the numbers of this run show it, and those numbers.
struct Claim {
  std::string sentence;
  Outcome outcome = Outcome::does_not_show;
  std::string numbers;  ///< "TET 85.0 ± 0.6 %, SDT 82.8 ± 0.9 %, three seeds"
};

/// One picture of a figure; `file` is its name in the folder of figures, without ".svg".
struct Picture {
  std::string file;
  std::string svg;
};

/// Pictures that belong together: side by side where there is room, else one below the other.
struct Figure {
  std::string caption;
  std::vector<Picture> pictures;
};

/// Cells are text; every row has as many as there are columns. A table that is too wide scrolls in its own box.
struct Table {
  std::string caption;
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;
  std::string file{};  ///< written as `file`.csv beside the report as well; empty: not
};

/// A page that says what was asked, what came out, and how to get it again.
struct Report {
  struct Heading {
    std::string text;
  };
  struct Paragraph {
    std::string text;
  };

  std::string title;
  std::string question;  ///< the claim that is tested, in one sentence
  std::vector<Claim> claims;
  std::vector<std::variant<Heading, Paragraph, Figure, Table>> body;
  std::vector<std::pair<std::string, std::string>> settings;
  std::string command;

  void heading(std::string text) { body.emplace_back(Heading{std::move(text)}); }
  void paragraph(std::string text) { body.emplace_back(Paragraph{std::move(text)}); }
  void figure(std::string caption, std::vector<Picture> pictures) {
    body.emplace_back(Figure{std::move(caption), std::move(pictures)});
  }
  void table(Table table) { body.emplace_back(std::move(table)); }
};

/// One HTML document with style and pictures inside: it opens without a network, on a phone as well.
/// Throws: std::invalid_argument for a table whose rows do not have its columns.
std::string html(Report const& report);

/// Writes `folder`/report.html, `folder`/figures/<file>.svg and the tables' <file>.csv; each file is the old one or the whole new one.
/// Throws: tet::IoError where a file cannot be written; std::invalid_argument for two pictures, or two tables, of one file
///         name.
void write(Report const& report, std::string const& folder);

/// Rows of numbers and words as CSV (RFC 4180: cells with commas, quotes or line ends are quoted).
std::string csv(Table const& table);

}  // namespace report
