#include "watcher.h"

#include "base/strings.h"
#include "codec/json.h"

namespace rumbo::fake_api {
namespace {

constexpr Duration kBookmarks = std::chrono::minutes(1);
constexpr std::int64_t kDefaultSeconds = 1800;

Problem too_old(std::uint64_t wanted, std::uint64_t oldest) {
  return expired("too old resource version: " + std::to_string(wanted) + " (" +
                 std::to_string(oldest) + ")");
}

}  // namespace

Outcome<Watcher> Watcher::open(const Cluster& cluster, const Call& call) {
  const auto kind = cluster.kind_of(call);
  if (!kind) return problem(kind.error());
  auto selector = Selector::read(call.option("labelSelector"), call.option("fieldSelector"));
  if (!selector) return problem(selector.error());
  const bool initial = call.option("sendInitialEvents") == "true";
  if (initial && call.option("resourceVersionMatch") != "NotOlderThan") {
    return problem({422,
                    "Invalid",
                    "ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: Forbidden: "
                    "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan",
                    {}});
  }
  Watcher watcher;
  watcher.storage_ = (*kind)->storage();
  watcher.group_ = (*kind)->api_version();
  watcher.kind_ = (*kind)->kind;
  watcher.ns_ = call.ns;
  watcher.name_ = call.name;
  watcher.selector_ = std::move(*selector);
  watcher.partial_ = call.wants_metadata_only();
  watcher.bookmarks_ = call.option("allowWatchBookmarks") == "true" || initial;
  const MonoTime now = cluster.clock().mono();
  watcher.end_ = now + std::chrono::seconds(
                           parse_int(call.option("timeoutSeconds")).value_or(kDefaultSeconds));
  watcher.next_bookmark_ = now + kBookmarks;
  const Store& store = cluster.store();
  const auto from = parse_int(call.option("resourceVersion"));
  if (from && *from > 0 && !initial) {
    const auto version = static_cast<std::uint64_t>(*from);
    if (version < store.forgotten()) return problem(too_old(version, store.forgotten()));
    if (version > store.version()) {
      return problem(
          {504, "Timeout",
           "Too large resource version: " + std::to_string(version) +
               ", current: " + std::to_string(store.version()),
           Value::object({{"causes", Value::array({Value::object(
                                         {{"reason", "ResourceVersionTooLarge"},
                                          {"message", "Too large resource version"}})})}}),
           1});
    }
    watcher.sent_ = version;
    return watcher;
  }
  watcher.sent_ = store.version();
  for (const auto& [name, object] : store.all(watcher.storage_)) {
    if (!watcher.ns_.empty() && name.first != watcher.ns_) continue;
    if (!watcher.name_.empty() && name.second != watcher.name_) continue;
    if (!watcher.selector_.matches(object)) continue;
    watcher.first_.push_back(watcher.line(cluster, "ADDED", object));
  }
  if (initial) watcher.first_.push_back(watcher.bookmark(cluster, watcher.sent_, true));
  return watcher;
}

std::string Watcher::line(const Cluster&, const char* type, const Value& object) const {
  Value shown = object.with("apiVersion", group_);
  if (partial_) {
    shown = Value::object({{"kind", "PartialObjectMetadata"},
                           {"apiVersion", "meta.k8s.io/v1"},
                           {"metadata", object["metadata"]}});
  }
  return codec::to_json(Value::object({{"type", type}, {"object", shown}})) + "\n";
}

std::string Watcher::bookmark(const Cluster& cluster, std::uint64_t version, bool initial) const {
  Value metadata = Value::object({{"resourceVersion", std::to_string(version)}});
  if (initial) {
    metadata = metadata.with("annotations", Value::object({{"k8s.io/initial-events-end", "true"}}));
  }
  return line(cluster, "BOOKMARK",
              Value::object({{"kind", kind_}, {"apiVersion", group_}, {"metadata", metadata}}));
}

std::vector<std::string> Watcher::poll(const Cluster& cluster) {
  std::vector<std::string> lines(first_.begin(), first_.end());
  first_.clear();
  const Store& store = cluster.store();
  if (ended_) return lines;
  if (!failure_ && sent_ < store.forgotten()) failure_ = too_old(sent_, store.forgotten());
  if (failure_) {
    ended_ = true;
    lines.push_back(
        codec::to_json(Value::object({{"type", "ERROR"}, {"object", status_object(*failure_)}})) +
        "\n");
    return lines;
  }
  for (const Change& change : store.changes()) {
    if (change.version <= sent_ || change.storage != storage_) continue;
    if (!ns_.empty() && change.name.first != ns_) continue;
    if (!name_.empty() && change.name.second != name_) continue;
    const bool was = !change.before.is_null() && selector_.matches(change.before);
    const bool is = !change.after.is_null() && selector_.matches(change.after);
    if (is) {
      lines.push_back(line(cluster, was ? "MODIFIED" : "ADDED", change.after));
    } else if (was) {
      // One that leaves the selection looks deleted, with its old content and the new version.
      const Value& last = change.after.is_null()
                              ? change.gone
                              : change.before.with_path({"metadata", "resourceVersion"},
                                                        std::to_string(change.version));
      lines.push_back(line(cluster, "DELETED", last));
    }
  }
  sent_ = store.version();
  const MonoTime now = cluster.clock().mono();
  if (bookmarks_ && now >= next_bookmark_) {
    next_bookmark_ = now + kBookmarks;
    lines.push_back(bookmark(cluster, sent_, false));
  }
  if (now >= end_) ended_ = true;
  return lines;
}

}  // namespace rumbo::fake_api
