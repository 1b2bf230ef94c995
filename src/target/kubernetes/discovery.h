// Discovery: which kinds a server serves, in which versions, under which paths. Read by aggregated
// discovery (two requests) and kept; a kind that is not known is looked for anew, at most once a
// second. An entry the server marks stale keeps what was known before: it is never "removed".
// Rules: k8s.io/client-go discovery, and kubernetes-apply.md section 1.1.
//
// Threads: any thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "target/kubernetes/api_client.h"

namespace rumbo::target::kubernetes {

class Discovery {
 public:
  /// `client` and `clock` outlive it.
  Discovery(ApiClient& client, Clock& clock);

  /// How `kind` of `group` is served; `version` empty: the group's preferred one that has it.
  /// ApiFailure::not_served if it is not, after looking anew.
  ApiResult<Resource> find(const std::string& group, const std::string& version,
                           const std::string& kind, const Cancel& cancel);
  /// Everything known now, preferred versions only.
  ApiResult<std::vector<Resource>> all(const Cancel& cancel);
  /// "apps/v1" and "apps/v1/Deployment" of every version, sorted; as Helm's .Capabilities has them.
  ApiResult<std::vector<std::string>> served(const Cancel& cancel);
  /// Reads it again at the next find(): a CRD was made or removed.
  void forget();

 private:
  struct State;
  /// Reads what is served, one thread at a time; others wait for it.
  ApiResult<> refresh(const Cancel& cancel);
  /// Reads it if it was never read or forgotten.
  ApiResult<> ensure(const Cancel& cancel);

  ApiClient& client_;
  Clock& clock_;
  std::shared_ptr<State> state_;
};

}  // namespace rumbo::target::kubernetes
