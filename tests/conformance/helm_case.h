// What the drivers of Helm's tables share: a `helm template` command line, run in this process over
// files held in memory or on disk.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/value.h"
#include "render/helm/release.h"

namespace rumbo::conformance {

struct HelmOutcome {
  std::string out, err;
  int status = 0;
};

/// A clock and randomness that tests can use; nothing in the tables depends on their values.
class FixedHost : public script::Host {
 public:
  WallTime now() override { return WallTime{}; }
  void random(std::span<std::uint8_t> bytes) override;

 private:
  std::uint64_t state_ = 1;
};

/// The flags of `helm template` as options; the words that are none go to `names`.
render::helm::ReleaseOptions read_flags(const std::vector<std::string>& arguments,
                                        std::vector<std::string>& names);

/// Runs `helm ARGUMENTS…` in a directory that holds `files`.
HelmOutcome run_helm(const std::map<std::string, std::string>& files,
                     const std::vector<std::string>& arguments, render::helm::Profile profile);

/// A case of a table with `files`, `args`, `expected` and perhaps `helm3`.
std::map<std::string, std::string> files_of(const Value& test);
std::vector<std::string> arguments_of(const Value& test);

/// True if the outcome is what the table says; `detail` tells both.
bool agrees(const HelmOutcome& actual, const Value& expected, bool any_line_order,
            std::string& detail);

}  // namespace rumbo::conformance
