// TemplateSet: named templates parsed once and run many times, as Go's text/template does it.
//
// To render a chart: make one TemplateSet over helm_functions() (helm_functions.h) and parse() each
// file under its full name, deepest path first, as Helm orders them; an unknown function or bad
// syntax is a Failure here. For each rendering make a Session (Host for clock, randomness, lookup;
// MissingKey::zero, or error for strict; Limits), and the data with Any::from(Value) and
// make<Map>(): it is O(1) over a shared Value tree. Numbers of values files must pass
// helm_numbers() once, since Helm reads every number as float64; `--set` integers stay int64.
// `set` and `merge` change maps by reference within the session, as in Go, never the Value below.
// Objects with methods (.Files, .Capabilities.APIVersions, .Values.AsMap) are Natives (native.h) or
// maps of a named Type with a `method` (see helm_types.h: common.Values). Then execute() each file
// by name, and pass the text through remove_no_value(); a Failure gets Helm's wording from
// helm_execute_error() or helm_parse_error() (helm_error.h).
//
// Threads: parse() from one thread; const methods from any thread, each with a Session of its own.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "script/any.h"
#include "script/failure.h"
#include "script/function.h"
#include "script/session.h"

namespace rumbo::script {

struct Template;

class TemplateSet {
 public:
  explicit TemplateSet(std::shared_ptr<const FunctionTable> functions);
  /// An empty set that sees the templates of `below`, which must outlive it; its own hide them.
  explicit TemplateSet(const TemplateSet* below);
  ~TemplateSet();
  TemplateSet(TemplateSet&&) noexcept;
  TemplateSet& operator=(TemplateSet&&) noexcept;

  /// Adds the template `name` and those it defines. Later ones replace earlier ones, unless they
  /// are empty (blanks, comments, definitions only) and the earlier is not.
  Outcome<> parse(std::string_view name, std::string_view text);

  const Template* find(std::string_view name) const;
  bool defines(std::string_view name) const { return find(name) != nullptr; }
  const FunctionTable& functions() const { return *functions_; }

  /// Runs a template over `data` (its `.` and `$`); the text it wrote.
  Outcome<std::string> execute(std::string_view name, const Any& data, Session& session) const;

 private:
  std::shared_ptr<const FunctionTable> functions_;
  const TemplateSet* below_ = nullptr;
  std::map<std::string, std::shared_ptr<const Template>, std::less<>> templates_;
};

}  // namespace rumbo::script
