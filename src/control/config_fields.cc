#include "control/config_fields.h"

#include <algorithm>
#include <array>

#include "base/strings.h"

namespace rumbo::control {
namespace {

using enum FieldType;

constexpr std::string_view kApplication = "Application";
constexpr std::string_view kEnvironment = "Environment";
constexpr std::string_view kFleet = "Fleet";

constexpr std::array kKinds{kApplication, kEnvironment, kFleet};
constexpr std::array<std::string_view, 6> kLater{"Project", "Pipeline",     "ImagePolicy",
                                                 "Build",   "Notification", "Cluster"};

constexpr Field kFields[] = {
    {"", "apiVersion", text, true, "", "always rumbo.dev/v1alpha1"},
    {"", "kind", text, true, "", "Application, Environment or Fleet"},
    {"", "metadata", record, true, "", "names the document"},
    {"", "metadata.name", label, true, "", "unique name: lower-case letters, digits and `-`"},
    {"", "spec", record, true, "", "what is wanted"},

    {kApplication, "metadata.aliases", texts, false, "[]", "former names of the application"},
    {kApplication, "metadata.labels", text_map, false, "{}", "free labels to select by"},
    {kApplication, "spec.project", label, false, "default", "the project it belongs to"},
    {kApplication, "spec.source", record, true, "",
     "where the manifests are: exactly one of its fields"},
    {kApplication, "spec.source.git", record, false, "", "a Git repository"},
    {kApplication, "spec.source.git.url", text, true, "",
     "https://, http://, ssh:// or file:// URL without credentials, or a path relative to this "
     "file; in a fleet repository that means the repository itself"},
    {kApplication, "spec.source.git.ref", record, false, "{branch: main}",
     "which commit: exactly one of its fields; within a fleet repository the fleet's own is the "
     "default"},
    {kApplication, "spec.source.git.ref.branch", text, false, "", "the tip of a branch"},
    {kApplication, "spec.source.git.ref.tag", text, false, "", "a tag"},
    {kApplication, "spec.source.git.ref.semver", text, false, "",
     "the newest tag in a range: ^1.2, ~1.2.3, >=1.0 <2.0"},
    {kApplication, "spec.source.git.ref.commit", text, false, "", "a full commit hash"},
    {kApplication, "spec.source.git.ref.name", text, false, "", "a full reference: refs/…, HEAD"},
    {kApplication, "spec.source.git.path", text, false, "", "directory of the manifests"},
    {kApplication, "spec.source.git.credentials", record, false, "",
     "what opens the repository: exactly one of its fields"},
    {kApplication, "spec.source.git.credentials.file", text, false, "",
     "file with `user:password` or a token; for ssh the private key (mode 0600)"},
    {kApplication, "spec.source.git.credentials.env", text, false, "",
     "environment variable of Rumbo's process that holds `user:password` or a token"},
    {kApplication, "spec.source.git.credentialsFile", text, false, "",
     "the same as credentials.file"},
    {kApplication, "spec.source.git.caFile", text, false, "",
     "certificates that the server's must be signed by"},
    {kApplication, "spec.source.git.knownHostsFile", text, false, "~/.ssh/known_hosts",
     "ssh: the only host keys that are trusted"},
    {kApplication, "spec.source.git.proxy", text, false, "HTTPS_PROXY of the environment",
     "http://, https:// or socks5:// URL of a proxy, without credentials"},
    {kApplication, "spec.source.git.submodules", boolean, false, "false",
     "read submodules too; credentials go to the same server only"},
    {kApplication, "spec.source.git.verify", record, false, "",
     "take only revisions signed by a key of these files"},
    {kApplication, "spec.source.git.verify.mode", word, false, "commit",
     "what must be signed: the commit, the annotated tag that names it, or both",
     "commit|tag|both"},
    {kApplication, "spec.source.git.verify.allowedSignersFile", text, false, "",
     "ssh keys that may sign, in ssh-keygen's form: NAME TYPE KEY"},
    {kApplication, "spec.source.git.verify.keyringFile", text, false, "",
     "OpenPGP public keys that may sign, as `gpg --export` writes them"},
    {kApplication, "spec.source.git.verify.signers", texts, false, "[]",
     "only these of them: names of the allowed signers file, or fingerprints"},
    {kApplication, "spec.source.oci", record, false, "", "an OCI artifact", "", "",
     "use source.git"},
    {kApplication, "spec.source.helm", record, false, "",
     "a chart of a Helm repository or an OCI registry"},
    {kApplication, "spec.source.helm.repo", text, true, "",
     "https:// URL of the folder that holds index.yaml, or oci://HOST/PATH; without credentials"},
    {kApplication, "spec.source.helm.chart", text, true, "", "the chart's name there"},
    {kApplication, "spec.source.helm.version", text, false, "the newest that is no prerelease",
     "a version, or the newest in a range: ^1.2, ~1.2.3, >=1.0 <2.0"},
    {kApplication, "spec.source.helm.credentialsFile", text, false, "",
     "file with `user:password` or a token"},
    {kApplication, "spec.source.helm.caFile", text, false, "",
     "certificates that the server's must be signed by"},
    {kApplication, "spec.source.helm.verify", record, false, "",
     "refuse a chart without a good signature (its .prov file)"},
    {kApplication, "spec.source.helm.verify.keyring", text, true, "",
     "file of OpenPGP public keys as `gpg --export` writes it"},
    {kApplication, "spec.source.helm.plainHttp", boolean, false, "false",
     "talk to an OCI registry without TLS"},
    {kApplication, "spec.source.values", record, false, "",
     "a second Git repository: `$values/FILE` in helm.valueFiles is a file below its path", "",
     "spec.source.git"},
    {kApplication, "spec.renderer", word, false, "detect", "how manifests are made from the files",
     "detect|plain|kustomize|helm"},
    {kApplication, "spec.kustomize", record, false, "", "laid over the root kustomization"},
    {kApplication, "spec.kustomize.images", list, false, "[]",
     "as `images` of a kustomization, or texts: name=newName:tag"},
    {kApplication, "spec.kustomize.patches", list, false, "[]", "as `patches`, applied last"},
    {kApplication, "spec.kustomize.replicas", list, false, "[]", "as `replicas`"},
    {kApplication, "spec.kustomize.components", texts, false, "[]",
     "components, relative to the application's path"},
    {kApplication, "spec.kustomize.namePrefix", text, false, "", "instead of its namePrefix"},
    {kApplication, "spec.kustomize.nameSuffix", text, false, "", "instead of its nameSuffix"},
    {kApplication, "spec.kustomize.namespace", text, false, "", "instead of its namespace"},
    {kApplication, "spec.kustomize.commonLabels", text_map, false, "{}",
     "labels for all objects, in selectors too"},
    {kApplication, "spec.kustomize.commonAnnotations", text_map, false, "{}",
     "annotations for all objects"},
    {kApplication, "spec.kustomize.ignoreMissingComponents", boolean, false, "false",
     "leave out components that are not there"},
    {kApplication, "spec.kustomize.labelWithoutSelector", boolean, false, "false",
     "commonLabels not in selectors and templates"},
    {kApplication, "spec.kustomize.labelIncludeTemplates", boolean, false, "false",
     "with labelWithoutSelector: in templates all the same"},
    {kApplication, "spec.kustomize.labels", list, false, "[]",
     "as `labels`: not in selectors unless includeSelectors is set"},
    {kApplication, "spec.kustomize.enableHelm", boolean, false, "false",
     "render the charts of its helmCharts"},
    {kApplication, "spec.kustomize.kubeVersion", text, false, "",
     "the version of Kubernetes that its charts are told"},
    {kApplication, "spec.kustomize.apiVersions", texts, false, "[]",
     "API versions that its charts are told besides the usual ones"},
    {kApplication, "spec.kustomize.remotes", texts, false, "",
     "beginnings of the locations that remote bases and files may have (any); [] forbids all"},
    {kApplication, "spec.kustomize.loadRestrictor", word, false, "LoadRestrictionsRootOnly",
     "LoadRestrictionsNone permits files of the repository above their kustomization",
     "LoadRestrictionsRootOnly|LoadRestrictionsNone"},
    {kApplication, "spec.kustomize.reorder", word, false, "legacy",
     "order of the objects: by kind, or as written", "legacy|none"},
    {kApplication, "spec.helm", record, false, "", "how a chart is rendered"},
    {kApplication, "spec.helm.releaseName", text, false, "the application's name",
     "the release's name"},
    {kApplication, "spec.helm.valueFiles", texts, false, "[]",
     "files of values, relative to the chart, anywhere in the repository (or inside the archive)"},
    {kApplication, "spec.helm.valuesFrom", list, false, "[]",
     "ConfigMaps and Secrets of the namespace with values: {kind, name, key: values.yaml, "
     "optional}; "
     "over the files, under `values`"},
    {kApplication, "spec.helm.values", tree, false, "{}", "values over those of the files"},
    {kApplication, "spec.helm.set", texts, false, "[]", "as `--set`: key=value"},
    {kApplication, "spec.helm.setString", texts, false, "[]", "as `--set-string`"},
    {kApplication, "spec.helm.profile", word, false, "helm4", "which Helm is imitated",
     "helm4|helm3"},
    {kApplication, "spec.helm.kubeVersion", text, false, "",
     "the version of Kubernetes that the chart is told"},
    {kApplication, "spec.helm.apiVersions", texts, false, "[]",
     "API versions that the chart is told besides the usual ones"},
    {kApplication, "spec.helm.crds", word, false, "create-replace",
     "the chart's crds/: deploy and update, only create what is missing, or leave out",
     "create-replace|create|skip"},
    {kApplication, "spec.helm.skipCrds", boolean, false, "false", "the same as crds: skip"},
    {kApplication, "spec.helm.freshSecrets", word, false, "keep",
     "renew: certificates that the chart made are made anew past two thirds of their life",
     "keep|renew"},
    {kApplication, "spec.helm.lookup", boolean, false, "false",
     "let templates `lookup` objects of the namespace"},
    {kApplication, "spec.helm.repositories", list, false, "[]",
     "how to reach repositories of dependencies: {repo, credentialsFile, caFile, plainHttp}"},
    {kApplication, "spec.helm.skipHooks", boolean, false, "false", "leave out all hooks"},
    {kApplication, "spec.helm.skipSchemaValidation", boolean, false, "false",
     "do not check values against the chart's schema"},
    {kApplication, "spec.substitute", record, false, "",
     "variables put where `${NAME}` stands in the rendered objects"},
    {kApplication, "spec.substitute.values", tree, false, "{}", "variables by name"},
    {kApplication, "spec.substitute.from", list, false, "[]",
     "files of the repository (ConfigMaps, Secrets, maps, lines NAME=value), or objects of the "
     "target: {kind: ConfigMap|Secret, name: …, optional: false}"},
    {kApplication, "spec.substitute.strict", boolean, false, "false",
     "a variable that is not set is an error"},
    {kApplication, "spec.environments", entries, true, "",
     "where it is deployed: names, or records merged over the application"},
    {kApplication, "spec.environments[].name", label, true, "", "name of an Environment"},
    {kApplication, "spec.environments[].path", text, false, "", "instead of source.git.path"},
    {kApplication, "spec.environments[].ref", record, false, "", "instead of source.git.ref", "",
     "spec.source.git.ref"},
    {kApplication, "spec.environments[].version", text, false, "",
     "instead of source.helm.version"},
    {kApplication, "spec.environments[].valuesRef", record, false, "",
     "instead of source.values.ref", "", "spec.source.git.ref"},
    {kApplication, "spec.environments[].sync", record, false, "", "merged over sync", "",
     "spec.sync"},
    {kApplication, "spec.environments[].kustomize", record, false, "", "merged over kustomize", "",
     "spec.kustomize"},
    {kApplication, "spec.environments[].helm", record, false, "", "merged over helm", "",
     "spec.helm"},
    {kApplication, "spec.environments[].substitute", record, false, "", "merged over substitute",
     "", "spec.substitute"},
    {kApplication, "spec.group", label, false, "",
     "applications of one group and environment are deployed in one transaction"},
    {kApplication, "spec.sync", record, false, "", "how it is deployed"},
    {kApplication, "spec.sync.automated", boolean, false, "true",
     "deploy new revisions without being asked"},
    {kApplication, "spec.sync.prune", boolean, false, "true",
     "delete objects that are no longer declared"},
    {kApplication, "spec.sync.selfHeal", boolean, false, "true",
     "bring back what drifted from the committed state, also when automated is off"},
    {kApplication, "spec.sync.timeout", duration, false, "5m",
     "how long preparing, and then each wave, may take; health included"},
    {kApplication, "spec.sync.soak", duration, false, "0s",
     "how long all must stay healthy before the commit"},
    {kApplication, "spec.sync.onFailure", word, false, "restore",
     "restore what was before, or stop and wait for `recover`", "restore|stop"},
    {kApplication, "spec.sync.allowEmpty", boolean, false, "false",
     "let a revision that renders no objects delete all"},
    {kApplication, "spec.sync.allowDestructive", texts, false, "[]",
     "kinds whose objects may be deleted although that cannot be undone"},
    {kApplication, "spec.sync.adopt", boolean, false, "false",
     "take over objects that exist already"},
    {kApplication, "spec.sync.maxDeletions", amount, false, "",
     "a revision that would delete more objects is refused without `--allow-deletions`: a number, "
     "or a part of what the application owns, like 30%"},
    {kApplication, "spec.sync.retry", record, false, "",
     "how faults of the infrastructure are tried again; a bad revision never is"},
    {kApplication, "spec.sync.retry.limit", count, false, "-1",
     "how often; -1 without end, 0 not at all"},
    {kApplication, "spec.sync.retry.backoff", record, false, "", "how far apart"},
    {kApplication, "spec.sync.retry.backoff.duration", duration, false, "1s",
     "before the first time"},
    {kApplication, "spec.sync.retry.backoff.factor", integer, false, "2", "by what it grows"},
    {kApplication, "spec.sync.retry.backoff.maxDuration", duration, false, "5m", "at most"},
    {kApplication, "spec.sync.options", texts, false, "[]",
     "sync options as of Argo CD, like CreateNamespace=true; see docs/sync-options.md"},
    {kApplication, "spec.ignoreDifferences", records, false, "[]",
     "fields that may differ from what is declared: no drift, and kept when the object is written"},
    {kApplication, "spec.ignoreDifferences[].group", text, false, "any",
     "the objects' group; `*` and `?` are patterns, here and in the next three"},
    {kApplication, "spec.ignoreDifferences[].kind", text, false, "any", "their kind"},
    {kApplication, "spec.ignoreDifferences[].namespace", text, false, "any", "their namespace"},
    {kApplication, "spec.ignoreDifferences[].name", text, false, "any", "their name"},
    {kApplication, "spec.ignoreDifferences[].jsonPointers", texts, false, "[]",
     "fields by JSON pointer: /spec/replicas"},
    {kApplication, "spec.ignoreDifferences[].jqPathExpressions", texts, false, "[]",
     "fields by a path of jq: .spec.template.spec.containers[] | select(.name == \"app\") | "
     ".image"},
    {kApplication, "spec.ignoreDifferences[].managedFieldsManagers", texts, false, "[]",
     "all fields that these field managers own"},
    {kApplication, "spec.deletionPolicy", word, false, "orphan",
     "what happens to its objects when it leaves the configuration", "orphan|delete"},
    {kApplication, "spec.revisionHistoryLimit", integer, false, "20",
     "transactions kept in full for rollback"},
    {kApplication, "spec.dependsOn", texts, false, "[]",
     "applications deployed before it in the same environment"},
    {kApplication, "spec.pollInterval", duration, false, "1m",
     "how often the repository is looked at; at least 1s"},

    {kFleet, "spec.source", record, true, "", "where the configuration is"},
    {kFleet, "spec.source.git", record, true, "",
     "a Git repository; `path` is the directory of the `*.yaml` files in it", "",
     "Application:spec.source.git"},
    {kFleet, "spec.pollInterval", duration, false, "1m",
     "how often the repository is looked at; at least 1s"},

    {kEnvironment, "spec.target", record, true, "",
     "where objects live: exactly one of its fields"},
    {kEnvironment, "spec.target.podman", record, false, "", "this Podman host"},
    {kEnvironment, "spec.target.podman.socket", text, false, "",
     "Podman's API socket; without it Rumbo starts a service of its own"},
    {kEnvironment, "spec.target.podman.root", text, false, "",
     "storage apart from the host's own, as `podman --root`"},
    {kEnvironment, "spec.target.podman.runRoot", text, false, "", "as `podman --runroot`"},
    {kEnvironment, "spec.target.podman.keepImages", integer, false, "revisionHistoryLimit",
     "committed states of each application whose images stay for a rollback; 0: what runs"},
    {kEnvironment, "spec.target.podman.ipv6", boolean, false, "false",
     "pods and Services get IPv6 addresses, too, as `ipFamilies` and `ipFamilyPolicy` say"},
    {kEnvironment, "spec.target.podman.ipv6Range", text, false, "fd and 10 digits of its own",
     "the host's IPv6 range, a /48: virtual addresses and a /64 for each namespace"},
    {kEnvironment, "spec.target.kubernetes", record, false, "", "a cluster"},
    {kEnvironment, "spec.target.kubernetes.kubeconfig", text, false, "$KUBECONFIG, ~/.kube/config",
     "file that tells the server and the credentials, relative to this file"},
    {kEnvironment, "spec.target.kubernetes.context", text, false, "the file's current context",
     "which of its contexts"},
    {kEnvironment, "spec.target.kubernetes.inCluster", boolean, false, "false",
     "the cluster Rumbo itself runs in, as its pod's service account"},
    {kEnvironment, "spec.health", record, false, "", "health rules of your own, in Lua"},
    {kEnvironment, "spec.health.scripts", text_map, false, "{}",
     "a script by `group/Kind`, as Argo CD's health.lua; `*` in the group stands for any"},
    {kEnvironment, "spec.health.directory", text, false, "",
     "directory of GROUP/KIND/health.lua, relative to this file"},
    {kEnvironment, "spec.namespace", label, false, "the environment's name",
     "namespace of objects that name none"},
};

}  // namespace

namespace {

/// A record that has another's fields, or is within such a one, is that other.
void resolve_same(std::string_view& kind, std::string& path) {
  for (std::size_t end = path.size(); end != std::string::npos && end > 0;) {
    const std::string_view above = std::string_view(path).substr(0, end);
    const auto record =
        std::find_if(std::begin(kFields), std::end(kFields), [&](const Field& field) {
          return field.kind == kind && field.path == above && !field.same_as.empty();
        });
    if (record != std::end(kFields)) {
      std::string_view same = record->same_as;
      if (const auto colon = same.find(':'); colon != std::string_view::npos) {
        kind = same.substr(0, colon);
        same.remove_prefix(colon + 1);
      }
      path = std::string(same) + path.substr(end);
      return;
    }
    end = path.rfind('.', end - 1);
  }
}

}  // namespace

std::span<const Field> config_fields() {
  return kFields;
}
std::span<const std::string_view> config_kinds() {
  return kKinds;
}
std::span<const std::string_view> later_kinds() {
  return kLater;
}

std::string_view field_name(const Field& field) {
  return split(field.path, '.').back();
}

std::vector<const Field*> fields_below(std::string_view kind, std::string_view asked) {
  std::vector<const Field*> out;
  std::string path(asked);
  resolve_same(kind, path);
  for (const Field& field : kFields) {
    if (!field.kind.empty() && field.kind != kind) continue;
    const std::size_t dot = field.path.rfind('.');
    const auto parent = dot == std::string_view::npos ? "" : field.path.substr(0, dot);
    if (parent == path) out.push_back(&field);
  }
  return out;
}

}  // namespace rumbo::control
