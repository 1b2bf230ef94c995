// A host for unit tests: a fixed clock and counted bytes as randomness.
#pragma once

#include "script/helm_functions.h"
#include "script/map.h"
#include "script/template_set.h"

namespace rumbo::script {

class TestHost : public Host {
 public:
  WallTime now() override { return {std::chrono::seconds(1'700'000'000)}; }
  void random(std::span<std::uint8_t> bytes) override {
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(state_ = state_ * 5 + 3);
  }

 private:
  unsigned state_ = 1;
};

/// What a template prints over `data`, or its error.
inline std::string run(std::string_view text, const Any& data = {}, SessionOptions options = {}) {
  TemplateSet set(helm_functions());
  if (auto parsed = set.parse("t", text); !parsed) return parsed.error().text();
  TestHost host;
  Session session(host, std::move(options));
  auto out = set.execute("t", data, session);
  return out ? *out : out.error().text();
}

}  // namespace rumbo::script
