// Lua scripts from a configuration: whatever they do, they end within their bounds. The first byte
// picks: a script, or a pattern with its subject.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "engine/health/scripts.h"
#include "script/lua_pattern.h"
#include "script/lua_sandbox.h"

using namespace rumbo;
using namespace rumbo::script;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 2, size - 2);
  if (data[0] % 2 == 0) {
    LuaLimits limits;
    limits.memory = std::size_t{1} << 20;
    limits.instructions = 20'000;
    limits.matching = 20'000;
    const Value object =
        Value::object({{"metadata", Value::object({{"name", "x"}, {"generation", 3}})},
                       {"list", Value::array({1, "two", 3.5, true})}});
    const auto returned = run_lua(text, "fuzz", object, limits);
    if (returned) (void)engine::health_of_script(*returned);
    return 0;
  }
  const std::size_t cut = text.empty() ? 0 : data[1] % (text.size() + 1);
  const std::string_view pattern = text.substr(0, cut), subject = text.substr(cut);
  std::int64_t budget = 10'000;
  LuaPattern match(subject, pattern, budget);
  for (std::size_t at = 0; at <= subject.size(); ++at) {
    if (match.match_at(at) != LuaPattern::Outcome::yes) continue;
    if (match.end() < at || match.end() > subject.size()) std::abort();
    for (int i = 0; i < match.captures(); ++i) {
      const auto& capture = match.capture(i);
      if (capture.length < 0 ||
          capture.start + static_cast<std::size_t>(capture.length) > subject.size()) {
        std::abort();
      }
    }
  }
  return 0;
}
