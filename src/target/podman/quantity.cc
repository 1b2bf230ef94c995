// Reads decimal, binary and exponent suffixes as Kubernetes' resource.Quantity does.
#include "target/podman/quantity.h"

#include <charconv>
#include <cmath>
#include <utility>

namespace rumbo::target::podman {
namespace {

constexpr std::pair<std::string_view, double> kSuffixes[] = {
    {"", 1},        {"n", 1e-9},    {"u", 1e-6},    {"m", 1e-3},    {"k", 1e3},     {"M", 1e6},
    {"G", 1e9},     {"T", 1e12},    {"P", 1e15},    {"E", 1e18},    {"Ki", 0x1p10}, {"Mi", 0x1p20},
    {"Gi", 0x1p30}, {"Ti", 0x1p40}, {"Pi", 0x1p50}, {"Ei", 0x1p60},
};
constexpr double kMost = 0x1p62;

}  // namespace

std::optional<double> parse_quantity(std::string_view text) {
  if (text.size() > 64) return std::nullopt;
  const auto digits = text.find_first_not_of("0123456789.");
  const std::string_view number = text.substr(0, digits);
  std::string_view suffix = digits == std::string_view::npos ? "" : text.substr(digits);
  double value = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
  if (error != std::errc() || end != number.data() + number.size()) return std::nullopt;
  double scale = -1;
  for (const auto& [name, factor] : kSuffixes) {
    if (name == suffix) scale = factor;
  }
  if (scale < 0 && suffix.size() >= 2 && (suffix[0] == 'e' || suffix[0] == 'E')) {
    suffix.remove_prefix(suffix[1] == '+' ? 2 : 1);
    int exponent = 0;
    const auto [stop, bad] =
        std::from_chars(suffix.data(), suffix.data() + suffix.size(), exponent);
    if (bad == std::errc() && stop == suffix.data() + suffix.size() && std::abs(exponent) <= 18) {
      scale = std::pow(10, exponent);
    }
  }
  if (scale < 0 || !std::isfinite(value * scale) || value * scale > kMost) return std::nullopt;
  return value * scale;
}

std::optional<double> quantity_of(const Value& value) {
  if (value.is_string()) return parse_quantity(value.as_string());
  if (!value.is_number() || value.as_double() < 0 || value.as_double() > kMost) return std::nullopt;
  return value.as_double();
}

}  // namespace rumbo::target::podman
