#include "app/findings.h"

#include <algorithm>

#include "base/strings.h"

namespace rumbo::app {
namespace {

/// Length of "file:line:column" or "file:line" at the start, 0 if there is none: what precedes the
/// first ": " if digits end it.
std::size_t place_length(std::string_view line) {
  const std::size_t end = line.find(": ");
  if (end == std::string_view::npos) return 0;
  const std::size_t colon = line.rfind(':', end - 1);
  if (end == 0 || colon == std::string_view::npos) return 0;
  return parse_int(line.substr(colon + 1, end - colon - 1)) ? end : 0;
}

}  // namespace

std::vector<Finding> findings_of(const Error& error) {
  std::vector<Finding> out;
  const auto lines = split(error.message(), '\n');
  const bool many = std::any_of(lines.begin(), lines.end(),
                                [](std::string_view line) { return place_length(trim(line)) > 0; });
  if (!many || lines.size() == 1) {
    Finding one;
    if (error.location()) one.place = error.location()->to_string();
    for (const std::string_view line : lines) {
      if (trim(line).empty()) continue;
      one.message += (one.message.empty() ? "" : " ") + std::string(trim(line));
    }
    one.hint = error.hint();
    out.push_back(std::move(one));
    return out;
  }
  bool heading = true;  // "3 mistakes in the configuration"
  for (const std::string_view whole : lines) {
    const std::string_view line = trim(whole);
    const std::size_t length = place_length(line);
    const bool skipped = line.empty() || (heading && length == 0);
    heading = false;
    if (skipped) continue;
    Finding one;
    one.place = line.substr(0, length);
    one.message = line.substr(length == 0 ? 0 : length + 2);
    out.push_back(std::move(one));
  }
  return out;
}

std::string describe(const Finding& finding, const Paint& paint) {
  std::string out;
  if (!finding.place.empty()) out += paint.bold(finding.place + ":") + " ";
  out += finding.error ? paint.bad("error:") : paint.warn("warning:");
  out += " " + printable(finding.message) + "\n";
  if (!finding.hint.empty()) out += "    " + paint.dim("hint: " + printable(finding.hint)) + "\n";
  return out;
}

Value to_value(const Finding& finding) {
  return Value::object({{"place", finding.place},
                        {"level", finding.error ? "error" : "warning"},
                        {"message", finding.message},
                        {"hint", finding.hint}});
}

}  // namespace rumbo::app
