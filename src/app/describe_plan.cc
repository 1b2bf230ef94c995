#include "app/describe_plan.h"

#include <fmt/core.h>
#include <map>

#include "app/cells.h"
#include "app/table.h"
#include "base/strings.h"
#include "codec/diff.h"

namespace rumbo::app {
namespace {

/// The sign of an action, and what the summary calls it.
struct Sign {
  std::string_view action;
  std::string_view sign;
  std::string_view counted;
};
constexpr Sign kSigns[] = {
    {"create", "+", "to create"},
    {"update", "~", "to update"},
    {"restart", "~", "to restart"},
    {"prune", "-", "to prune"},
    {"orphan", "?", "kept, no longer declared"},
    {"hook", ">", "hooks to run"},
    {"skip", ".", "skipped"},
    {"unchanged", " ", "unchanged"},
};

const Sign& sign_of(std::string_view action) {
  for (const Sign& sign : kSigns) {
    if (sign.action == action) return sign;
  }
  static constexpr Sign kOther{"", "*", "other"};
  return kOther;
}

std::string painted(const Paint& paint, std::string_view sign, const std::string& text) {
  if (sign == "+") return paint.good(text);
  if (sign == "-") return paint.bad(text);
  if (sign == "~") return paint.warn(text);
  return sign == " " || sign == "." ? paint.dim(text) : text;
}

std::vector<codec::Change> changes_of(const Value& fields) {
  std::vector<codec::Change> out;
  for (const Value& field : fields.items()) {
    codec::Change change;
    change.path = field["path"].str();
    if (!field["before"].is_null()) change.before = field["before"];
    if (!field["after"].is_null()) change.after = field["after"];
    // A field set to null on both sides cannot differ; one side is then an explicit null.
    if (!change.before && !change.after) change.after = Value();
    out.push_back(std::move(change));
  }
  return out;
}

std::string indented(const std::string& text, std::string_view by) {
  std::string out;
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size() - 1);
    out += by;
    out += rest.substr(0, end + 1);
    rest.remove_prefix(end + 1);
  }
  return out;
}

std::string change_line(const Value& change, const PlanStyle& style, std::size_t width) {
  const std::string action = change["action"].str();
  const std::string object = printable(change["object"].as_string());
  const Sign& sign = sign_of(action);
  std::string head = fmt::format("  {} {:<9} {}", sign.sign, action, object);
  std::string tail = printable(change["reason"].as_string());
  if (style.wide) {
    tail += fmt::format("{}wave {}", tail.empty() ? "" : ", ", change["wave"].as_int());
    if (!change["origin"].as_string().empty()) tail += ", " + change["origin"].str();
  }
  std::string line = painted(style.paint, sign.sign, head);
  if (!tail.empty()) {
    line += std::string(width + 2 - std::min(width, columns(object)), ' ') + style.paint.dim(tail);
  }
  return line + "\n";
}

std::string refusal_line(const Value& refusal, const Paint& paint) {
  const std::string origin = refusal["origin"].str();
  std::string out = "  ";
  if (!origin.empty()) out += origin + ": ";
  out += paint.bad("error:") + " ";
  const std::string object = refusal["object"].str();
  const std::string message = printable(refusal["message"].as_string());
  if (!object.empty() && message.find(object) == std::string::npos) out += object + ": ";
  out += message + "\n";
  if (const std::string hint = refusal["hint"].str(); !hint.empty()) {
    out += "    " + paint.dim("hint: " + printable(hint)) + "\n";
  }
  return out;
}

std::string summary(const std::map<std::string, std::size_t>& counts) {
  std::string out;
  for (const Sign& sign : kSigns) {
    const auto found = counts.find(std::string(sign.action));
    if (found == counts.end()) continue;
    out += fmt::format("{}{} {}", out.empty() ? "" : ", ", found->second, sign.counted);
  }
  return out.empty() ? "nothing declared, nothing owned" : out;
}

}  // namespace

std::string describe_plan(const Value& entry, const PlanStyle& style) {
  const Value& plan = entry["plan"];
  std::string out = style.paint.bold(cell(entry["scopes"]));
  if (const std::string revision = cell(entry["revision"]); !revision.empty()) {
    out += "  " + revision;
  }
  if (style.wide && entry["digest"].is_string()) out += "  " + entry["digest"].str();
  out += "\n";

  std::map<std::string, std::size_t> counts;
  std::size_t width = 0;
  for (const Value& change : plan["changes"].items()) {
    ++counts[change["action"].str()];
    if (change["action"].as_string() != "unchanged" || style.wide) {
      width = std::max(width, columns(change["object"].as_string()));
    }
  }
  width = std::min<std::size_t>(width, 60);
  for (const Value& change : plan["changes"].items()) {
    if (change["action"].as_string() == "unchanged" && !style.wide) continue;
    out += change_line(change, style, width);
    if (!style.detailed) continue;
    out += indented(codec::render_diff(changes_of(change["fields"]), style.paint.on), "      ");
  }
  for (const Value& effect : plan["effects"].items()) {
    out += "  " + style.paint.warn("!") + " " + printable(effect.as_string()) + "\n";
  }
  for (const Value& warning : entry["warnings"].items()) {
    out += "  " + style.paint.warn("!") + " " + printable(warning.as_string()) + "\n";
  }
  for (const Value& refusal : plan["refusals"].items()) out += refusal_line(refusal, style.paint);
  if (!plan["refusals"].empty()) {
    return out + "  " + style.paint.bad("refused") +
           fmt::format(": {} to mend before this can be deployed\n", plan["refusals"].size());
  }
  return out + "  " + summary(counts) + "\n";
}

}  // namespace rumbo::app
