// HealthScripts: an environment's own health rules in Lua, as Argo CD's
// resource.customizations.health scripts are written: the object is `obj`, and the script returns
// {status = "Healthy", message = "…"}.
//
// Threads: judge() from any thread.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/value.h"
#include "model/config.h"
#include "model/health.h"

namespace rumbo::engine {

class HealthScripts {
 public:
  HealthScripts() = default;
  /// Names are "group/Kind", "group_Kind", or "Kind" of the core group; `*` in the group stands for
  /// any characters. Code::invalid for other names, names that stand twice and scripts that do not
  /// compile.
  static Result<HealthScripts> make(const std::vector<HealthScript>& scripts);

  bool empty() const { return exact_.empty() && patterns_.empty(); }
  /// What the kind's script says; nullopt: there is none, or it says nothing (returns nil). A
  /// script that fails makes the object Unknown, with the reason. `expired` ends a run (true).
  std::optional<Health> judge(std::string_view group, std::string_view kind, const Value& object,
                              const std::function<bool()>& expired) const;

 private:
  const std::string* find(std::string_view group, std::string_view kind) const;

  std::map<std::string, std::string, std::less<>> exact_;     ///< by "group/Kind"
  std::map<std::string, std::string, std::less<>> patterns_;  ///< with `*`
};

/// The verdict in what a script returned; nullopt for nil.
std::optional<Health> health_of_script(const Value& returned);

}  // namespace rumbo::engine
