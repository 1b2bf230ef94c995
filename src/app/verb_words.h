// The flags and examples of the verbs, which the table in verbs.cc puts together.
//
// Threads: constant data.
#pragma once

#include <array>
#include <string_view>

#include "app/chart_flags.h"
#include "app/verb.h"

namespace rumbo::app::words {

using Words = std::string_view;

inline constexpr Flag kGlobal[] = {
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

inline constexpr Flag kInit[] = {
    {"app", 0, "NAME", "the application's name (the directory's)"},
    {"git", 0, "URL", "the repository to follow (this directory)"},
    {"path", 0, "DIR", "where its manifests are in the repository"},
    {"force", 0, "", "replace a configuration that is there"},
};
inline constexpr Words kInitExamples[] = {
    "rumbo init",
    "rumbo init --app shop --git https://git.example.org/shop.git --path deploy",
};
/// How overlays are built, whichever verb builds them.
inline constexpr auto kOverlayFlags = std::to_array<Flag>({
    {"load-restrictor", 0, "WORD", "overlay: LoadRestrictionsNone permits files above it"},
    {"enable-helm", 0, "", "overlay: render the charts of its helmCharts"},
    {"helm-kube-version", 0, "VERSION", "overlay: the version of Kubernetes to tell its charts"},
    {"helm-api-versions", 0, "VERSION", "overlay: API versions to tell its charts"},
    {"pins", 0, "FILE", "take remote bases and charts as FILE says, and record them there"},
});
inline constexpr std::array kRender = with_flags(
    with_flags(
        std::to_array<Flag>({
            {"namespace", 'n', "NAME", "for objects that name none; a chart's release namespace"},
            {"show-secrets", 0, "", "print the values of Secrets instead of (masked)"},
            {"helm", 0, "", "PATH is a Helm chart (found by its Chart.yaml)"},
            {"show-origin", 0, "", "print beside each line what file and layer made it"},
            {"kustomize", 0, "", "PATH is a Kustomize overlay (found by its kustomization.yaml)"},
            {"plain", 0, "", "PATH holds plain files"},
            {"reorder", 0, "WORD", "overlay: legacy (first namespaces, …) or none"},
            {"enable-managedby-label", 0, "", "overlay: label all objects as made by Kustomize"},
        }),
        kOverlayFlags),
    kChartFlags);
inline constexpr std::array kHelm = with_flags(
    std::to_array<Flag>({
        {"namespace", 'n', "NAME", "the release's namespace"},
        {"show-secrets", 0, "", "template -o json: print the values of Secrets"},
        {"jsonpath", 0, "TEMPLATE", "show values: print these of them, as '{.image.tag}'"},
        {"strict", 0, "", "lint: warnings are failures"},
        {"manifest", 0, "", "import-release: print the release's objects instead"},
    }),
    kChartFlags);
/// Those of `render`, and which application is meant.
inline constexpr std::array kWhy =
    with_flags(std::to_array<Flag>({
                   {"app", 0, "APP", "what is deployed as APP (shop, shop@dev) instead of PATH"},
               }),
               kRender);
inline constexpr Words kHelmExamples[] = {
    "rumbo helm show values oci://registry.example.org/charts/web --version ^1.2",
    "rumbo helm show values chart/ --jsonpath '{.image.repository}:{.image.tag}'",
    "rumbo helm lint chart/ -f values-prod.yaml",
    "rumbo helm dependency build chart/",
    "kubectl get secret -l owner=helm,name=shop -o yaml | rumbo helm import-release -f -",
};
inline constexpr Words kWhyExamples[] = {
    "rumbo why Deployment/web.spec.replicas overlays/prod",
    "rumbo why 'web.spec.template.spec.containers[name=app].image' overlays/prod",
    "rumbo why shop-dev/ConfigMap/web.data.LOG_LEVEL deploy/ -o json",
    "rumbo why Deployment/web.spec.replicas --app shop@dev",
};
inline constexpr Words kValidateExamples[] = {
    "rumbo validate deploy/",
    "rumbo validate overlays/prod --enable-helm --pins remotes.lock",
    "rumbo validate --config rumbo.yaml",
    "rumbo validate deploy/ -o json",
};
inline constexpr std::array kValidate = with_flags(
    std::to_array<Flag>({
        {"namespace", 'n', "NAME", "for objects that name none"},
        {"offline", 0, "", "fetch nothing: what needs remote bases or charts is not valid"},
    }),
    kOverlayFlags);
inline constexpr Words kRenderExamples[] = {
    "rumbo render deploy/",
    "rumbo render deploy/ -n shop-dev -o json",
    "rumbo render chart/ -f values-prod.yaml --set replicas=3 --release-name shop",
    "rumbo render web --repo https://charts.example.org --version ^1.2",
    "rumbo render overlays/prod --reorder none",
};
inline constexpr Flag kPlan[] = {
    {"detailed", 0, "", "show the fields that change"},
    {"out", 0, "FILE", "write the plan, for `rumbo sync --plan FILE`"},
    {"revision", 0, "REV", "a commit, branch or tag instead of the configured one"},
    {"together", 0, "", "all applications in one transaction"},
    {"fresh-secrets", 0, "", "make the random passwords and certificates of charts anew"},
    {"no-hooks", 0, "", "as `rumbo sync --no-hooks` would"},
    {"allow-deletions", 0, "", "as `rumbo sync --allow-deletions` would"},
    {"confirm-prune", 0, "", "as `rumbo sync --confirm-prune` would"},
};
inline constexpr Words kPlanExamples[] = {
    "rumbo plan",
    "rumbo plan shop -e dev --detailed",
    "rumbo plan shop@dev --out shop.plan && rumbo sync --plan shop.plan",
};
inline constexpr Words kDiffExamples[] = {
    "rumbo diff",
    "rumbo diff shop@dev --revision v1.4.0",
};
inline constexpr Flag kSync[] = {
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
inline constexpr Words kSyncExamples[] = {
    "rumbo sync",
    "rumbo sync shop@dev --revision v1.4.0",
    "rumbo sync shop database --together",
};
inline constexpr Flag kRollback[] = {
    {"to", 0, "TXN", "the transaction to go back to (the last committed before this one)"},
    {"with-hooks", 0, "", "run its Jobs and PreSync hooks too"},
    {"force", 0, "", "also while all is frozen"},
};
inline constexpr Words kRollbackExamples[] = {
    "rumbo rollback shop",
    "rumbo rollback shop -e dev --to t-000042",
};
inline constexpr Flag kTest[] = {
    {"force", 0, "", "also while all is frozen"},
};
inline constexpr Words kTestExamples[] = {
    "rumbo test shop",
    "rumbo test shop@dev",
};
inline constexpr Flag kDelete[] = {
    {"cascade", 0, "", "delete its objects; otherwise they are kept and belong to nobody"},
    {"delete-volumes", 0, "", "also its volume claims, and the data in them"},
    {"delete-namespaces", 0, "", "also its Namespaces, and all that is in them"},
    {"delete-crds", 0, "", "also its CustomResourceDefinitions, and all objects of these kinds"},
    {"confirm-prune", 0, "", "delete also what is annotated with Delete=confirm"},
    {"no-hooks", 0, "", "skip PreDelete and PostDelete hooks"},
    {"dry-run", 0, "", "plan only"},
    {"force", 0, "", "also while all is frozen"},
};
inline constexpr Words kDeleteExamples[] = {
    "rumbo delete shop --cascade --dry-run",
    "rumbo delete shop -e dev --cascade",
    "rumbo delete shop@dev --cascade --delete-volumes",
    "rumbo delete shop",
};
inline constexpr Flag kFreeze[] = {
    {"reason", 0, "TEXT", "why, for the journal and `rumbo status`"},
};
inline constexpr Words kFreezeExamples[] = {
    "rumbo freeze --reason 'maintenance of the storage'",
};
inline constexpr Words kUnfreezeExamples[] = {
    "rumbo unfreeze",
};
inline constexpr Words kResumeExamples[] = {
    "rumbo resume shop",
    "rumbo resume -e dev",
};
inline constexpr Flag kPause[] = {
    {"reason", 0, "TEXT", "why, for the journal and `rumbo status`"},
};
inline constexpr Words kPauseExamples[] = {
    "rumbo pause shop --reason 'database migration by hand'",
    "rumbo pause -e dev",
};
inline constexpr Flag kHistory[] = {
    {"max", 0, "N", "at most so many (20)"},
};
inline constexpr Words kHistoryExamples[] = {
    "rumbo history",
    "rumbo history shop@dev --max 5 -o wide",
};
inline constexpr Flag kShow[] = {
    {"records", 0, "", "the journal's records too"},
};
inline constexpr Words kShowExamples[] = {
    "rumbo show t-000042",
    "rumbo show t-000042 --records",
    "rumbo show t-000042 -o yaml",
};
inline constexpr Flag kLog[] = {
    {"follow", 'f', "", "print records as they are written"},
    {"verify", 0, "", "recompute the hash chain"},
    {"after", 0, "SEQ", "only records after this one"},
    {"max", 0, "N", "at most so many (1000)"},
    {"txn", 0, "TXN", "only this transaction's"},
};
inline constexpr Words kLogExamples[] = {
    "rumbo log --txn t-000042",
    "rumbo log --follow",
    "rumbo log --verify",
};
inline constexpr Words kGetExamples[] = {
    "rumbo get apps",
    "rumbo get objects shop@dev -o wide",
    "rumbo get drift",
};
inline constexpr Words kStatusExamples[] = {
    "rumbo status",
    "rumbo status shop@dev -o wide",
    "rumbo status -o json",
};
inline constexpr Flag kRefresh[] = {
    {"images", 0, "", "give what is deployed the images that its tags name now"},
    {"dry-run", 0, "", "with --images: only show what would be renewed"},
    {"force", 0, "", "with --images: also while all is frozen"},
};
inline constexpr Words kRefreshExamples[] = {
    "rumbo refresh",
    "rumbo refresh shop",
    "rumbo refresh shop --images",
};
inline constexpr Flag kRecover[] = {
    {"undo", 0, "", "undo what is left of TXN"},
    {"finish", 0, "", "go on to its end"},
    {"accept", 0, "", "take what is there as it is and close it"},
    {"from-target", 0, "", "take what runs on the host into the inventory, by its labels"},
    {"recreate-volume", 0, "", "APP [CLAIM]: an empty volume where a claim's was lost"},
    {"adopt", 0, "", "the host's storage is another one, and that is right"},
    {"forget", 0, "", "APP [OBJECT]: give up objects without touching what is left of them"},
    {"accept-journal-up-to", 0, "SEQ", "go on with a damaged journal, without its later records"},
};
inline constexpr Words kRecoverExamples[] = {
    "rumbo recover",
    "rumbo recover t-000042 --undo",
    "rumbo recover --from-target",
    "rumbo recover --recreate-volume shop@dev PersistentVolumeClaim/data",
    "rumbo recover --accept-journal-up-to 1041 --state /var/lib/rumbo",
};
inline constexpr Flag kImport[] = {
    {"out", 0, "DIR", "write files there (else to standard output)"},
    {"force", 0, "", "replace files that are there"},
};
inline constexpr Words kImportExamples[] = {
    "rumbo import podman --out deploy",
    "rumbo import podman web db",
    "rumbo import podman -o json",
};
inline constexpr Flag kBackup[] = {
    {"out", 0, "FILE", "where to; - is standard output (rumbo-backup-TIME.tar.gz here)"},
    {"passphrase-file", 0, "FILE", "put the key in too, sealed under the first line of this file"},
};
inline constexpr Words kBackupExamples[] = {
    "rumbo backup",
    "rumbo backup --out /backup/rumbo.tar.gz --passphrase-file /root/backup.pass",
};
inline constexpr Flag kRestore[] = {
    {"passphrase-file", 0, "FILE", "whose first line opens the key in the backup"},
    {"key", 0, "FILE", "the installation key, where the backup does not hold it"},
};
inline constexpr Words kRestoreExamples[] = {
    "rumbo restore rumbo.tar.gz --passphrase-file /root/backup.pass",
    "rumbo restore rumbo.tar.gz --state /var/lib/rumbo --key /safe/key",
};
inline constexpr Flag kServe[] = {
    {"listen", 0, "ADDRESS", "refused for now: the daemon serves STATE/rumbo.sock only"},
    {"log-format", 0, "FORMAT", "plain|json, of the lines on stderr"},
};
inline constexpr Words kServeExamples[] = {
    "rumbo serve --config /etc/rumbo/rumbo.yaml",
    "rumbo serve --state /var/lib/rumbo --log-format json",
    "rumbo serve --config 'https://git.example.org/fleet.git//clusters/prod?ref=main'",
};
inline constexpr Words kDoctorExamples[] = {
    "rumbo doctor",
    "rumbo doctor -o json",
};
inline constexpr Words kVersionExamples[] = {
    "rumbo version",
    "rumbo version -o json",
};
inline constexpr Flag kLogs[] = {
    {"container", 'c', "NAME", "which of the pod's containers (the first)"},
    {"all-containers", 0, "", "all of them, init containers too"},
    {"tail", 0, "N", "the last so many lines of each container, or `all` (100)"},
    {"follow", 'f', "", "print lines as they are written"},
    {"previous", 'p', "", "what was written before the last restart"},
    {"since", 0, "WHEN", "only newer lines: 5m, or 2026-01-02T03:04:05Z"},
    {"timestamps", 0, "", "begin each line with its time"},
    {"prefix", 0, "", "begin each line with its pod and container (as with several)"},
};
inline constexpr Words kLogsExamples[] = {
    "rumbo logs Deployment/web",
    "rumbo logs shop@dev Deployment/web -c app --tail 20",
    "rumbo logs shop --follow",
    "rumbo logs web --previous --since 1h",
};
inline constexpr Flag kWait[] = {
    {"timeout", 0, "DURATION", "how long (5m)"},
};
inline constexpr Words kWaitExamples[] = {
    "rumbo wait shop@dev",
    "rumbo wait --timeout 30s",
};
inline constexpr Words kCompletionExamples[] = {
    "source <(rumbo completion bash)",
    "rumbo completion bash > /etc/bash_completion.d/rumbo",
    "rumbo completion zsh > /usr/local/share/zsh/site-functions/_rumbo",
    "rumbo completion fish > ~/.config/fish/completions/rumbo.fish",
};
inline constexpr Words kDocsExamples[] = {
    "rumbo docs cli > docs/cli.md",
    "rumbo docs configuration-schema > rumbo.schema.json",
};

inline constexpr Words kSyncExits =
    "0 committed or nothing to do, 3 restored, 4 needs an operator, 2 refused or error";
inline constexpr Words kPlainExits = "0, or 2 on error";

}  // namespace rumbo::app::words
