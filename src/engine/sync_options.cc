#include "engine/sync_options.h"

#include <algorithm>

#include "base/strings.h"
#include "model/object.h"

namespace rumbo::engine {
namespace {

using Apply = SyncOptions::Apply;

// The words that are understood, and what becomes of them. Rows of standing "refused" are errors
// with their text as the reason; "always" and "other means" are accepted and change nothing.
constexpr SyncOptionRow kRows[] = {
    {"Prune=false", "Argo CD", "both", "has",
     "the object is kept when it is no longer declared; the plan lists it"},
    {"Prune=confirm", "Argo CD", "both", "has", "it is kept until a sync with `--confirm-prune`"},
    {"Delete=false", "Argo CD", "both", "has", "it is kept when its application is deleted"},
    {"Delete=confirm", "Argo CD", "both", "has",
     "it is kept until a `rumbo delete --cascade` with `--confirm-prune`"},
    {"Force=true", "Argo CD", "both", "has",
     "an update that is impossible (an immutable field) deletes the object and creates it anew; "
     "never of volumes, claims, namespaces and CRDs"},
    {"SkipDryRunOnMissingResource=true", "Argo CD", "both", "has",
     "an object whose kind is not served yet is not dry-run before the transaction begins, only in "
     "its wave"},
    {"PrunePropagationPolicy=foreground", "Argo CD", "both", "has",
     "dependants go before the object"},
    {"PrunePropagationPolicy=background", "Argo CD", "both", "has",
     "dependants go after the object (the default)"},
    {"PrunePropagationPolicy=orphan", "Argo CD", "both", "has", "dependants are kept"},
    {"CreateNamespace=true", "Argo CD", "application", "has",
     "the environment's namespace is created if it is missing, and never deleted; a Podman host "
     "needs none"},
    {"Prune=true", "Argo CD", "both", "always", "the default"},
    {"Delete=true", "Argo CD", "both", "always", "the default"},
    {"PruneLast=true", "Argo CD", "both", "always",
     "what is no longer declared is deleted after the commit, when all else is healthy"},
    {"ApplyOutOfSyncOnly=true", "Argo CD", "application", "always",
     "an object that is as declared is not written"},
    {"ServerSideApply=true", "Argo CD", "both", "always", "every write is a server-side apply"},
    {"RespectIgnoreDifferences=true", "Argo CD", "application", "always",
     "ignored fields keep their live values when the object is written"},
    {"FailOnSharedResource=true", "Argo CD", "application", "always",
     "an object declared by two applications is an error of the plan"},
    {"Validate=true", "Argo CD", "both", "always", "everything is checked before it is written"},
    {"Replace=true", "Argo CD", "both", "other means",
     "accepted, and changes nothing: a server-side apply has no limit of size and drops what is no "
     "longer declared; for immutable fields use `Force=true`"},
    {"ClientSideApplyMigration=true", "Argo CD", "both", "other means",
     "`sync.adopt: true` takes over what `kubectl apply` wrote"},
    {"ClientSideApplyMigration=false", "Argo CD", "both", "other means",
     "the default: without `sync.adopt` nothing is taken over"},
    {"ServerSideApply=false", "Argo CD", "both", "refused",
     "a client-side apply does not tell who owns a field, so that neither conflicts nor an exact "
     "undo would be possible; leave it out"},
    {"RespectIgnoreDifferences=false", "Argo CD", "application", "refused",
     "an ignored field that a sync overwrites would drift at once again; leave the rule out "
     "instead"},
    {"FailOnSharedResource=false", "Argo CD", "application", "refused",
     "two owners of one object would undo each other; declare it in one application"},
    {"PruneLast=false", "Argo CD", "both", "refused",
     "what was deleted before the commit could not be restored; leave it out"},
    {"ApplyOutOfSyncOnly=false", "Argo CD", "application", "refused",
     "writing what is as declared changes nothing; leave it out"},
    {"Validate=false", "Argo CD", "both", "refused",
     "what the target would reject must be known before anything is touched; leave it out"},
    {"kustomize.toolkit.fluxcd.io/prune: disabled", "Flux", "object", "has",
     "as `Prune=false` and `Delete=false`"},
    {"kustomize.toolkit.fluxcd.io/reconcile: disabled", "Flux", "object", "has",
     "the object is neither written nor healed nor deleted, also if only the live one says so"},
    {"kustomize.toolkit.fluxcd.io/ssa: IfNotPresent", "Flux", "object", "has",
     "it is created if it is missing and left alone otherwise"},
    {"kustomize.toolkit.fluxcd.io/ssa: Ignore", "Flux", "object", "has",
     "as `reconcile: disabled`"},
    {"kustomize.toolkit.fluxcd.io/ssa: Override", "Flux", "object", "has",
     "fields that other managers own are taken over, for this object only"},
    {"kustomize.toolkit.fluxcd.io/ssa: Merge", "Flux", "object", "always",
     "fields that are not declared stay with their managers"},
    {"kustomize.toolkit.fluxcd.io/force: enabled", "Flux", "object", "has", "as `Force=true`"},
    {"helm.sh/resource-policy: keep", "Helm", "object", "has",
     "as `Prune=false` and `Delete=false`"},
};

constexpr std::string_view kFlux = "kustomize.toolkit.fluxcd.io/";

/// Sets what a word of standing "has" means.
void set(std::string_view word, SyncOptions& options) {
  const std::size_t equals = word.find('=');
  const std::string_view name = word.substr(0, equals);
  const std::string_view value = word.substr(equals + 1);
  const Permission permission = value == "false"     ? Permission::denied
                                : value == "confirm" ? Permission::confirm
                                                     : Permission::granted;
  if (name == "Prune") options.prune = permission;
  if (name == "Delete") options.remove = permission;
  if (name == "Force") options.recreate = true;
  if (name == "SkipDryRunOnMissingResource") options.kind_may_be_unknown = true;
  if (name == "CreateNamespace") options.create_namespace = true;
  if (name == "PrunePropagationPolicy") options.propagation = value;
}

Result<> read_word(std::string_view word, bool application, SyncOptions& options) {
  std::vector<std::string_view> known;
  for (const SyncOptionRow& row : kRows) {
    if (row.from != "Argo CD") continue;
    known.push_back(row.word);
    if (row.word != word) continue;
    if (row.standing == "refused") {
      return fail(Code::unsupported,
                  "sync option `" + std::string(word) + "` is refused: " + std::string(row.text));
    }
    if (!application && row.where == "application") {
      return fail(Error(Code::invalid, "sync option `" + std::string(word) +
                                           "` is of an application, not of one object")
                      .with_hint("write it into spec.sync.options"));
    }
    set(word, options);
    return {};
  }
  const std::string_view near = closest(word, known);
  return fail(Error(Code::invalid, "sync option `" + printable(word, 60) + "` is not known")
                  .with_hint(near.empty() ? "`rumbo docs sync-options` lists them"
                                          : "did you mean `" + std::string(near) + "`?"));
}

Result<> read_words(std::string_view text, SyncOptions& options) {
  for (const std::string_view part : split(text, ',')) {
    if (const std::string_view word = trim(part); !word.empty()) {
      TRY(read_word(word, false, options));
    }
  }
  return {};
}

/// kustomize-controller takes these as labels as well.
std::string_view flux(const Value& object, std::string_view name) {
  const std::string full = std::string(kFlux) + std::string(name);
  const std::string_view value = annotation(object, full);
  return value.empty() ? object["metadata"]["labels"][full].as_string() : value;
}

Result<> read_flux(const Value& object, SyncOptions& options) {
  if (flux(object, "prune") == "disabled") {
    options.prune = options.remove = Permission::denied;
  }
  if (flux(object, "force") == "enabled") options.recreate = true;
  const std::string_view ssa = flux(object, "ssa");
  if (ssa == "Override") {
    options.takes_foreign_fields = true;
  } else if (ssa == "IfNotPresent") {
    options.apply = Apply::if_missing;
  } else if (ssa == "Ignore") {
    options.apply = Apply::never;
  } else if (!ssa.empty() && ssa != "Merge") {
    return fail(
        Error(Code::invalid, std::string(kFlux) + "ssa: `" + printable(ssa, 40) + "` is not known")
            .with_hint("known are Override, Merge, IfNotPresent and Ignore"));
  }
  if (flux(object, "reconcile") == "disabled") options.apply = Apply::never;
  if (options.apply == Apply::never) options.prune = options.remove = Permission::denied;
  return {};
}

}  // namespace

Result<SyncOptions> application_options(const std::vector<std::string>& words) {
  SyncOptions out;
  for (const std::string& word : words) TRY(read_word(trim(word), true, out));
  return out;
}

Result<SyncOptions> object_options(const Value& object, const SyncOptions& application) {
  SyncOptions out = application;
  const auto read = [&]() -> Result<> {
    if (annotation(object, "helm.sh/resource-policy") == "keep") {
      out.prune = out.remove = Permission::denied;
    }
    TRY(read_flux(object, out));
    TRY(read_words(annotation(object, "argocd.argoproj.io/sync-options"), out));
    return read_words(annotation(object, "rumbo.dev/sync-options"), out);
  };
  if (auto done = read(); !done) {
    return fail(std::move(done).error().with_context(key_of(object).to_string()));
  }
  return out;
}

std::span<const SyncOptionRow> sync_option_rows() {
  return kRows;
}

std::string sync_options_page() {
  std::string out =
      "# Sync options\n\n"
      "This page is made by `rumbo docs sync-options` from the table that the program itself "
      "uses.\n\n"
      "The words of Argo CD stand in `spec.sync.options` of an application, or, for one object, in "
      "its annotation\n`rumbo.dev/sync-options` (or `argocd.argoproj.io/sync-options`), with "
      "commas "
      "between them. Flux's and Helm's annotations\nare understood as they are.\n\n"
      "*has*: it does what it does there. *always*: Rumbo works like that whether it is written or "
      "not. *other means*:\naccepted; the text says what to use. *refused*: an error, for the "
      "reason given. A word that is in no row is an error.\n\n"
      "| Word | From | Of | Here | |\n|---|---|---|---|---|\n";
  for (const SyncOptionRow& row : kRows) {
    out += "| `" + std::string(row.word) + "` | " + std::string(row.from) + " | " +
           std::string(row.where) + " | " + std::string(row.standing) + " | " +
           std::string(row.text) + " |\n";
  }
  return out;
}

}  // namespace rumbo::engine
