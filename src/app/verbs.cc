// The table of verbs.
#include <algorithm>

#include "app/handlers.h"
#include "app/verb.h"
#include "app/verb_words.h"

namespace rumbo::app {
namespace {

using namespace words;

constexpr Verb kVerbs[] = {
    {"init", "", 0, 0, "Write a first configuration",
     "Writes ./rumbo.yaml (or the file of --config) with one application and one environment.",
     kInit, kInitExamples, kPlainExits, run_init},
    {"validate", "[PATH…]", 0, kAny, "Check configuration and manifests",
     "Checks directories of manifests, charts with their default values and overlays, and the "
     "configuration when --config is given or no PATH is. Nothing is asked of a target; remote "
     "bases of overlays and charts that others depend on are fetched, unless --offline is given. "
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
     "OBJECT is KIND/NAME, NAMESPACE/KIND/NAME or NAME. With --app it answers for what is "
     "deployed, from the files of the revision that is.",
     kWhy, kWhyExamples, "0, or 2 with the error", run_why},
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
    {"test", "APP", 1, 1, "Run the tests of what is deployed",
     "Runs the test hooks of an application (`helm.sh/hook: test`, `rumbo.dev/hook: Test`) wave by "
     "wave, as `helm test` does, and waits for them. What is deployed stays, whatever they say; "
     "drift is put right on the way, as by a sync. A target must be able to run them: a Podman "
     "host runs Jobs.",
     kTest, kTestExamples, "0 all passed, 2 one failed or error", run_test},
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
    {"refresh", "[APP…]", 0, kAny, "Look at the sources now, or at the registries",
     "With --images the registries are asked what the tags of the images mean now, and workloads "
     "whose images moved are renewed, in one transaction for each application. Nothing is "
     "rendered, and no Jobs and hooks run.",
     kRefresh, kRefreshExamples,
     "0, 1 if a source could not be read, 2 on error; with --images as sync", run_refresh},
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
