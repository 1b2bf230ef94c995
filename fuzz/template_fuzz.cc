// Templates from outside: parsing and running them never crashes, and limits hold. The first bytes
// of the input choose the data.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "script/helm_error.h"
#include "script/helm_functions.h"
#include "script/map.h"
#include "script/template_set.h"

using namespace rumbo;

namespace {

class FuzzHost final : public script::Host {
 public:
  WallTime now() override { return {std::chrono::seconds(1'700'000'000)}; }
  void random(std::span<std::uint8_t> bytes) override {
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(state_ += 7);
  }

 private:
  unsigned state_ = 0;
};

Value tree(std::string_view seed, std::size_t depth) {
  const auto at = [&](std::size_t i) {
    return seed.empty() ? 0u : static_cast<unsigned char>(seed[(i + depth) % seed.size()]);
  };
  switch (at(0) % (depth > 3 ? 5 : 7)) {
    case 0:
      return Value();
    case 1:
      return Value(at(1) % 2 == 0);
    case 2:
      return Value(static_cast<double>(at(1)) / 4);
    case 3:
      return Value(static_cast<std::int64_t>(at(1)) - 100);
    case 4:
      return Value(seed.substr(0, at(1) % 20));
    case 5:
      return Value::array({tree(seed, depth + 1), tree(seed, depth + 2)});
    default:
      return Value::object({{"a", tree(seed, depth + 1)}, {"b", tree(seed, depth + 2)}});
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  script::TemplateSet set(script::helm_functions());
  if (auto parsed = set.parse("f", text); !parsed) {
    if (script::helm_parse_error(parsed.error(), "f").empty()) std::abort();
    return 0;
  }
  FuzzHost host;
  script::SessionOptions options;
  options.limits.max_output = 1 << 20;
  options.limits.max_text = 1 << 18;
  options.limits.max_items = 1 << 14;
  options.limits.max_steps = 200'000;
  options.limits.max_depth = 400;
  options.limits.max_keys = 0;  // keys and password hashes cost too much here
  script::Session session(host, options);
  auto values = script::make<script::Map>();
  values->set("Values", script::Any::from(tree(text.substr(0, 16), 0)));
  const auto out = set.execute("f", script::Any(values), session);
  if (out && out->size() > options.limits.max_output) std::abort();
  if (!out && script::helm_execute_error(out.error(), "f").empty()) std::abort();
  return 0;
}
