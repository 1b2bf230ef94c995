// BuildFacts: what this binary was made from. The .cc is written at build time.
//
// Threads: constant data.
#pragma once

#include <string_view>

namespace rumbo::app {

struct BuildFacts {
  std::string_view version;
  std::string_view commit;  ///< "unknown" outside a Git checkout
  std::string_view date;    ///< the commit's, RFC 3339: the same source gives the same binary
  bool modified = false;    ///< files differed from the commit
  std::string_view compiler;
  std::string_view build_type;
};

const BuildFacts& build_facts();

}  // namespace rumbo::app
