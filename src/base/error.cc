#include "base/error.h"

#include <array>
#include <utility>

namespace rumbo {
namespace {

constexpr std::array<std::pair<Code, std::string_view>, 12> kCodes{{
    {Code::invalid, "invalid"},
    {Code::not_found, "not_found"},
    {Code::denied, "denied"},
    {Code::conflict, "conflict"},
    {Code::unavailable, "unavailable"},
    {Code::timeout, "timeout"},
    {Code::cancelled, "cancelled"},
    {Code::too_large, "too_large"},
    {Code::exhausted, "exhausted"},
    {Code::unsupported, "unsupported"},
    {Code::corrupt, "corrupt"},
    {Code::internal, "internal"},
}};

constexpr std::array<std::pair<Retry, std::string_view>, 4> kRetries{{
    {Retry::never, "never"},
    {Retry::now, "now"},
    {Retry::later, "later"},
    {Retry::unknown_outcome, "unknown_outcome"},
}};

}  // namespace

std::string Location::to_string() const {
  std::string out = file;
  if (line > 0) {
    out += ':' + std::to_string(line);
    if (column > 0) out += ':' + std::to_string(column);
  }
  return out;
}

std::string_view to_string(Code code) {
  for (const auto& [value, word] : kCodes) {
    if (value == code) return word;
  }
  return "internal";
}

std::string_view to_string(Retry retry) {
  for (const auto& [value, word] : kRetries) {
    if (value == retry) return word;
  }
  return "never";
}

std::optional<Code> code_from(std::string_view word) {
  for (const auto& [value, name] : kCodes) {
    if (name == word) return value;
  }
  return std::nullopt;
}

std::optional<Retry> retry_from(std::string_view word) {
  for (const auto& [value, name] : kRetries) {
    if (name == word) return value;
  }
  return std::nullopt;
}

Error&& Error::with_context(std::string context) && {
  context_.push_back(std::move(context));
  return std::move(*this);
}

Error&& Error::at(Location location) && {
  location_ = std::move(location);
  return std::move(*this);
}

Error&& Error::with_hint(std::string hint) && {
  hint_ = std::move(hint);
  return std::move(*this);
}

Error&& Error::with_retry(Retry retry) && {
  retry_ = retry;
  return std::move(*this);
}

std::string Error::to_string() const {
  std::string out;
  if (location_) out += location_->to_string() + ": ";
  for (auto it = context_.rbegin(); it != context_.rend(); ++it) out += *it + ": ";
  out += message_;
  if (!hint_.empty()) out += " (" + hint_ + ")";
  return out;
}

}  // namespace rumbo
