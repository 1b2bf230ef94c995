// Which fields of which kinds the transformers of Kustomize change: names, labels, references.
// The facts are those of Kustomize 5.8.1 (Apache-2.0), sorted as it sorts them.
//
// Threads: constant data.
#include "render/kustomize/field_spec.h"

namespace rumbo::render::kustomize {

std::vector<NameReference> default_name_references();  // name_reference_data.cc

namespace {

const FieldSpec kNamePrefix[] = {
    {{"", "", ""}, "metadata/name", false},
};

const FieldSpec kNamespace[] = {
    {{"", "", "Namespace"}, "metadata/name", true},
    {{"apiextensions.k8s.io", "", "CustomResourceDefinition"},
     "spec/conversion/webhook/clientConfig/service/namespace",
     false},
    {{"apiregistration.k8s.io", "", "APIService"}, "spec/service/namespace", true},
};

const FieldSpec kCommonLabels[] = {
    {{"", "v1", "Service"}, "spec/selector", true},
    {{"apps", "", "Deployment"},
     "spec/template/spec/affinity/podAffinity/preferredDuringSchedulingIgnoredDuringExecution/"
     "podAffinityTerm/labelSelector/matchLabels",
     false},
    {{"apps", "", "Deployment"},
     "spec/template/spec/affinity/podAffinity/requiredDuringSchedulingIgnoredDuringExecution/"
     "labelSelector/matchLabels",
     false},
    {{"apps", "", "Deployment"},
     "spec/template/spec/affinity/podAntiAffinity/preferredDuringSchedulingIgnoredDuringExecution/"
     "podAffinityTerm/labelSelector/matchLabels",
     false},
    {{"apps", "", "Deployment"},
     "spec/template/spec/affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution/"
     "labelSelector/matchLabels",
     false},
    {{"apps", "", "Deployment"},
     "spec/template/spec/topologySpreadConstraints/labelSelector/matchLabels",
     false},
    {{"", "", "Deployment"}, "spec/selector/matchLabels", true},
    {{"", "", "Deployment"}, "spec/template/metadata/labels", true},
    {{"apps", "", "StatefulSet"}, "spec/selector/matchLabels", true},
    {{"apps", "", "StatefulSet"},
     "spec/template/spec/affinity/podAffinity/preferredDuringSchedulingIgnoredDuringExecution/"
     "podAffinityTerm/labelSelector/matchLabels",
     false},
    {{"apps", "", "StatefulSet"},
     "spec/template/spec/affinity/podAffinity/requiredDuringSchedulingIgnoredDuringExecution/"
     "labelSelector/matchLabels",
     false},
    {{"apps", "", "StatefulSet"},
     "spec/template/spec/affinity/podAntiAffinity/preferredDuringSchedulingIgnoredDuringExecution/"
     "podAffinityTerm/labelSelector/matchLabels",
     false},
    {{"apps", "", "StatefulSet"},
     "spec/template/spec/affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution/"
     "labelSelector/matchLabels",
     false},
    {{"apps", "", "StatefulSet"},
     "spec/template/spec/topologySpreadConstraints/labelSelector/matchLabels",
     false},
    {{"apps", "", "StatefulSet"}, "spec/template/metadata/labels", true},
    {{"apps", "", "StatefulSet"}, "spec/volumeClaimTemplates[]/metadata/labels", true},
    {{"batch", "", "CronJob"}, "spec/jobTemplate/spec/selector/matchLabels", false},
    {{"batch", "", "CronJob"}, "spec/jobTemplate/metadata/labels", true},
    {{"batch", "", "CronJob"}, "spec/jobTemplate/spec/template/metadata/labels", true},
    {{"policy", "", "PodDisruptionBudget"}, "spec/selector/matchLabels", false},
    {{"batch", "", "Job"}, "spec/selector/matchLabels", false},
    {{"batch", "", "Job"}, "spec/template/metadata/labels", true},
    {{"networking.k8s.io", "", "NetworkPolicy"}, "spec/podSelector/matchLabels", false},
    {{"networking.k8s.io", "", "NetworkPolicy"},
     "spec/ingress/from/podSelector/matchLabels",
     false},
    {{"networking.k8s.io", "", "NetworkPolicy"}, "spec/egress/to/podSelector/matchLabels", false},
    {{"", "v1", "ReplicationController"}, "spec/selector", true},
    {{"", "v1", "ReplicationController"}, "spec/template/metadata/labels", true},
    {{"", "", "DaemonSet"}, "spec/selector/matchLabels", true},
    {{"", "", "DaemonSet"}, "spec/template/metadata/labels", true},
    {{"", "", "ReplicaSet"}, "spec/selector/matchLabels", true},
    {{"", "", "ReplicaSet"}, "spec/template/metadata/labels", true},
    {{"", "", ""}, "metadata/labels", true},
};

const FieldSpec kTemplateLabels[] = {
    {{"", "", "Deployment"}, "spec/template/metadata/labels", true},
    {{"apps", "", "StatefulSet"}, "spec/template/metadata/labels", true},
    {{"apps", "", "StatefulSet"}, "spec/volumeClaimTemplates[]/metadata/labels", true},
    {{"batch", "", "CronJob"}, "spec/jobTemplate/metadata/labels", true},
    {{"batch", "", "CronJob"}, "spec/jobTemplate/spec/template/metadata/labels", true},
    {{"batch", "", "Job"}, "spec/template/metadata/labels", true},
    {{"", "v1", "ReplicationController"}, "spec/template/metadata/labels", true},
    {{"", "", "DaemonSet"}, "spec/template/metadata/labels", true},
    {{"", "", "ReplicaSet"}, "spec/template/metadata/labels", true},
    {{"", "", ""}, "metadata/labels", true},
};

const FieldSpec kCommonAnnotations[] = {
    {{"", "", "Deployment"}, "spec/template/metadata/annotations", true},
    {{"", "", "StatefulSet"}, "spec/template/metadata/annotations", true},
    {{"batch", "", "CronJob"}, "spec/jobTemplate/metadata/annotations", true},
    {{"batch", "", "CronJob"}, "spec/jobTemplate/spec/template/metadata/annotations", true},
    {{"batch", "", "Job"}, "spec/template/metadata/annotations", true},
    {{"", "v1", "ReplicationController"}, "spec/template/metadata/annotations", true},
    {{"", "", "DaemonSet"}, "spec/template/metadata/annotations", true},
    {{"", "", "ReplicaSet"}, "spec/template/metadata/annotations", true},
    {{"", "", ""}, "metadata/annotations", true},
};

const FieldSpec kImages[] = {
    {{"", "", ""}, "spec/containers[]/image", true},
    {{"", "", ""}, "spec/initContainers[]/image", true},
    {{"", "", ""}, "spec/volumes[]/image/reference", true},
    {{"", "", ""}, "spec/template/spec/containers[]/image", true},
    {{"", "", ""}, "spec/template/spec/initContainers[]/image", true},
    {{"", "", ""}, "spec/template/spec/volumes[]/image/reference", true},
};

const FieldSpec kReplicas[] = {
    {{"", "", "Deployment"}, "spec/replicas", true},
    {{"", "", "StatefulSet"}, "spec/replicas", true},
    {{"", "", "ReplicaSet"}, "spec/replicas", true},
    {{"", "", "ReplicationController"}, "spec/replicas", true},
};

const FieldSpec kVarReference[] = {
    {{"", "", "Service"}, "spec/ports/port", false},
    {{"", "", "Service"}, "spec/ports/targetPort", false},
    {{"", "", "PersistentVolume"}, "spec/nfs/server", false},
    {{"", "", "Deployment"}, "spec/template/spec/containers/args", false},
    {{"", "", "Deployment"}, "spec/template/spec/containers/command", false},
    {{"", "", "Deployment"}, "spec/template/spec/containers/env/value", false},
    {{"", "", "Deployment"}, "spec/template/spec/containers/volumeMounts/mountPath", false},
    {{"", "", "Deployment"}, "spec/template/spec/initContainers/args", false},
    {{"", "", "Deployment"}, "spec/template/spec/initContainers/command", false},
    {{"", "", "Deployment"}, "spec/template/spec/initContainers/env/value", false},
    {{"", "", "Deployment"}, "spec/template/spec/initContainers/volumeMounts/mountPath", false},
    {{"", "", "Deployment"}, "spec/template/spec/volumes/nfs/server", false},
    {{"", "", "Deployment"}, "spec/template/metadata/annotations", false},
    {{"", "", "StatefulSet"}, "spec/template/spec/containers/args", false},
    {{"", "", "StatefulSet"}, "spec/template/spec/containers/command", false},
    {{"", "", "StatefulSet"}, "spec/template/spec/containers/env/value", false},
    {{"", "", "StatefulSet"}, "spec/template/spec/containers/volumeMounts/mountPath", false},
    {{"", "", "StatefulSet"}, "spec/template/spec/initContainers/args", false},
    {{"", "", "StatefulSet"}, "spec/template/spec/initContainers/command", false},
    {{"", "", "StatefulSet"}, "spec/template/spec/initContainers/env/value", false},
    {{"", "", "StatefulSet"}, "spec/template/spec/initContainers/volumeMounts/mountPath", false},
    {{"", "", "StatefulSet"}, "spec/volumeClaimTemplates/spec/nfs/server", false},
    {{"", "", "CronJob"}, "spec/jobTemplate/spec/template/spec/containers/args", false},
    {{"", "", "CronJob"}, "spec/jobTemplate/spec/template/spec/containers/command", false},
    {{"", "", "CronJob"}, "spec/jobTemplate/spec/template/spec/containers/env/value", false},
    {{"", "", "CronJob"},
     "spec/jobTemplate/spec/template/spec/containers/volumeMounts/mountPath",
     false},
    {{"", "", "CronJob"}, "spec/jobTemplate/spec/template/spec/initContainers/args", false},
    {{"", "", "CronJob"}, "spec/jobTemplate/spec/template/spec/initContainers/command", false},
    {{"", "", "CronJob"}, "spec/jobTemplate/spec/template/spec/initContainers/env/value", false},
    {{"", "", "CronJob"},
     "spec/jobTemplate/spec/template/spec/initContainers/volumeMounts/mountPath",
     false},
    {{"", "", "CronJob"}, "spec/jobTemplate/spec/template/volumes/nfs/server", false},
    {{"", "", "DaemonSet"}, "spec/template/spec/containers/args", false},
    {{"", "", "DaemonSet"}, "spec/template/spec/containers/command", false},
    {{"", "", "DaemonSet"}, "spec/template/spec/containers/env/value", false},
    {{"", "", "DaemonSet"}, "spec/template/spec/containers/volumeMounts/mountPath", false},
    {{"", "", "DaemonSet"}, "spec/template/spec/initContainers/args", false},
    {{"", "", "DaemonSet"}, "spec/template/spec/initContainers/command", false},
    {{"", "", "DaemonSet"}, "spec/template/spec/initContainers/env/value", false},
    {{"", "", "DaemonSet"}, "spec/template/spec/initContainers/volumeMounts/mountPath", false},
    {{"", "", "DaemonSet"}, "spec/template/spec/volumes/nfs/server", false},
    {{"", "", "Ingress"}, "spec/rules/host", false},
    {{"", "", "Ingress"}, "spec/tls/hosts", false},
    {{"", "", "Ingress"}, "spec/tls/secretName", false},
    {{"", "", "Job"}, "spec/template/spec/containers/args", false},
    {{"", "", "Job"}, "spec/template/spec/containers/command", false},
    {{"", "", "Job"}, "spec/template/spec/containers/env/value", false},
    {{"", "", "Job"}, "spec/template/spec/containers/volumeMounts/mountPath", false},
    {{"", "", "Job"}, "spec/template/spec/initContainers/args", false},
    {{"", "", "Job"}, "spec/template/spec/initContainers/command", false},
    {{"", "", "Job"}, "spec/template/spec/initContainers/env/value", false},
    {{"", "", "Job"}, "spec/template/spec/initContainers/volumeMounts/mountPath", false},
    {{"", "", "Job"}, "spec/template/spec/volumes/nfs/server", false},
    {{"", "", "Pod"}, "spec/containers/args", false},
    {{"", "", "Pod"}, "spec/containers/command", false},
    {{"", "", "Pod"}, "spec/containers/env/value", false},
    {{"", "", "Pod"}, "spec/containers/volumeMounts/mountPath", false},
    {{"", "", "Pod"}, "spec/initContainers/args", false},
    {{"", "", "Pod"}, "spec/initContainers/command", false},
    {{"", "", "Pod"}, "spec/initContainers/env/value", false},
    {{"", "", "Pod"}, "spec/initContainers/volumeMounts/mountPath", false},
    {{"", "", "Pod"}, "spec/volumes/nfs/server", false},
    {{"", "", "ReplicaSet"}, "spec/template/spec/containers/args", false},
    {{"", "", "ReplicaSet"}, "spec/template/spec/containers/command", false},
    {{"", "", "ReplicaSet"}, "spec/template/spec/containers/env/value", false},
    {{"", "", "ReplicaSet"}, "spec/template/spec/containers/volumeMounts/mountPath", false},
    {{"", "", "ReplicaSet"}, "spec/template/spec/initContainers/args", false},
    {{"", "", "ReplicaSet"}, "spec/template/spec/initContainers/command", false},
    {{"", "", "ReplicaSet"}, "spec/template/spec/initContainers/env/value", false},
    {{"", "", "ReplicaSet"}, "spec/template/spec/initContainers/volumeMounts/mountPath", false},
    {{"", "", "ReplicaSet"}, "spec/template/spec/volumes/nfs/server", false},
    {{"", "", ""}, "metadata/labels", false},
    {{"", "", ""}, "metadata/annotations", false},
};

FieldSpecs specs(std::span<const FieldSpec> rows) {
  return {rows.begin(), rows.end()};
}

}  // namespace

TransformerConfig make_default_config() {
  TransformerConfig config;
  config.name_prefix = specs(kNamePrefix);
  config.name_suffix = specs(kNamePrefix);
  config.ns = specs(kNamespace);
  config.common_labels = specs(kCommonLabels);
  config.template_labels = specs(kTemplateLabels);
  config.common_annotations = specs(kCommonAnnotations);
  config.images = specs(kImages);
  config.replicas = specs(kReplicas);
  config.var_reference = specs(kVarReference);
  config.name_reference = default_name_references();
  return config;
}

}  // namespace rumbo::render::kustomize
