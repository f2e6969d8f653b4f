// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace report {

/// Text as it may stand in XML and HTML, in attributes as well; control characters that XML cannot hold become U+FFFD.
std::string escape(std::string_view text);

/// A number with so many decimals, whatever the locale; "−" is a minus sign, and what is not finite reads "n/a".
std::string fixed(double value, int decimals);

/// The shortest text with so many significant digits: 0.25, 1200, 3.1e−7.
std::string significant(double value, int digits = 3);

/// A coordinate in SVG: at most two decimals, no trailing zeros, an ASCII minus.
std::string coordinate(double value);

/// Number of characters that are shown: code points of UTF-8.
std::size_t length(std::string_view text);

/// Lines of at most `width` characters, broken at blanks; a longer word stands alone.
std::vector<std::string> wrap(std::string_view text, std::size_t width);

}  // namespace report
