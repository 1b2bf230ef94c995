// ValueOptions: what the user sets: values files and `--set` in all kinds, merged as Helm merges
// them.
//
// Threads: pure functions.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/value.h"
#include "render/helm/strvals.h"

namespace rumbo::render::helm {

struct ValueOptions {
  std::vector<std::string> files;  ///< -f
  Value over_files = {};           ///< a map over the files; null for none
  Value inline_values;             ///< a map over that
  std::vector<std::string> set_json, set, set_string, set_file, set_literal;
};

/// One tree of all: files, then JSON, then the others in Helm's order. Errors are Helm's words.
Result<Value> merge_value_options(const ValueOptions& options, const ReadFile& read,
                                  Profile profile);

}  // namespace rumbo::render::helm
