// dry_run: the server's own word on a step before anything is touched.
#include "target/kubernetes/ownership.h"
#include "target/kubernetes/target_parts.h"
#include "target/kubernetes/write_body.h"

namespace rumbo::target::kubernetes {
namespace {

constexpr std::size_t kMaxName = 63;

/// A name nobody uses, as long as the kind's rules allow.
std::string throw_away(const std::string& name) {
  constexpr std::string_view kSuffix = "-rumbo-probe";
  return name.substr(0, kMaxName - kSuffix.size()) + std::string(kSuffix);
}

/// `conflict with "kubectl-edit" using apps/v1 at …`: the server tells the manager only so.
std::string manager_in(const std::string& message) {
  const std::size_t open = message.find('"');
  const std::size_t close = message.find('"', open + 1);
  if (open == std::string::npos || close == std::string::npos) return "another manager";
  return message.substr(open + 1, close - open - 1);
}

/// A webhook with side effects makes every dry-run fail; no status code tells that apart.
bool cannot_be_dry_run(const ApiError& error) {
  return error.error.message().find("does not support dry run") != std::string::npos;
}

}  // namespace

std::vector<Attribution> conflicts_of(const ObjectKey& key, const ApiError& error) {
  std::vector<Attribution> out;
  for (const ApiCause& cause : error.causes) {
    if (cause.reason != "FieldManagerConflict") continue;
    const std::string field = cause.field.starts_with('.') ? cause.field.substr(1) : cause.field;
    out.push_back({key, manager_in(cause.message), field, {}});
  }
  return out;
}

bool takes_back(const Item& item, const ApiError& error) {
  if (error.failure != ApiFailure::owned_elsewhere || item.pre.absent) return false;
  std::vector<std::string> paths;
  for (const Attribution& one : conflicts_of(item.key, error)) paths.push_back("." + one.field);
  return !paths.empty() && owned_before(item.pre.object, paths);
}

ApiResult<Applied> KubernetesTarget::Parts::try_apply(const Step& step, const Resource& resource,
                                                      const Cancel& cancel) {
  const Item& item = step.items.at(0);
  const std::string applied = applied_digest(item.want_object);
  Value body = marked(apply_body(item.want_object, resource), owner(item, TxnId{"dry-run"}),
                      applied, std::string());
  body = item.pre.absent ? if_absent(body) : with_precondition(body, item.pre.uid, "");
  ApplyOptions how{std::string(kManager), step.takes_foreign_fields, true};
  auto done = client.apply(resource, body, how, cancel);
  if (!done && takes_back(item, done.error())) {
    how.force = true;
    done = client.apply(resource, body, how, cancel);
  }
  if (!done) return done;
  const std::string fields = fields_mark(own_fields(done->object));
  memory.with([&](Memory& known) {
    known.fields[{item.key, applied.empty() ? item.want_digest : applied}] = fields;
  });
  return done;
}

/// The manifest under another name, as if it were new: tells a field that cannot be changed from
/// one that is wrong, without reading the server's words.
ApiResult<> KubernetesTarget::Parts::probe(const Resource& resource, const Item& item,
                                           const Cancel& cancel) {
  Value body = apply_body(item.want_object, resource);
  body = body.with("metadata", body["metadata"].with("name", throw_away(item.key.name)));
  // What the server gives out once cannot be asked for again, not even under another name.
  if (item.key.kind == "Service") {
    Value spec = body["spec"];
    for (const char* taken : {"clusterIP", "clusterIPs", "healthCheckNodePort"}) {
      if (spec[taken].as_string() != "None") spec = spec.without(taken);
    }
    body = body.with("spec", spec);
  }
  TRY(client.apply(resource, if_absent(body), {std::string(kManager), false, true}, cancel));
  return {};
}

Result<DryRunItem> KubernetesTarget::Parts::refused(const Step& step, const Resource& resource,
                                                    ApiError error, const Cancel& cancel) {
  const Item& item = step.items.at(0);
  DryRunItem out;
  out.key = item.key;
  const auto reject = [&](std::string message) {
    out.accepted = false;
    out.message = std::move(message);
    if (!error.error.hint().empty()) out.message += " (" + error.error.hint() + ")";
    return out;
  };
  if (cannot_be_dry_run(error)) {
    out.ignored.push_back("not dry-run: " + error.error.message());
    return out;
  }
  switch (error.failure) {
    case ApiFailure::owned_elsewhere:
      out.conflicts = conflicts_of(item.key, error);
      if (out.conflicts.empty()) return reject(error.error.message());
      return out;
    case ApiFailure::version_conflict:
    case ApiFailure::exists:
      return fail(Code::conflict,
                  item.key.to_string() + (item.pre.absent ? " was created by someone else meanwhile"
                                                          : " was replaced meanwhile"));
    case ApiFailure::absent:
      return reject(error.error.message() + (item.pre.absent && resource.namespaced
                                                 ? "; is its namespace declared by any application?"
                                                 : ""));
    case ApiFailure::invalid:
      if (!item.pre.absent && error.status == 422 && probe(resource, item, cancel)) {
        out.immutable = true;
        out.message = error.error.message();
        return out;
      }
      return reject(error.error.message());
    case ApiFailure::forbidden:
    case ApiFailure::terminating:
    case ApiFailure::too_large:
      return reject(error.error.message());
    default:
      break;
  }
  // A dry-run has no effect: it may always be sent again.
  if (error.error.retry() == Retry::unknown_outcome) {
    return fail(std::move(error.error).with_retry(Retry::later));
  }
  return fail(std::move(error.error));
}

Result<DryRunItem> KubernetesTarget::Parts::dry_run_item(const Step& step, const Cancel& cancel) {
  const Item& item = step.items.at(0);
  DryRunItem out;
  out.key = item.key;
  if (step.kind == StepKind::prune || step.kind == StepKind::retire) return out;
  const auto served = resource(item.key, cancel, item.want_object["apiVersion"].as_string());
  if (!served) {
    if (served.error().failure != ApiFailure::not_served) return fail(Error(served.error()));
    out.kind_unknown = true;
    out.message = served.error().error.message();
    if (const std::string& hint = served.error().error.hint(); !hint.empty()) {
      out.message += " (" + hint + ")";
    }
    return out;
  }
  if (step.kind == StepKind::hook) {
    // It replaces the one of the last run, whose fields cannot be changed.
    const auto probed = probe(*served, item, cancel);
    return probed ? Result<DryRunItem>(out) : refused(step, *served, probed.error(), cancel);
  }
  const auto done = try_apply(step, *served, cancel);
  return done ? Result<DryRunItem>(out) : refused(step, *served, done.error(), cancel);
}

Result<DryRun> KubernetesTarget::dry_run(const Step& step, const Cancel& cancel) {
  DryRun out;
  out.items.push_back(TRY(parts_->dry_run_item(step, cancel)));
  return out;
}

}  // namespace rumbo::target::kubernetes
