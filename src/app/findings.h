// Findings: what is wrong with files people wrote, printed as compilers do:
// "deploy/web.yaml:7:3: error: unknown field `replicaz`".
//
// Threads: as any value.
#pragma once

#include <string>
#include <vector>

#include "app/streams.h"
#include "base/error.h"
#include "base/value.h"

namespace rumbo::app {

struct Finding {
  std::string place;  ///< "deploy/web.yaml:7:3"; may be empty
  bool error = true;  ///< otherwise a warning
  std::string message;
  std::string hint;
};

/// An error as findings: one a line where it lists several mistakes with their places.
std::vector<Finding> findings_of(const Error& error);
std::string describe(const Finding& finding, const Paint& paint);
Value to_value(const Finding& finding);

}  // namespace rumbo::app
