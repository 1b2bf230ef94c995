#include "target/kubernetes/pods.h"

#include <algorithm>
#include <array>

#include "base/strings.h"

namespace rumbo::target::kubernetes {
namespace {

constexpr int kTailLines = 15;
constexpr std::size_t kMostPods = 3;  // of which is told
constexpr std::size_t kMostEvents = 3;
constexpr std::size_t kMaxLine = 500;
constexpr int kCrashesToFail = 3;

const Resource kPods{"", "v1", "Pod", "pods", true, {}, {}};
const Resource kEvents{"", "v1", "Event", "events", true, {}, {}};
const Resource kReplicaSets{"apps", "v1", "ReplicaSet", "replicasets", true, {}, {}};

bool owned_by(const Value& object, std::string_view uid) {
  const auto owners = object["metadata"]["ownerReferences"].items();
  return std::any_of(owners.begin(), owners.end(),
                     [&](const Value& owner) { return owner["uid"].as_string() == uid; });
}

/// A LabelSelector as a query writes it: "app=web,tier in (a,b),!old".
std::string selector_text(const Value& selector) {
  std::vector<std::string> parts;
  for (const Member& label : selector["matchLabels"].members()) {
    parts.push_back(std::string(label.key()) + "=" + label.value.str());
  }
  for (const Value& rule : selector["matchExpressions"].items()) {
    const std::string key = rule["key"].str();
    const std::string_view how = rule["operator"].as_string();
    std::vector<std::string> values;
    for (const Value& value : rule["values"].items()) values.push_back(value.str());
    if (how == "Exists") parts.push_back(key);
    if (how == "DoesNotExist") parts.push_back("!" + key);
    if (how == "In") parts.push_back(key + " in (" + join(values, ",") + ")");
    if (how == "NotIn") parts.push_back(key + " notin (" + join(values, ",") + ")");
  }
  return join(parts, ",");
}

ApiResult<std::vector<Value>> list_owned_by(ApiClient& client, const Resource& resource,
                                            const Value& object, std::string_view uid,
                                            bool metadata_only, const Cancel& cancel) {
  ListOptions options;
  options.ns = object["metadata"]["namespace"].str();
  options.label_selector = selector_text(object["spec"]["selector"]);
  options.metadata_only = metadata_only;
  std::vector<Value> out;
  TRY(client.list(
      resource, options,
      [&](const Value& one) {
        if (owned_by(one, uid)) out.push_back(one);
      },
      cancel));
  return out;
}

/// The set of a Deployment's newest revision.
ApiResult<std::optional<Value>> newest_set(ApiClient& client, const Value& deployment,
                                           const Cancel& cancel) {
  const std::string uid = deployment["metadata"]["uid"].str();
  const auto sets = TRY(list_owned_by(client, kReplicaSets, deployment, uid, true, cancel));
  std::optional<Value> newest;
  std::int64_t highest = -1;
  for (const Value& set : sets) {
    const auto revision = parse_int(annotation(set, "deployment.kubernetes.io/revision"));
    if (revision.value_or(0) <= highest) continue;
    highest = revision.value_or(0);
    newest = set;
  }
  return newest;
}

ApiResult<std::vector<Value>> jobs_of(ApiClient& client, Discovery& discovery, const Value& cron,
                                      const Cancel& cancel) {
  const Resource jobs = TRY(discovery.find("batch", "v1", "Job", cancel));
  ListOptions options;
  options.ns = cron["metadata"]["namespace"].str();
  std::vector<Value> out;
  const std::string uid = cron["metadata"]["uid"].str();
  TRY(client.list(
      jobs, options,
      [&](const Value& one) {
        if (owned_by(one, uid)) out.push_back(one);
      },
      cancel));
  return out;
}

std::string one_line(std::string_view text) {
  std::string out = printable(text, kMaxLine);
  std::replace(out.begin(), out.end(), '\n', ' ');
  return out;
}

/// Reasons that a container does not get over by waiting.
bool lasting(std::string_view reason, const Value& status) {
  constexpr std::array<std::string_view, 5> kAtOnce{"ImagePullBackOff", "ErrImageNeverPull",
                                                    "InvalidImageName", "ImageInspectError",
                                                    "RegistryUnavailable"};
  if (std::find(kAtOnce.begin(), kAtOnce.end(), reason) != kAtOnce.end()) return true;
  // One crash may be the database that comes up late.
  return reason == "CrashLoopBackOff" && status["restartCount"].as_int() >= kCrashesToFail;
}

std::optional<PodTrouble> container_trouble(const Value& status) {
  const std::string name = status["name"].str();
  const Value& waiting = status["state"]["waiting"];
  const std::string_view reason = waiting["reason"].as_string();
  if (waiting.is_object() && !reason.empty() && reason != "ContainerCreating" &&
      reason != "PodInitializing") {
    PodTrouble out;
    out.words = "container " + name + ": " + std::string(reason);
    if (waiting["message"].is_string())
      out.words += ": " + one_line(waiting["message"].as_string());
    out.restarted = status["restartCount"].as_int() > 0;
    if (out.restarted) out.container = name;
    const Value& last = status["lastState"]["terminated"];
    if (last.is_object()) {
      out.words += " (last exit code " + std::to_string(last["exitCode"].as_int()) + ")";
    }
    out.lasting = lasting(reason, status);
    return out;
  }
  const Value& ended = status["state"]["terminated"];
  if (ended.is_object() && ended["exitCode"].as_int() != 0) {
    PodTrouble out;
    out.words =
        "container " + name + " ended with exit code " + std::to_string(ended["exitCode"].as_int());
    if (ended["reason"].is_string()) out.words += " (" + ended["reason"].str() + ")";
    if (ended["message"].is_string()) out.words += ": " + one_line(ended["message"].as_string());
    out.container = name;
    return out;
  }
  return std::nullopt;
}

void add_events(std::vector<std::string>& lines, ApiClient& client, const Value& object,
                const Cancel& cancel) {
  ListOptions options;
  options.ns = object["metadata"]["namespace"].str();
  options.field_selector =
      "involvedObject.uid=" + object["metadata"]["uid"].str() + ",type=Warning";
  std::vector<std::string> found;
  const auto listed = client.list(
      kEvents, options,
      [&](const Value& event) {
        found.push_back("event " + event["reason"].str() + ": " +
                        one_line(event["message"].as_string()));
      },
      cancel);
  if (!listed) return;  // evidence only
  const std::size_t from = found.size() > kMostEvents ? found.size() - kMostEvents : 0;
  lines.insert(lines.end(), found.begin() + static_cast<std::ptrdiff_t>(from), found.end());
}

void add_log(std::vector<std::string>& lines, ApiClient& client, const Value& pod,
             const PodTrouble& trouble, const Cancel& cancel) {
  const std::string query = "container=" + trouble.container +
                            "&tailLines=" + std::to_string(kTailLines) +
                            (trouble.restarted ? "&previous=true" : "");
  int taken = 0;
  const auto read = client.logs(
      pod["metadata"]["namespace"].as_string(), pod["metadata"]["name"].as_string(), query,
      [&](std::string_view line) {
        lines.push_back(one_line(line));
        return ++taken < kTailLines;
      },
      cancel);
  static_cast<void>(read);  // evidence only: a log that cannot be read hides nothing else
}

}  // namespace

PodTrouble trouble_of(const Value& pod) {
  PodTrouble first;
  for (const std::string_view list : {"initContainerStatuses", "containerStatuses"}) {
    for (const Value& status : pod["status"][list].items()) {
      const auto trouble = container_trouble(status);
      if (!trouble) continue;
      if (trouble->lasting) return *trouble;
      if (first.words.empty()) first = *trouble;
    }
  }
  if (!first.words.empty()) return first;
  if (pod["status"]["phase"].as_string() == "Failed") {
    first.words = pod["status"]["reason"].str("failed");
    if (pod["status"]["message"].is_string()) {
      first.words += ": " + one_line(pod["status"]["message"].as_string());
    }
    return first;
  }
  for (const Value& condition : pod["status"]["conditions"].items()) {
    if (condition["type"].as_string() != "PodScheduled") continue;
    if (condition["status"].as_string() != "False") continue;
    first.words = condition["reason"].str("not scheduled") + ": " +
                  one_line(condition["message"].as_string());
  }
  return first;
}

ApiResult<std::vector<Value>> pods_of(ApiClient& client, Discovery& discovery, const Value& object,
                                      const Cancel& cancel) {
  const std::string_view kind = object["kind"].as_string();
  std::string uid = object["metadata"]["uid"].str();
  if (kind == "Pod") return std::vector<Value>{object};
  if (kind == "CronJob") {
    std::vector<Value> out;
    for (const Value& job : TRY(jobs_of(client, discovery, object, cancel))) {
      const auto pods = TRY(pods_of(
          client, discovery, job.with("kind", "Job").with("apiVersion", "batch/v1"), cancel));
      out.insert(out.end(), pods.begin(), pods.end());
    }
    return out;
  }
  constexpr std::array<std::string_view, 5> kOwners{"Deployment", "ReplicaSet", "StatefulSet",
                                                    "DaemonSet", "Job"};
  if (std::find(kOwners.begin(), kOwners.end(), kind) == kOwners.end()) {
    return std::vector<Value>();
  }
  if (kind == "Deployment") {
    const auto set = TRY(newest_set(client, object, cancel));
    if (!set) return std::vector<Value>();
    uid = (*set)["metadata"]["uid"].str();
  }
  std::vector<Value> pods = TRY(list_owned_by(client, kPods, object, uid, false, cancel));
  if (kind == "StatefulSet" || kind == "DaemonSet") {
    const std::string newest = object["status"]["updateRevision"].str();
    std::erase_if(pods, [&](const Value& pod) {
      const Value& revision = pod["metadata"]["labels"]["controller-revision-hash"];
      return !newest.empty() && revision.is_string() && revision.as_string() != newest;
    });
  }
  std::sort(pods.begin(), pods.end(), [](const Value& a, const Value& b) {
    return a["metadata"]["name"].as_string() < b["metadata"]["name"].as_string();
  });
  return pods;
}

ApiResult<std::vector<Value>> owned_pods(ApiClient& client, const Value& object,
                                         const Cancel& cancel) {
  const std::string uid = object["metadata"]["uid"].str();
  return list_owned_by(client, kPods, object, uid, false, cancel);
}

bool pods_matter(const Value& object) {
  const std::string_view kind = object["kind"].as_string();
  const Value& status = object["status"];
  const Value& spec = object["spec"];
  if (kind == "Deployment" || kind == "ReplicaSet" || kind == "StatefulSet") {
    const std::int64_t want = spec["replicas"].as_int(1);
    const bool rolled =
        kind == "ReplicaSet" || status["updatedReplicas"].as_int() >= want || want == 0;
    return !rolled || status["readyReplicas"].as_int() < want ||
           status["unavailableReplicas"].as_int() > 0;
  }
  if (kind == "DaemonSet") {
    const std::int64_t want = status["desiredNumberScheduled"].as_int();
    return status["numberReady"].as_int() < want ||
           status["updatedNumberScheduled"].as_int() < want;
  }
  if (kind == "Pod") return status["phase"].as_string() != "Succeeded";
  // These have no pods; only events tell what keeps them.
  if (kind == "PersistentVolumeClaim") return status["phase"].as_string() == "Pending";
  if (kind == "Service") {
    return annotation(object, "rumbo.dev/wait-for-address") == "true" &&
           spec["type"].as_string() == "LoadBalancer" && status["loadBalancer"]["ingress"].empty();
  }
  return kind == "Job" && status["succeeded"].as_int() < spec["completions"].as_int(1);
}

PodReport look_at_pods(ApiClient& client, Discovery& discovery, const Value& object,
                       const Cancel& cancel) {
  PodReport out;
  const auto pods = pods_of(client, discovery, object, cancel);
  if (!pods) return out;
  const bool runs_to_end = object["kind"].as_string() == "Job";
  std::size_t told = 0;
  for (const Value& pod : *pods) {
    const PodTrouble trouble = trouble_of(pod);
    if (trouble.words.empty() || told == kMostPods) continue;
    ++told;
    const std::string line = "pod " + pod["metadata"]["name"].str() + ": " + trouble.words;
    out.lines.push_back(line);
    // A Job counts its own failures.
    if (trouble.lasting && out.failing.empty() && !runs_to_end) out.failing = line;
    if (told > 1) continue;
    add_events(out.lines, client, pod, cancel);
    if (!trouble.container.empty()) add_log(out.lines, client, pod, trouble, cancel);
  }
  // A Job that may make no pod, a set over its quota: only events tell.
  if (pods->empty()) add_events(out.lines, client, object, cancel);
  if (!out.lines.empty()) out.waiting = out.lines.front();
  return out;
}

}  // namespace rumbo::target::kubernetes
