// The language of `--set` and its sisters: "a.b[0]=x,c={1,2}", set into a tree of values.
//
// Threads: pure functions.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/value.h"
#include "render/helm/profile.h"

namespace rumbo::render::helm {

enum class SetKind {
  typed,    ///< --set: true, null and integers are what they look like
  string,   ///< --set-string: all values are strings
  json,     ///< --set-json: values are JSON
  literal,  ///< --set-literal: everything behind the first `=` is one string
  file,     ///< --set-file: values are names of files
};

/// Reads a file for --set-file.
using ReadFile = std::function<Result<std::string>(std::string_view path)>;

/// Sets what `text` says into the object `into`. After an error `into` holds what was set before
/// it. Indexes are bounded to 65536, names to 30 levels. Errors are Helm's own words.
Result<> set_values(SetKind kind, std::string_view text, Value& into, const ReadFile& read = {},
                    Profile profile = Profile::helm4);

}  // namespace rumbo::render::helm
