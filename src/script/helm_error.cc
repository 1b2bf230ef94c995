#include "script/helm_error.h"

#include <optional>
#include <vector>

#include "base/strings.h"
#include "script/unicode.h"

namespace rumbo::script {
namespace {

struct Trace {
  std::string location, message, function;
  friend bool operator==(const Trace&, const Trace&) = default;

  std::string print() const {
    std::string out;
    if (!location.empty()) out += location + "\n  ";
    if (!function.empty()) out += function + "\n    ";
    if (!message.empty()) out += message + "\n";
    return out;
  }
};

/// Cuts what follows a chained " template:".
std::string without_chain(std::string_view message) {
  return std::string(message.substr(0, message.find(" template:")));
}

/// `NAME: executing "F" at <PLACE>: MESSAGE`.
std::optional<Trace> executing_form(std::string_view rest) {
  const std::size_t cut = rest.find(": executing ");
  if (cut == rest.npos) return std::nullopt;
  const std::string_view after = rest.substr(cut + 12);
  if (!after.starts_with('"')) return std::nullopt;
  const std::size_t end = after.find('"', 1);
  if (end == after.npos) return std::nullopt;
  std::string_view place = after.substr(end + 1);
  if (!place.starts_with(" at <")) return std::nullopt;
  place.remove_prefix(5);
  const std::size_t close = place.find(">: ");
  if (close == place.npos) return std::nullopt;
  return Trace{std::string(rest.substr(0, cut)), without_chain(place.substr(close + 3)),
               "executing \"" + std::string(after.substr(1, end - 1)) + "\" at <" +
                   std::string(place.substr(0, close)) + ">:"};
}

std::optional<Trace> trace_of(const std::string& text) {
  if (!text.starts_with("template: ")) return std::nullopt;
  const std::string_view rest = std::string_view(text).substr(10);
  if (rest.starts_with("no template ")) return Trace{{}, text, {}};
  if (auto trace = executing_form(rest)) return trace;
  const std::size_t cut = rest.rfind(": ");
  if (cut == rest.npos) return std::nullopt;
  return Trace{std::string(rest.substr(0, cut)), without_chain(rest.substr(cut + 2)), {}};
}

}  // namespace

std::string helm_parse_error(const Failure& failure, std::string_view file) {
  const std::string text = failure.text();
  const std::size_t first = text.find(": ");
  if (first == text.npos) return "parse error in (" + std::string(file) + "): " + text;
  const std::size_t second = std::min(text.find(": ", first + 2), text.size());
  return "parse error at (" + text.substr(first + 2, second - first - 2) +
         "): " + text.substr(text.rfind(": ") + 2);
}

std::string helm_execute_error(const Failure& failure, std::string_view file) {
  if (failure.kind() != Failure::Kind::execute) return failure.text();
  const std::string text = failure.text();
  const std::size_t first = text.find(": ");
  const std::size_t second = first == text.npos ? text.npos : text.find(": ", first + 2);
  if (second == text.npos) return "execution error in (" + std::string(file) + "): " + text;
  const Failure& root = failure.root();
  if (root.kind() == Failure::Kind::asked) {
    return "execution error at (" + text.substr(first + 2, second - first - 2) +
           "): " + root.text();
  }
  std::vector<Trace> traces;
  for (const Failure* at = &failure; at != nullptr; at = at->cause().get()) {
    auto trace = trace_of(at->text());
    if (!trace) return text;
    if (traces.empty() || traces.back() != *trace) traces.push_back(std::move(*trace));
  }
  std::string out;
  for (const Trace& trace : traces) out += trace.print();
  return std::string(trim_space(out));
}

}  // namespace rumbo::script
