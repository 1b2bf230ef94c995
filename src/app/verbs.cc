// The table of verbs.
#include <algorithm>
#include <array>

#include "app/chart_flags.h"
#include "app/handlers.h"
#include "app/verb.h"

namespace rumbo::app {
namespace {

using Words = std::string_view;

constexpr Flag kGlobal[] = {
    {"config", 0, "FILE|DIR|GITURL",
     "configuration (./rumbo.yaml, /etc/rumbo/rumbo.yaml, STATE/config.yaml); GITURL: "
     "https://host/fleet.git//directory?ref=main"},
    {"config-credentials", 0, "FILE", "what opens GITURL: user:password, a token, or an ssh key"},
    {"state", 0, "DIR", "state directory ($RUMBO_STATE, else /var/lib/rumbo or ~/.local/state)"},
    {"output", 'o', "FORMAT", "table|wide|json|yaml|name"},
    {"environment", 'e', "NAME", "only this environment"},
    {"as", 0, "ACTOR", "who asks, as the journal names it (user:$USER)"},
    {"no-color", 0, "", "no colours, also on a terminal (as NO_COLOR)"},
    {"quiet", 'q', "", "no progress and no remarks"},
    {"verbose", 'v', "", "more detail"},
};

constexpr Flag kInit[] = {
    {"app", 0, "NAME", "the application's name (the directory's)"},
    {"git", 0, "URL", "the repository to follow (this directory)"},
    {"path", 0, "DIR", "where its manifests are in the repository"},
    {"force", 0, "", "replace a configuration that is there"},
};
constexpr Words kInitExamples[] = {
    "rumbo init",
    "rumbo init --app shop --git https://git.example.org/shop.git --path deploy",
};
constexpr std::array kRender = with_chart_flags(
    std::to_array<Flag>({
        {"namespace", 'n', "NAME", "for objects that name none; a chart's release namespace"},
        {"show-secrets", 0, "", "print the values of Secrets instead of (masked)"},
        {"helm", 0, "", "PATH is a Helm chart (found by its Chart.yaml)"},
        {"show-origin", 0, "", "print beside each line what file and layer made it"},
        {"kustomize", 0, "", "PATH is a Kustomize overlay (found by its kustomization.yaml)"},
        {"plain", 0, "", "PATH holds plain files"},
        {"load-restrictor", 0, "WORD", "overlay: LoadRestrictionsNone permits files above it"},
        {"reorder", 0, "WORD", "overlay: legacy (first namespaces, …) or none"},
        {"enable-managedby-label", 0, "", "overlay: label all objects as made by Kustomize"},
        {"enable-helm", 0, "", "overlay: render the charts of its helmCharts"},
        {"helm-kube-version", 0, "VERSION",
         "overlay: the version of Kubernetes to tell its charts"},
        {"helm-api-versions", 0, "VERSION", "overlay: API versions to tell its charts"},
        {"pins", 0, "FILE", "overlay: take remote bases as FILE says, and record them there"},
    }),
    kChartFlags);
constexpr std::array kHelm =
    with_chart_flags(std::to_array<Flag>({
                         {"namespace", 'n', "NAME", "the release's namespace"},
                         {"show-secrets", 0, "", "template -o json: print the values of Secrets"},
                         {"strict", 0, "", "lint: warnings are failures"},
                         {"manifest", 0, "", "import-release: print the release's objects instead"},
                     }),
                     kChartFlags);
constexpr Words kHelmExamples[] = {
    "rumbo helm show values oci://registry.example.org/charts/web --version ^1.2",
    "rumbo helm lint chart/ -f values-prod.yaml",
    "rumbo helm dependency build chart/",
    "kubectl get secret -l owner=helm,name=shop -o yaml | rumbo helm import-release -f -",
};
constexpr Words kWhyExamples[] = {
    "rumbo why Deployment/web.spec.replicas overlays/prod",
    "rumbo why 'web.spec.template.spec.containers[name=app].image' overlays/prod",
    "rumbo why shop-dev/ConfigMap/web.data.LOG_LEVEL deploy/ -o json",
};
constexpr Words kValidateExamples[] = {
    "rumbo validate deploy/",
    "rumbo validate --config rumbo.yaml",
    "rumbo validate deploy/ -o json",
};
constexpr Flag kValidate[] = {
    {"namespace", 'n', "NAME", "for objects that name none"},
};
constexpr Words kRenderExamples[] = {
    "rumbo render deploy/",
    "rumbo render deploy/ -n shop-dev -o json",
    "rumbo render chart/ -f values-prod.yaml --set replicas=3 --release-name shop",
    "rumbo render web --repo https://charts.example.org --version ^1.2",
    "rumbo render overlays/prod --reorder none",
};
constexpr Flag kPlan[] = {
    {"detailed", 0, "", "show the fields that change"},
    {"out", 0, "FILE", "write the plan, for `rumbo sync --plan FILE`"},
    {"revision", 0, "REV", "a commit, branch or tag instead of the configured one"},
    {"together", 0, "", "all applications in one transaction"},
    {"fresh-secrets", 0, "", "make the random passwords and certificates of charts anew"},
    {"no-hooks", 0, "", "as `rumbo sync --no-hooks` would"},
    {"allow-deletions", 0, "", "as `rumbo sync --allow-deletions` would"},
    {"confirm-prune", 0, "", "as `rumbo sync --confirm-prune` would"},
};
constexpr Words kPlanExamples[] = {
    "rumbo plan",
    "rumbo plan shop -e dev --detailed",
    "rumbo plan shop@dev --out shop.plan && rumbo sync --plan shop.plan",
};
constexpr Words kDiffExamples[] = {
    "rumbo diff",
    "rumbo diff shop@dev --revision v1.4.0",
};
constexpr Flag kSync[] = {
    {"revision", 0, "REV", "a commit, branch or tag instead of the configured one"},
    {"dry-run", 0, "", "plan only"},
    {"together", 0, "", "all applications in one transaction"},
    {"plan", 0, "FILE", "run exactly this plan; refuse if reality moved"},
    {"retry-quarantined", 0, "", "try a revision again that failed before"},
    {"fresh-secrets", 0, "", "make the random passwords and certificates of charts anew"},
    {"no-hooks", 0, "", "skip Jobs and hooks"},
    {"allow-deletions", 0, "", "delete more objects than sync.maxDeletions permits"},
    {"confirm-prune", 0, "", "delete also what is annotated with Prune=confirm"},
    {"force", 0, "", "also while all is frozen"},
};
constexpr Words kSyncExamples[] = {
    "rumbo sync",
    "rumbo sync shop@dev --revision v1.4.0",
    "rumbo sync shop database --together",
};
constexpr Flag kRollback[] = {
    {"to", 0, "TXN", "the transaction to go back to (the last committed before this one)"},
    {"with-hooks", 0, "", "run its Jobs and PreSync hooks too"},
    {"force", 0, "", "also while all is frozen"},
};
constexpr Words kRollbackExamples[] = {
    "rumbo rollback shop",
    "rumbo rollback shop -e dev --to t-000042",
};
constexpr Flag kDelete[] = {
    {"cascade", 0, "", "delete its objects; otherwise they are kept and belong to nobody"},
    {"delete-volumes", 0, "", "also its volume claims, and the data in them"},
    {"delete-namespaces", 0, "", "also its Namespaces, and all that is in them"},
    {"delete-crds", 0, "", "also its CustomResourceDefinitions, and all objects of these kinds"},
    {"confirm-prune", 0, "", "delete also what is annotated with Delete=confirm"},
    {"no-hooks", 0, "", "skip PreDelete and PostDelete hooks"},
    {"dry-run", 0, "", "plan only"},
    {"force", 0, "", "also while all is frozen"},
};
constexpr Words kDeleteExamples[] = {
    "rumbo delete shop --cascade --dry-run",
    "rumbo delete shop -e dev --cascade",
    "rumbo delete shop@dev --cascade --delete-volumes",
    "rumbo delete shop",
};
constexpr Flag kFreeze[] = {
    {"reason", 0, "TEXT", "why, for the journal and `rumbo status`"},
};
constexpr Words kFreezeExamples[] = {
    "rumbo freeze --reason 'maintenance of the storage'",
};
constexpr Words kUnfreezeExamples[] = {
    "rumbo unfreeze",
};
constexpr Words kResumeExamples[] = {
    "rumbo resume shop",
    "rumbo resume -e dev",
};
constexpr Flag kPause[] = {
    {"reason", 0, "TEXT", "why, for the journal and `rumbo status`"},
};
constexpr Words kPauseExamples[] = {
    "rumbo pause shop --reason 'database migration by hand'",
    "rumbo pause -e dev",
};
constexpr Flag kHistory[] = {
    {"max", 0, "N", "at most so many (20)"},
};
constexpr Words kHistoryExamples[] = {
    "rumbo history",
    "rumbo history shop@dev --max 5 -o wide",
};
constexpr Flag kShow[] = {
    {"records", 0, "", "the journal's records too"},
};
constexpr Words kShowExamples[] = {
    "rumbo show t-000042",
    "rumbo show t-000042 --records",
    "rumbo show t-000042 -o yaml",
};
constexpr Flag kLog[] = {
    {"follow", 'f', "", "print records as they are written"},
    {"verify", 0, "", "recompute the hash chain"},
    {"after", 0, "SEQ", "only records after this one"},
    {"max", 0, "N", "at most so many (1000)"},
    {"txn", 0, "TXN", "only this transaction's"},
};
constexpr Words kLogExamples[] = {
    "rumbo log --txn t-000042",
    "rumbo log --follow",
    "rumbo log --verify",
};
constexpr Words kGetExamples[] = {
    "rumbo get apps",
    "rumbo get objects shop@dev -o wide",
    "rumbo get drift",
};
constexpr Words kStatusExamples[] = {
    "rumbo status",
    "rumbo status shop@dev -o wide",
    "rumbo status -o json",
};
constexpr Words kRefreshExamples[] = {
    "rumbo refresh",
    "rumbo refresh shop",
};
constexpr Flag kRecover[] = {
    {"undo", 0, "", "undo what is left of TXN"},
    {"finish", 0, "", "go on to its end"},
    {"accept", 0, "", "take what is there as it is and close it"},
    {"from-target", 0, "", "take what runs on the host into the inventory, by its labels"},
    {"recreate-volume", 0, "", "APP [CLAIM]: an empty volume where a claim's was lost"},
    {"adopt", 0, "", "the host's storage is another one, and that is right"},
    {"forget", 0, "", "APP [OBJECT]: give up objects without touching what is left of them"},
    {"accept-journal-up-to", 0, "SEQ", "go on with a damaged journal, without its later records"},
};
constexpr Words kRecoverExamples[] = {
    "rumbo recover",
    "rumbo recover t-000042 --undo",
    "rumbo recover --from-target",
    "rumbo recover --recreate-volume shop@dev PersistentVolumeClaim/data",
    "rumbo recover --accept-journal-up-to 1041 --state /var/lib/rumbo",
};
constexpr Flag kImport[] = {
    {"out", 0, "DIR", "write files there (else to standard output)"},
    {"force", 0, "", "replace files that are there"},
};
constexpr Words kImportExamples[] = {
    "rumbo import podman --out deploy",
    "rumbo import podman web db",
    "rumbo import podman -o json",
};
constexpr Flag kBackup[] = {
    {"out", 0, "FILE", "where to; - is standard output (rumbo-backup-TIME.tar.gz here)"},
    {"passphrase-file", 0, "FILE", "put the key in too, sealed under the first line of this file"},
};
constexpr Words kBackupExamples[] = {
    "rumbo backup",
    "rumbo backup --out /backup/rumbo.tar.gz --passphrase-file /root/backup.pass",
};
constexpr Flag kRestore[] = {
    {"passphrase-file", 0, "FILE", "whose first line opens the key in the backup"},
    {"key", 0, "FILE", "the installation key, where the backup does not hold it"},
};
constexpr Words kRestoreExamples[] = {
    "rumbo restore rumbo.tar.gz --passphrase-file /root/backup.pass",
    "rumbo restore rumbo.tar.gz --state /var/lib/rumbo --key /safe/key",
};
constexpr Flag kServe[] = {
    {"listen", 0, "ADDRESS", "refused for now: the daemon serves STATE/rumbo.sock only"},
    {"log-format", 0, "FORMAT", "plain|json, of the lines on stderr"},
};
constexpr Words kServeExamples[] = {
    "rumbo serve --config /etc/rumbo/rumbo.yaml",
    "rumbo serve --state /var/lib/rumbo --log-format json",
    "rumbo serve --config 'https://git.example.org/fleet.git//clusters/prod?ref=main'",
};
constexpr Words kDoctorExamples[] = {
    "rumbo doctor",
    "rumbo doctor -o json",
};
constexpr Words kVersionExamples[] = {
    "rumbo version",
    "rumbo version -o json",
};
constexpr Flag kLogs[] = {
    {"container", 'c', "NAME", "which of the pod's containers (the first)"},
    {"all-containers", 0, "", "all of them, init containers too"},
    {"tail", 0, "N", "the last so many lines of each container, or `all` (100)"},
    {"follow", 'f', "", "print lines as they are written"},
    {"previous", 'p', "", "what was written before the last restart"},
    {"since", 0, "WHEN", "only newer lines: 5m, or 2026-01-02T03:04:05Z"},
    {"timestamps", 0, "", "begin each line with its time"},
    {"prefix", 0, "", "begin each line with its pod and container (as with several)"},
};
constexpr Words kLogsExamples[] = {
    "rumbo logs Deployment/web",
    "rumbo logs shop@dev Deployment/web -c app --tail 20",
    "rumbo logs shop --follow",
    "rumbo logs web --previous --since 1h",
};
constexpr Flag kWait[] = {
    {"timeout", 0, "DURATION", "how long (5m)"},
};
constexpr Words kWaitExamples[] = {
    "rumbo wait shop@dev",
    "rumbo wait --timeout 30s",
};
constexpr Words kCompletionExamples[] = {
    "source <(rumbo completion bash)",
    "rumbo completion bash > /etc/bash_completion.d/rumbo",
    "rumbo completion fish > ~/.config/fish/completions/rumbo.fish",
};
constexpr Words kDocsExamples[] = {
    "rumbo docs cli > docs/cli.md",
    "rumbo docs configuration-schema > rumbo.schema.json",
};

constexpr Words kSyncExits =
    "0 committed or nothing to do, 3 restored, 4 needs an operator, 2 refused or error";
constexpr Words kPlainExits = "0, or 2 on error";

constexpr Verb kVerbs[] = {
    {"init", "", 0, 0, "Write a first configuration",
     "Writes ./rumbo.yaml (or the file of --config) with one application and one environment.",
     kInit, kInitExamples, kPlainExits, run_init},
    {"validate", "[PATH…]", 0, kAny, "Check configuration and manifests offline",
     "Checks directories of manifests, charts with their default values and overlays, and the "
     "configuration when --config is given or no PATH is. "
     "Findings are printed as compilers do: file:line:column: error: what.",
     kValidate, kValidateExamples, "0 valid, 2 not", run_validate},
    {"render", "PATH", 1, 1, "Print the manifest of a directory",
     "Prints the objects a deployment of PATH would want, as YAML documents. A Helm chart (a "
     "directory, .tgz, oci:// URL, or a name with --repo) is printed exactly as `helm template` "
     "prints it, an overlay as "
     "`kustomize build` does: with the values of its Secrets.",
     kRender, kRenderExamples, "0, or 2 with the error", run_render},
    {"helm", "show|template|lint|dependency|import-release …", 1, 20, "Look at Helm charts",
     "show chart|values|readme|crds|all CHART prints what a chart says of itself; template CHART "
     "is `rumbo render`; lint [CHART…] checks charts; dependency list|build [CHART] looks after "
     "charts/; import-release writes an Application for a release of Helm out of the Secret that "
     "Helm keeps (-f FILE, or standard input). CHART is a directory, a .tgz, an oci:// URL, or a "
     "name with --repo.",
     kHelm, kHelmExamples, "0, 2 on error or if a chart fails its lint", run_helm},
    {"why", "OBJECT.FIELD [PATH]", 1, 2, "Tell what made a field what it is",
     "Renders PATH (the current directory) as `rumbo render` does and lists every file, patch, "
     "generator, transformer and value that set the field; the last one made it what it is. "
     "OBJECT is KIND/NAME, NAMESPACE/KIND/NAME or NAME.",
     kRender, kWhyExamples, "0, or 2 with the error", run_why},
    {"plan", "[APP…]", 0, kAny, "Tell what a sync would change",
     "Changes nothing. Values of Secrets are masked.", kPlan, kPlanExamples,
     "0 nothing differs, 1 something does, 2 refused or error", run_plan},
    {"diff", "[APP…]", 0, kAny, "Tell which fields a sync would change",
     "As `rumbo plan --detailed`.", kPlan, kDiffExamples,
     "0 nothing differs, 1 something does, 2 refused or error", run_diff},
    {"sync", "[APP…]", 0, kAny, "Deploy, as a transaction",
     "Brings applications to the wanted revision. Every transaction ends committed (all healthy), "
     "restored (as before), or needs an operator, and the journal says which and why.",
     kSync, kSyncExamples, kSyncExits, run_sync},
    {"rollback", "APP", 1, 1, "Go back to an earlier committed state",
     "A transaction to what the journal holds of an earlier one; it works with Git down. "
     "Afterwards the application is held until `rumbo resume` or a revision with other content.",
     kRollback, kRollbackExamples, kSyncExits, run_rollback},
    {"delete", "APP", 1, 1, "Delete an application's objects, or give them up",
     "With --cascade a transaction deletes what the application owns, in the reverse order of its "
     "making, after its PreDelete hooks; volume claims, Namespaces and CRDs are kept unless their "
     "flag is given. Without it the objects stay, and belong to nobody. If the application is "
     "still configured it is paused, so that automation does not bring it back; `rumbo resume` "
     "does.",
     kDelete, kDeleteExamples, kSyncExits, run_delete},
    {"resume",
     "[APP…]",
     0,
     kAny,
     "End a hold or a pause",
     "",
     {},
     kResumeExamples,
     kPlainExits,
     run_resume},
    {"pause", "[APP…]", 0, kAny, "Stop automatic syncs and healing",
     "Drift and new revisions are still seen and reported. `rumbo resume` ends it.", kPause,
     kPauseExamples, kPlainExits, run_pause},
    {"freeze", "", 0, 0, "Keep everything as it is",
     "Nothing is deployed, deleted or healed any more, by nobody, but by a person with --force. "
     "Plans, drift and status go on, containers that die are restarted, and open transactions "
     "come to their end.",
     kFreeze, kFreezeExamples, kPlainExits, run_freeze},
    {"unfreeze", "", 0, 0, "End a freeze", "", {}, kUnfreezeExamples, kPlainExits, run_unfreeze},
    {"history", "[APP…]", 0, kAny, "List transactions, newest first", "", kHistory,
     kHistoryExamples, kPlainExits, run_history},
    {"show", "TXN", 1, 1, "Show one transaction in full",
     "Its cause, outcome, steps, and the evidence of a failure.", kShow, kShowExamples, kPlainExits,
     run_show},
    {"log", "[APP…]", 0, kAny, "Print or verify the journal", "", kLog, kLogExamples,
     "0, or 2 on error or a broken chain", run_log},
    {"get",
     "KIND [APP…]",
     1,
     kAny,
     "List apps, environments, objects, drift or images",
     "",
     {},
     kGetExamples,
     kPlainExits,
     run_get},
    {"status",
     "[APP…]",
     0,
     kAny,
     "Tell whether all is well",
     "",
     {},
     kStatusExamples,
     "0 healthy, 1 not, 2 error",
     run_status},
    {"refresh",
     "[APP…]",
     0,
     kAny,
     "Look at the sources now",
     "",
     {},
     kRefreshExamples,
     "0, 1 if a source could not be read, 2 on error",
     run_refresh},
    {"recover", "[TXN | APP [OBJECT]]", 0, 2,
     "Take up open transactions, or decide what only you can",
     "Without TXN every open transaction is taken up again. With TXN one of --undo, --finish and "
     "--accept decides on a transaction that needs an operator. The other flags are for a state "
     "that was lost or restored, a host whose storage or volumes are gone, and a damaged journal; "
     "docs/operations.md tells when.",
     kRecover, kRecoverExamples, kSyncExits, run_recover},
    {"import", "podman [NAME…]", 1, kAny, "Write manifests for containers that run already",
     "Looks at the caller's running containers (of `podman run`, `podman kube play`, compose) and "
     "writes what would run them here: for each pod or compose service a Deployment with its "
     "Services and claims. It tells what cannot be carried over, and touches nothing that runs.",
     kImport, kImportExamples, kPlainExits, run_import},
    {"backup", "", 0, 0, "Write a copy of the state to a file",
     "A consistent copy of journal, manifests and records, also while the daemon works. Secrets in "
     "it are encrypted under the installation key, which is left out unless a passphrase is given.",
     kBackup, kBackupExamples, kPlainExits, run_backup},
    {"restore", "FILE", 1, 1, "Make a state directory of a backup",
     "The state directory (--state) must be empty or missing, and no daemon may run on it.",
     kRestore, kRestoreExamples, kPlainExits, run_restore},
    {"serve", "", 0, 0, "Run the daemon",
     "Watches the sources, deploys, heals, and serves the API on STATE/rumbo.sock. SIGTERM "
     "suspends open transactions and ends it within seconds; the next start resumes them. A "
     "changed configuration is taken up by itself; a broken one is refused whole, and the old one "
     "stays in force.",
     kServe, kServeExamples, "0 after SIGTERM or SIGINT, 2 on error", run_serve},
    {"doctor",
     "",
     0,
     0,
     "Check this machine and the installation",
     "",
     {},
     kDoctorExamples,
     "0 all well (warnings included), 1 something fails, 2 error",
     run_doctor},
    {"version",
     "",
     0,
     0,
     "Print the version and how it was built",
     "",
     {},
     kVersionExamples,
     kPlainExits,
     run_version},
    {"logs", "[APP] [OBJECT]", 0, 2, "Print what containers wrote",
     "Of one workload (Deployment/web, or web), or of every workload of an application. With "
     "several "
     "pods or containers each line begins with its place.",
     kLogs, kLogsExamples, kPlainExits, run_logs},
    {"wait", "[APP…]", 0, kAny, "Wait until applications are synced and healthy", "", kWait,
     kWaitExamples, "0 healthy, 1 timed out, 2 error", run_wait},
    {"completion",
     "bash|zsh|fish",
     1,
     1,
     "Print a completion script for the shell",
     "",
     {},
     kCompletionExamples,
     kPlainExits,
     run_completion},
    {"docs",
     "cli|configuration|configuration-schema|podman-fields|sync-options|helm-functions|man",
     1,
     1,
     "Print a generated page",
     "",
     {},
     kDocsExamples,
     kPlainExits,
     run_docs,
     true},
};

}  // namespace

std::span<const Verb> verbs() {
  return kVerbs;
}

const Verb* find_verb(std::string_view name) {
  const auto* found = std::find_if(std::begin(kVerbs), std::end(kVerbs),
                                   [&](const Verb& verb) { return verb.name == name; });
  return found == std::end(kVerbs) ? nullptr : found;
}

std::span<const Flag> global_flags() {
  return kGlobal;
}

}  // namespace rumbo::app
