// AccessReviews: whether this account may do what a transaction, and its undo, will do
// (SelfSubjectAccessReview). An answer is believed for a while, but for the refusals that
// end a transaction.
//
// Threads: any.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/guarded.h"
#include "base/result.h"
#include "target/kubernetes/api_client.h"

namespace rumbo::target::kubernetes {

class AccessReviews {
 public:
  /// `client` and `clock` outlive it.
  AccessReviews(ApiClient& client, Clock& clock) : client_(client), clock_(clock) {}

  /// Those of `verbs` that are refused for this resource in this namespace ("" = everywhere).
  Result<std::vector<std::string>> refused(const Resource& resource, const std::string& ns,
                                           const std::vector<std::string>& verbs,
                                           const Cancel& cancel);

 private:
  using Question = std::tuple<std::string, std::string, std::string, std::string>;
  Result<bool> allowed(const Question& question, const Cancel& cancel);

  ApiClient& client_;
  Clock& clock_;
  struct Known {
    bool allowed = false;
    MonoTime until;
  };
  Guarded<std::map<Question, Known>> known_;
};

}  // namespace rumbo::target::kubernetes
