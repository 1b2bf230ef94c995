#include "target/kubernetes/discovery.h"

#include <algorithm>
#include <optional>
#include <set>

#include "base/guarded.h"
#include "base/strings.h"
#include "codec/json.h"
#include "io/url_escape.h"
#include "target/kubernetes/discovery_tables.h"

namespace rumbo::target::kubernetes {
namespace {

// The order of the parameters (g, v, as) is the one servers compare with.
constexpr std::string_view kAggregated =
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,"
    "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,"
    "application/json";
constexpr Duration kLookAnew = 1s;

/// What one of the two root documents said last.
struct Root {
  std::string etag;
  Value answer;
};

}  // namespace

struct Discovery::State {
  Mutex mutex;
  Condition done;
  ServedGroups groups GUARDED_BY(mutex);
  Root core GUARDED_BY(mutex), named GUARDED_BY(mutex);
  bool known GUARDED_BY(mutex) = false;    ///< read at least once and not forgotten
  bool reading GUARDED_BY(mutex) = false;  ///< a thread is at it
  std::optional<MonoTime> looked GUARDED_BY(mutex);

  /// The version of `group` that serves the kind, and how.
  const Resource* look_up(const std::string& group, const std::string& version,
                          const std::string& kind) REQUIRES(mutex) {
    const auto found = groups.find(group);
    if (found == groups.end()) return nullptr;
    for (const ServedVersion& served : found->second) {
      if (!version.empty() && served.version != version) continue;
      const Resource* best = nullptr;
      for (const Resource& one : served.resources) {
        if (one.kind != kind) continue;
        const bool readable =
            std::find(one.verbs.begin(), one.verbs.end(), "get") != one.verbs.end();
        if (best == nullptr || readable) best = &one;
        if (readable) break;
      }
      if (best != nullptr) return best;
    }
    return nullptr;
  }

  /// What may have been meant instead.
  std::string hint(const std::string& group, const std::string& version, const std::string& kind)
      REQUIRES(mutex) {
    if (const Resource* other = look_up(group, "", kind)) {
      return "the server has it as " + other->api_version() + ", not " + version;
    }
    for (auto& [name, versions] : groups) {
      if (name == group) continue;
      if (const Resource* other = look_up(name, "", kind)) {
        return "the server has this kind as " + other->api_version();
      }
    }
    const auto found = groups.find(group);
    if (found == groups.end())
      return "is the CustomResourceDefinition or the API service installed?";
    std::vector<std::string_view> kinds;
    for (const ServedVersion& served : found->second) {
      for (const Resource& one : served.resources) kinds.push_back(one.kind);
    }
    const std::string_view near = closest(kind, kinds);
    return near.empty() ? "is its CustomResourceDefinition installed, and established?"
                        : "did you mean `" + std::string(near) + "`?";
  }
};

namespace {

/// Reads the root document at `path`; the old one if it has not changed.
ApiResult<Root> read_root(ApiClient& client, const std::string& path, const Root& before,
                          const Cancel& cancel) {
  ApiRequest request;
  request.path = path;
  request.accept = kAggregated;
  if (!before.etag.empty()) request.headers.emplace_back("If-None-Match", before.etag);
  const std::string what = "read " + path;
  const ApiResponse response = TRY(client.call(request, what, cancel));
  if (response.status == 304) return before;
  auto answer = codec::parse_json(response.body);
  if (!answer) {
    return fail(api_error(
        Error(Code::unavailable, "cannot " + what + ": the answer is no JSON", Retry::later)
            .with_hint("is this address an API server's?")));
  }
  Root out;
  if (const auto etag = response.headers.find("etag"); etag != response.headers.end()) {
    out.etag = etag->second;
  }
  out.answer = *std::move(answer);
  return out;
}

/// Servers before 1.26: one document for each group and version. One that cannot be read is stale.
ApiResult<> read_versions(ApiClient& client, ServedGroups& groups, const Cancel& cancel) {
  for (auto& [group, versions] : groups) {
    for (ServedVersion& version : versions) {
      if (!version.resources.empty() || version.stale) continue;
      const std::string path =
          group.empty() ? "/api/" + io::url_escape(version.version)
                        : "/apis/" + io::url_escape(group) + "/" + io::url_escape(version.version);
      const auto list = client.raw_get(path, "application/json", cancel);
      if (list) {
        version.resources = read_resources(*list, group, version.version);
      } else if (list.error().failure == ApiFailure::transport ||
                 list.error().failure == ApiFailure::unauthorized) {
        return fail(list.error());
      } else {
        version.stale = true;
      }
    }
  }
  return {};
}

}  // namespace

Discovery::Discovery(ApiClient& client, Clock& clock)
    : client_(client), clock_(clock), state_(std::make_shared<State>()) {}

ApiResult<> Discovery::refresh(const Cancel& cancel) {
  State& state = *state_;
  Root core, named;
  {
    MutexLock lock(state.mutex);
    if (state.reading) {
      while (state.reading) {
        if (const auto go_on = cancel.check(clock_.mono()); !go_on) {
          return fail(api_error(go_on.error()));
        }
        state.done.wait_for(state.mutex, std::chrono::milliseconds(50));
      }
      if (state.known) return {};  // by the other thread; else it failed, and this one tries
    }
    state.reading = true;
    core = state.core;
    named = state.named;
  }
  const auto read = [&]() -> ApiResult<ServedGroups> {
    core = TRY(read_root(client_, "/api", core, cancel));
    named = TRY(read_root(client_, "/apis", named, cancel));
    ServedGroups groups;
    bool whole = true;
    for (const Root* root : {&core, &named}) {
      if (is_aggregated(root->answer)) {
        read_aggregated(root->answer, groups);
      } else {
        whole = false;
        read_group_names(root->answer, groups);
      }
    }
    if (!whole) TRY(read_versions(client_, groups, cancel));
    return groups;
  };
  auto groups = read();
  MutexLock lock(state.mutex);
  state.reading = false;
  state.looked = clock_.mono();
  state.done.notify_all();
  if (!groups) return fail(groups.error());
  state.groups = merge_stale(*std::move(groups), state.groups);
  state.core = std::move(core);
  state.named = std::move(named);
  state.known = true;
  return {};
}

ApiResult<> Discovery::ensure(const Cancel& cancel) {
  {
    MutexLock lock(state_->mutex);
    if (state_->known) return {};
  }
  return refresh(cancel);
}

ApiResult<Resource> Discovery::find(const std::string& group, const std::string& version,
                                    const std::string& kind, const Cancel& cancel) {
  TRY(ensure(cancel));
  State& state = *state_;
  {
    MutexLock lock(state.mutex);
    if (const Resource* found = state.look_up(group, version, kind)) return *found;
  }
  const auto look_anew = [&] {
    MutexLock lock(state.mutex);
    return !state.looked || clock_.mono() - *state.looked >= kLookAnew;
  };
  if (look_anew()) TRY(refresh(cancel));
  MutexLock lock(state.mutex);
  if (const Resource* found = state.look_up(group, version, kind)) return *found;
  const std::string named = group.empty() ? kind : kind + "." + group;
  ApiError error = api_error(Error(Code::not_found,
                                   "the server has no kind " + named +
                                       (version.empty() ? std::string() : " in version " + version),
                                   Retry::later)
                                 .with_hint(state.hint(group, version, kind)));
  error.failure = ApiFailure::not_served;
  return fail(std::move(error));
}

ApiResult<std::vector<Resource>> Discovery::all(const Cancel& cancel) {
  TRY(ensure(cancel));
  MutexLock lock(state_->mutex);
  std::vector<Resource> out;
  for (const auto& [group, versions] : state_->groups) {
    std::set<std::string> seen;
    for (const ServedVersion& version : versions) {
      for (const Resource& one : version.resources) {
        if (seen.insert(one.plural).second) out.push_back(one);
      }
    }
  }
  return out;
}

ApiResult<std::vector<std::string>> Discovery::served(const Cancel& cancel) {
  TRY(ensure(cancel));
  MutexLock lock(state_->mutex);
  std::set<std::string> out;
  for (const auto& [group, versions] : state_->groups) {
    for (const ServedVersion& version : versions) {
      const std::string name = group.empty() ? version.version : group + "/" + version.version;
      out.insert(name);
      for (const Resource& one : version.resources) out.insert(name + "/" + one.kind);
    }
  }
  return std::vector<std::string>(out.begin(), out.end());
}

void Discovery::forget() {
  MutexLock lock(state_->mutex);
  state_->known = false;
}

}  // namespace rumbo::target::kubernetes
