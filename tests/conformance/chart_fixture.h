// The chart `t` of the tables gotemplate and sprig: the data its template sees, and the rendering
// of one case as Helm's engine does it.
#pragma once

#include <string>

#include "base/value.h"
#include "script/any.h"
#include "script/host.h"
#include "script/session.h"

namespace rumbo::conformance {

/// A typed value of the tables as templates see it: `$int` is Go's int, bare numbers float64.
script::Any typed_any(const Value& typed);

/// A clock and randomness that always run alike.
class TableHost final : public script::Host {
 public:
  WallTime now() override { return {std::chrono::seconds(1'800'000'000)}; }
  void random(std::span<std::uint8_t> bytes) override;
  std::optional<std::string> time_zone(std::string_view name) override;

 private:
  std::uint64_t state_ = 1;
};

struct Rendered {
  bool ok = false;
  std::string text;  ///< the output, or the error in Helm's words
};

/// Renders `text` as templates/a.yaml with these values and, under templates/, these other files.
Rendered render_case(const std::string& text, const Value& values, const Value& files,
                     script::MissingKey missing_key);

}  // namespace rumbo::conformance
