#include "control/config_policy.h"

#include "control/config_check.h"

namespace rumbo::control {

std::vector<std::string> texts(const Value& list) {
  std::vector<std::string> out;
  for (const Value& one : list.items()) out.push_back(one.str());
  return out;
}

static RetryPolicy retry_policy(const Value& retry, RetryPolicy policy) {
  policy.limit = static_cast<int>(retry["limit"].as_int(policy.limit));
  const Value& backoff = retry["backoff"];
  policy.first = parse_duration(backoff["duration"].as_string()).value_or(policy.first);
  policy.most = parse_duration(backoff["maxDuration"].as_string()).value_or(policy.most);
  policy.factor = static_cast<int>(backoff["factor"].as_int(policy.factor));
  return policy;
}

SyncPolicy sync_policy(const Value& sync, SyncPolicy policy) {
  policy.automated = sync["automated"].as_bool(policy.automated);
  policy.prune = sync["prune"].as_bool(policy.prune);
  policy.self_heal = sync["selfHeal"].as_bool(policy.self_heal);
  if (sync["timeout"].is_string()) {
    policy.timeout = parse_duration(sync["timeout"].as_string()).value_or(policy.timeout);
  }
  if (sync["soak"].is_string()) {
    policy.soak = parse_duration(sync["soak"].as_string()).value_or(policy.soak);
  }
  if (sync["onFailure"].is_string()) {
    policy.on_failure =
        sync["onFailure"].as_string() == "stop" ? OnFailure::stop : OnFailure::restore;
  }
  policy.allow_empty = sync["allowEmpty"].as_bool(policy.allow_empty);
  policy.adopt = sync["adopt"].as_bool(policy.adopt);
  if (sync["allowDestructive"].is_array()) {
    policy.allow_destructive = texts(sync["allowDestructive"]);
  }
  if (sync["options"].is_array()) policy.options = texts(sync["options"]);
  policy.retry = retry_policy(sync["retry"], policy.retry);
  if (!sync["maxDeletions"].is_null()) policy.max_deletions = read_amount(sync["maxDeletions"]);
  return policy;
}

IgnoreRule ignore_rule(const Value& value) {
  return {value["group"].str(),
          value["kind"].str(),
          value["namespace"].str(),
          value["name"].str(),
          texts(value["jsonPointers"]),
          texts(value["jqPathExpressions"]),
          texts(value["managedFieldsManagers"])};
}

}  // namespace rumbo::control
