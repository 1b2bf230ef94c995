// Rows of the table that `make bench` prints at its end.
#pragma once

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

namespace rumbo::bench {

/// "median 1.2 ms (min 1.0, max 3.4, 15 runs)".
inline std::string spread(std::vector<double> values, const std::string& unit, int digits) {
  std::sort(values.begin(), values.end());
  const auto text = [&](double value) {
    std::string out(64, '\0');
    out.resize(
        static_cast<std::size_t>(std::snprintf(out.data(), out.size(), "%.*f", digits, value)));
    return out;
  };
  return "median " + text(values[values.size() / 2]) + " " + unit + " (min " +
         text(values.front()) + ", max " + text(values.back()) + ", " +
         std::to_string(values.size()) + " runs)";
}

inline void row(const std::string& what, const std::string& goal, const std::string& found) {
  std::printf("| %s | %s | %s |\n", what.c_str(), goal.c_str(), found.c_str());
  std::fflush(stdout);
}

}  // namespace rumbo::bench
