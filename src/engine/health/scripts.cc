#include "engine/health/scripts.h"

#include <algorithm>
#include <array>

#include "base/strings.h"
#include "script/lua_sandbox.h"

namespace rumbo::engine {
namespace {

constexpr std::size_t kMaxMessage = 1000;

bool is_word(std::string_view text, std::string_view others) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           others.find(c) != std::string_view::npos;
  });
}

/// "group/Kind" of any way to write it; empty if it is none.
std::string normal_name(std::string_view name) {
  auto cut = name.find('/');
  if (cut == std::string_view::npos) cut = name.rfind('_');
  const std::string_view group = cut == std::string_view::npos ? "" : name.substr(0, cut);
  const std::string_view kind = cut == std::string_view::npos ? name : name.substr(cut + 1);
  if (!is_word(kind, "*") || (!group.empty() && !is_word(group, ".-*"))) return {};
  return std::string(group) + "/" + std::string(kind);
}

/// `*` stands for any characters.
bool fits(std::string_view pattern, std::string_view text) {
  std::size_t p = 0, t = 0, star = std::string_view::npos, from = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      from = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++from;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

}  // namespace

std::optional<Health> health_of_script(const Value& returned) {
  if (returned.is_null()) return std::nullopt;
  struct Row {
    std::string_view word;
    HealthStatus status;
  };
  static constexpr std::array kRows{
      Row{"Healthy", HealthStatus::ready},   Row{"Progressing", HealthStatus::progressing},
      Row{"Degraded", HealthStatus::failed}, Row{"Suspended", HealthStatus::suspended},
      Row{"Missing", HealthStatus::missing}, Row{"Unknown", HealthStatus::unknown},
  };
  const std::string message = printable(returned["message"].as_string(), kMaxMessage);
  const std::string_view word = returned["status"].as_string();
  for (const Row& row : kRows) {
    if (row.word == word) return Health{row.status, message};
  }
  return Health{HealthStatus::unknown,
                "the health script returned the status `" + printable(word, 64) +
                    "`, not one of Healthy, Progressing, Degraded, Suspended, Missing, Unknown"};
}

Result<HealthScripts> HealthScripts::make(const std::vector<HealthScript>& scripts) {
  HealthScripts out;
  for (const HealthScript& script : scripts) {
    std::string name = normal_name(script.name);
    if (name.empty()) {
      return fail(Error(Code::invalid, "`" + printable(script.name, 128) + "` names no kind")
                      .at(script.origin)
                      .with_hint("write group/Kind, such as argoproj.io/Rollout"));
    }
    if (auto compiled = script::check_lua(script.source, name); !compiled) {
      return fail(std::move(compiled).error().at(script.origin));
    }
    auto& into = name.find('*') == std::string::npos ? out.exact_ : out.patterns_;
    if (!into.emplace(name, script.source).second) {
      return fail(
          Error(Code::invalid, "there are two health scripts for " + name).at(script.origin));
    }
  }
  return out;
}

const std::string* HealthScripts::find(std::string_view group, std::string_view kind) const {
  const std::string name = std::string(group) + "/" + std::string(kind);
  if (const auto found = exact_.find(name); found != exact_.end()) return &found->second;
  for (const auto& [pattern, source] : patterns_) {
    if (fits(pattern, name)) return &source;
  }
  return nullptr;
}

std::optional<Health> HealthScripts::judge(std::string_view group, std::string_view kind,
                                           const Value& object,
                                           const std::function<bool()>& expired) const {
  const std::string* source = find(group, kind);
  if (source == nullptr) return std::nullopt;
  script::LuaLimits limits;
  limits.expired = expired;
  const auto returned =
      script::run_lua(*source, std::string(group) + "/" + std::string(kind), object, limits);
  if (returned) return health_of_script(*returned);
  return Health{HealthStatus::unknown, "health script: " + returned.error().message()};
}

}  // namespace rumbo::engine
