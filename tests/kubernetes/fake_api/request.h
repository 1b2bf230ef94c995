// Call: one request as an API server reads it: verb, resource, name, options.
// Rules: k8s.io/apiserver pkg/endpoints/request (requestinfo.go), labels and fields selectors.
//
// Threads: pure functions.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/value.h"
#include "problem.h"
#include "target/kubernetes/transport.h"

namespace rumbo::fake_api {

struct Call {
  std::string verb;  ///< get list watch create update patch delete deletecollection
  std::string path;  ///< without query
  std::string group, version, plural, ns, name, subresource;
  std::map<std::string, std::string> query;
  std::string accept, content_type, agent, body;
  std::string if_none_match;
  bool is_resource = false;  ///< else a path like /version

  std::string option(const std::string& key) const {
    const auto found = query.find(key);
    return found == query.end() ? "" : found->second;
  }
  bool dry_run() const { return option("dryRun") == "All"; }
  /// fieldManager, else the beginning of the User-Agent.
  std::string manager() const;
  bool wants_metadata_only() const;
};

Call read_call(const target::kubernetes::ApiRequest& request);

/// A label selector ("a=b,c in (d,e),!f") and a field selector ("metadata.name=x").
class Selector {
 public:
  static Outcome<Selector> read(const std::string& labels, const std::string& fields);
  bool matches(const Value& object) const;

 private:
  struct Rule {
    std::string key;
    bool negated = false;
    bool exists = false;  ///< only whether the key is there
    std::vector<std::string> values;
  };
  std::vector<Rule> labels_, fields_;
};

/// application/json-patch+json; 422 if it does not fit.
Outcome<Value> json_patched(const Value& object, const Value& operations);
/// application/merge-patch+json.
Value merge_patched(const Value& object, const Value& patch);

}  // namespace rumbo::fake_api
