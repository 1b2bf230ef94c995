// Which fields of which kinds the transformers of Kustomize change: names, labels, references.
// The facts are those of Kustomize 5.8.1 (Apache-2.0), sorted as it sorts them.
//
// Threads: constant data.
#include "render/kustomize/field_spec.h"

namespace rumbo::render::kustomize {
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

const FieldSpec kToStorageClass[] = {
    {{"", "", "PersistentVolume"}, "spec/storageClassName", false},
    {{"", "", "PersistentVolumeClaim"}, "spec/storageClassName", false},
    {{"", "", "StatefulSet"}, "spec/volumeClaimTemplates/spec/storageClassName", false},
};

const FieldSpec kToServiceAccount[] = {
    {{"rbac.authorization.k8s.io", "", "RoleBinding"}, "subjects", false},
    {{"rbac.authorization.k8s.io", "", "ClusterRoleBinding"}, "subjects", false},
    {{"", "", "Deployment"}, "spec/template/spec/serviceAccountName", false},
    {{"", "", "StatefulSet"}, "spec/template/spec/serviceAccountName", false},
    {{"", "", "CronJob"}, "spec/jobTemplate/spec/template/spec/serviceAccountName", false},
    {{"", "", "DaemonSet"}, "spec/template/spec/serviceAccountName", false},
    {{"", "", "Job"}, "spec/template/spec/serviceAccountName", false},
    {{"", "", "Pod"}, "spec/serviceAccountName", false},
    {{"", "", "ReplicationController"}, "spec/template/spec/serviceAccountName", false},
};

const FieldSpec kToRole[] = {
    {{"rbac.authorization.k8s.io", "", "RoleBinding"}, "roleRef/name", false},
};

const FieldSpec kToClusterRole[] = {
    {{"rbac.authorization.k8s.io", "", "RoleBinding"}, "roleRef/name", false},
    {{"rbac.authorization.k8s.io", "", "ClusterRoleBinding"}, "roleRef/name", false},
};

const FieldSpec kToConfigMap[] = {
    {{"", "", "Role"}, "rules/resourceNames", false},
    {{"", "", "ClusterRole"}, "rules/resourceNames", false},
    {{"", "", "Deployment"}, "spec/template/spec/volumes/configMap/name", false},
    {{"", "", "Deployment"},
     "spec/template/spec/containers/env/valueFrom/configMapKeyRef/name",
     false},
    {{"", "", "Deployment"},
     "spec/template/spec/initContainers/env/valueFrom/configMapKeyRef/name",
     false},
    {{"", "", "Deployment"}, "spec/template/spec/containers/envFrom/configMapRef/name", false},
    {{"", "", "Deployment"}, "spec/template/spec/initContainers/envFrom/configMapRef/name", false},
    {{"", "", "Deployment"}, "spec/template/spec/volumes/projected/sources/configMap/name", false},
    {{"", "", "StatefulSet"}, "spec/template/spec/volumes/configMap/name", false},
    {{"", "", "StatefulSet"},
     "spec/template/spec/containers/env/valueFrom/configMapKeyRef/name",
     false},
    {{"", "", "StatefulSet"},
     "spec/template/spec/initContainers/env/valueFrom/configMapKeyRef/name",
     false},
    {{"", "", "StatefulSet"}, "spec/template/spec/containers/envFrom/configMapRef/name", false},
    {{"", "", "StatefulSet"}, "spec/template/spec/initContainers/envFrom/configMapRef/name", false},
    {{"", "", "StatefulSet"}, "spec/template/spec/volumes/projected/sources/configMap/name", false},
    {{"", "", "CronJob"}, "spec/jobTemplate/spec/template/spec/volumes/configMap/name", false},
    {{"", "", "CronJob"},
     "spec/jobTemplate/spec/template/spec/volumes/projected/sources/configMap/name",
     false},
    {{"", "", "CronJob"},
     "spec/jobTemplate/spec/template/spec/containers/env/valueFrom/configMapKeyRef/name",
     false},
    {{"", "", "CronJob"},
     "spec/jobTemplate/spec/template/spec/initContainers/env/valueFrom/configMapKeyRef/name",
     false},
    {{"", "", "CronJob"},
     "spec/jobTemplate/spec/template/spec/containers/envFrom/configMapRef/name",
     false},
    {{"", "", "CronJob"},
     "spec/jobTemplate/spec/template/spec/initContainers/envFrom/configMapRef/name",
     false},
    {{"", "v1", "Pod"}, "spec/volumes/configMap/name", false},
    {{"", "v1", "Pod"}, "spec/containers/env/valueFrom/configMapKeyRef/name", false},
    {{"", "v1", "Pod"}, "spec/initContainers/env/valueFrom/configMapKeyRef/name", false},
    {{"", "v1", "Pod"}, "spec/containers/envFrom/configMapRef/name", false},
    {{"", "v1", "Pod"}, "spec/initContainers/envFrom/configMapRef/name", false},
    {{"", "v1", "Pod"}, "spec/volumes/projected/sources/configMap/name", false},
    {{"", "", "DaemonSet"}, "spec/template/spec/volumes/configMap/name", false},
    {{"", "", "DaemonSet"},
     "spec/template/spec/containers/env/valueFrom/configMapKeyRef/name",
     false},
    {{"", "", "DaemonSet"},
     "spec/template/spec/initContainers/env/valueFrom/configMapKeyRef/name",
     false},
    {{"", "", "DaemonSet"}, "spec/template/spec/containers/envFrom/configMapRef/name", false},
    {{"", "", "DaemonSet"}, "spec/template/spec/initContainers/envFrom/configMapRef/name", false},
    {{"", "", "DaemonSet"}, "spec/template/spec/volumes/projected/sources/configMap/name", false},
    {{"", "", "Ingress"},
     "metadata/annotations/nginx.ingress.kubernetes.io\\/fastcgi-params-configmap",
     false},
    {{"", "", "Job"}, "spec/template/spec/volumes/configMap/name", false},
    {{"", "", "Job"}, "spec/template/spec/containers/env/valueFrom/configMapKeyRef/name", false},
    {{"", "", "Job"},
     "spec/template/spec/initContainers/env/valueFrom/configMapKeyRef/name",
     false},
    {{"", "", "Job"}, "spec/template/spec/containers/envFrom/configMapRef/name", false},
    {{"", "", "Job"}, "spec/template/spec/initContainers/envFrom/configMapRef/name", false},
    {{"", "", "Job"}, "spec/template/spec/volumes/projected/sources/configMap/name", false},
    {{"", "", "Node"}, "spec/configSource/configMap", false},
    {{"", "", "PodTemplate"}, "template/spec/volumes/configMap/name", false},
    {{"", "", "PodTemplate"}, "template/spec/containers/env/valueFrom/configMapKeyRef/name", false},
    {{"", "", "PodTemplate"},
     "template/spec/initContainers/env/valueFrom/configMapKeyRef/name",
     false},
    {{"", "", "PodTemplate"}, "template/spec/containers/envFrom/configMapRef/name", false},
    {{"", "", "PodTemplate"}, "template/spec/initContainers/envFrom/configMapRef/name", false},
    {{"", "", "PodTemplate"}, "template/spec/volumes/projected/sources/configMap/name", false},
    {{"", "", "ReplicaSet"}, "spec/template/spec/volumes/configMap/name", false},
    {{"", "", "ReplicaSet"},
     "spec/template/spec/containers/env/valueFrom/configMapKeyRef/name",
     false},
    {{"", "", "ReplicaSet"},
     "spec/template/spec/initContainers/env/valueFrom/configMapKeyRef/name",
     false},
    {{"", "", "ReplicaSet"}, "spec/template/spec/containers/envFrom/configMapRef/name", false},
    {{"", "", "ReplicaSet"}, "spec/template/spec/initContainers/envFrom/configMapRef/name", false},
    {{"", "", "ReplicaSet"}, "spec/template/spec/volumes/projected/sources/configMap/name", false},
};

const FieldSpec kToSecret[] = {
    {{"", "", "StorageClass"}, "parameters/secretName", false},
    {{"", "", "StorageClass"}, "parameters/adminSecretName", false},
    {{"", "", "StorageClass"}, "parameters/userSecretName", false},
    {{"", "", "StorageClass"}, "parameters/secretRef", false},
    {{"", "", "ServiceAccount"}, "imagePullSecrets/name", false},
    {{"", "", "Role"}, "rules/resourceNames", false},
    {{"", "", "ClusterRole"}, "rules/resourceNames", false},
    {{"serving.knative.dev", "v1", "Service"},
     "spec/template/spec/containers/env/valueFrom/secretKeyRef/name",
     false},
    {{"", "", "PersistentVolume"}, "spec/azureFile/secretName", false},
    {{"", "", "Deployment"}, "spec/template/spec/volumes/secret/secretName", false},
    {{"", "", "Deployment"},
     "spec/template/spec/containers/env/valueFrom/secretKeyRef/name",
     false},
    {{"", "", "Deployment"},
     "spec/template/spec/initContainers/env/valueFrom/secretKeyRef/name",
     false},
    {{"", "", "Deployment"}, "spec/template/spec/containers/envFrom/secretRef/name", false},
    {{"", "", "Deployment"}, "spec/template/spec/initContainers/envFrom/secretRef/name", false},
    {{"", "", "Deployment"}, "spec/template/spec/imagePullSecrets/name", false},
    {{"", "", "Deployment"}, "spec/template/spec/volumes/projected/sources/secret/name", false},
    {{"", "", "StatefulSet"}, "spec/template/spec/volumes/secret/secretName", false},
    {{"", "", "StatefulSet"},
     "spec/template/spec/containers/env/valueFrom/secretKeyRef/name",
     false},
    {{"", "", "StatefulSet"},
     "spec/template/spec/initContainers/env/valueFrom/secretKeyRef/name",
     false},
    {{"", "", "StatefulSet"}, "spec/template/spec/containers/envFrom/secretRef/name", false},
    {{"", "", "StatefulSet"}, "spec/template/spec/initContainers/envFrom/secretRef/name", false},
    {{"", "", "StatefulSet"}, "spec/template/spec/imagePullSecrets/name", false},
    {{"", "", "StatefulSet"}, "spec/template/spec/volumes/projected/sources/secret/name", false},
    {{"", "", "CronJob"}, "spec/jobTemplate/spec/template/spec/volumes/secret/secretName", false},
    {{"", "", "CronJob"},
     "spec/jobTemplate/spec/template/spec/volumes/projected/sources/secret/name",
     false},
    {{"", "", "CronJob"},
     "spec/jobTemplate/spec/template/spec/containers/env/valueFrom/secretKeyRef/name",
     false},
    {{"", "", "CronJob"},
     "spec/jobTemplate/spec/template/spec/initContainers/env/valueFrom/secretKeyRef/name",
     false},
    {{"", "", "CronJob"},
     "spec/jobTemplate/spec/template/spec/containers/envFrom/secretRef/name",
     false},
    {{"", "", "CronJob"},
     "spec/jobTemplate/spec/template/spec/initContainers/envFrom/secretRef/name",
     false},
    {{"", "", "CronJob"}, "spec/jobTemplate/spec/template/spec/imagePullSecrets/name", false},
    {{"", "v1", "Pod"}, "spec/volumes/secret/secretName", false},
    {{"", "v1", "Pod"}, "spec/containers/env/valueFrom/secretKeyRef/name", false},
    {{"", "v1", "Pod"}, "spec/initContainers/env/valueFrom/secretKeyRef/name", false},
    {{"", "v1", "Pod"}, "spec/containers/envFrom/secretRef/name", false},
    {{"", "v1", "Pod"}, "spec/initContainers/envFrom/secretRef/name", false},
    {{"", "v1", "Pod"}, "spec/imagePullSecrets/name", false},
    {{"", "v1", "Pod"}, "spec/volumes/projected/sources/secret/name", false},
    {{"", "", "DaemonSet"}, "spec/template/spec/volumes/secret/secretName", false},
    {{"", "", "DaemonSet"}, "spec/template/spec/containers/env/valueFrom/secretKeyRef/name", false},
    {{"", "", "DaemonSet"},
     "spec/template/spec/initContainers/env/valueFrom/secretKeyRef/name",
     false},
    {{"", "", "DaemonSet"}, "spec/template/spec/containers/envFrom/secretRef/name", false},
    {{"", "", "DaemonSet"}, "spec/template/spec/initContainers/envFrom/secretRef/name", false},
    {{"", "", "DaemonSet"}, "spec/template/spec/imagePullSecrets/name", false},
    {{"", "", "DaemonSet"}, "spec/template/spec/volumes/projected/sources/secret/name", false},
    {{"", "", "Ingress"}, "spec/tls/secretName", false},
    {{"", "", "Ingress"}, "metadata/annotations/ingress.kubernetes.io\\/auth-secret", false},
    {{"", "", "Ingress"}, "metadata/annotations/nginx.ingress.kubernetes.io\\/auth-secret", false},
    {{"", "", "Ingress"},
     "metadata/annotations/nginx.ingress.kubernetes.io\\/auth-tls-secret",
     false},
    {{"", "", "Ingress"}, "spec/tls/secretName", false},
    {{"", "", "Job"}, "spec/template/spec/volumes/secret/secretName", false},
    {{"", "", "Job"}, "spec/template/spec/containers/env/valueFrom/secretKeyRef/name", false},
    {{"", "", "Job"}, "spec/template/spec/initContainers/env/valueFrom/secretKeyRef/name", false},
    {{"", "", "Job"}, "spec/template/spec/containers/envFrom/secretRef/name", false},
    {{"", "", "Job"}, "spec/template/spec/initContainers/envFrom/secretRef/name", false},
    {{"", "", "Job"}, "spec/template/spec/imagePullSecrets/name", false},
    {{"", "", "Job"}, "spec/template/spec/volumes/projected/sources/secret/name", false},
    {{"", "", "PodTemplate"}, "template/spec/volumes/secret/secretName", false},
    {{"", "", "PodTemplate"}, "template/spec/containers/env/valueFrom/secretKeyRef/name", false},
    {{"", "", "PodTemplate"},
     "template/spec/initContainers/env/valueFrom/secretKeyRef/name",
     false},
    {{"", "", "PodTemplate"}, "template/spec/containers/envFrom/secretRef/name", false},
    {{"", "", "PodTemplate"}, "template/spec/initContainers/envFrom/secretRef/name", false},
    {{"", "", "PodTemplate"}, "template/spec/imagePullSecrets/name", false},
    {{"", "", "PodTemplate"}, "template/spec/volumes/projected/sources/secret/name", false},
    {{"", "", "ReplicaSet"}, "spec/template/spec/volumes/secret/secretName", false},
    {{"", "", "ReplicaSet"},
     "spec/template/spec/containers/env/valueFrom/secretKeyRef/name",
     false},
    {{"", "", "ReplicaSet"},
     "spec/template/spec/initContainers/env/valueFrom/secretKeyRef/name",
     false},
    {{"", "", "ReplicaSet"}, "spec/template/spec/containers/envFrom/secretRef/name", false},
    {{"", "", "ReplicaSet"}, "spec/template/spec/initContainers/envFrom/secretRef/name", false},
    {{"", "", "ReplicaSet"}, "spec/template/spec/imagePullSecrets/name", false},
    {{"", "", "ReplicaSet"}, "spec/template/spec/volumes/projected/sources/secret/name", false},
};

const FieldSpec kToService[] = {
    {{"apps", "", "StatefulSet"}, "spec/serviceName", false},
    {{"apiregistration.k8s.io", "", "APIService"}, "spec/service/name", false},
    {{"", "", "Ingress"}, "spec/rules/http/paths/backend/serviceName", false},
    {{"", "", "Ingress"}, "spec/backend/serviceName", false},
    {{"", "", "Ingress"}, "spec/rules/http/paths/backend/service/name", false},
    {{"", "", "Ingress"}, "spec/defaultBackend/service/name", false},
    {{"admissionregistration.k8s.io", "", "MutatingWebhookConfiguration"},
     "webhooks/clientConfig/service",
     false},
    {{"admissionregistration.k8s.io", "", "ValidatingWebhookConfiguration"},
     "webhooks/clientConfig/service",
     false},
};

const FieldSpec kToPriorityClass[] = {
    {{"", "", "Deployment"}, "spec/template/spec/priorityClassName", false},
    {{"", "", "StatefulSet"}, "spec/template/spec/priorityClassName", false},
    {{"", "", "CronJob"}, "spec/jobTemplate/spec/template/spec/priorityClassName", false},
    {{"", "", "DaemonSet"}, "spec/template/spec/priorityClassName", false},
    {{"", "", "Job"}, "spec/template/spec/priorityClassName", false},
    {{"", "", "Pod"}, "spec/priorityClassName", false},
    {{"", "", "ReplicationController"}, "spec/template/spec/priorityClassName", false},
};

const FieldSpec kToPersistentVolume[] = {
    {{"", "", "ClusterRole"}, "rules/resourceNames", false},
    {{"", "", "PersistentVolumeClaim"}, "spec/volumeName", false},
};

const FieldSpec kToPersistentVolumeClaim[] = {
    {{"", "", "Deployment"}, "spec/template/spec/volumes/persistentVolumeClaim/claimName", false},
    {{"", "", "StatefulSet"}, "spec/template/spec/volumes/persistentVolumeClaim/claimName", false},
    {{"", "", "CronJob"},
     "spec/jobTemplate/spec/template/spec/volumes/persistentVolumeClaim/claimName",
     false},
    {{"", "", "DaemonSet"}, "spec/template/spec/volumes/persistentVolumeClaim/claimName", false},
    {{"", "", "Job"}, "spec/template/spec/volumes/persistentVolumeClaim/claimName", false},
    {{"", "", "Pod"}, "spec/volumes/persistentVolumeClaim/claimName", false},
    {{"", "", "ReplicationController"},
     "spec/template/spec/volumes/persistentVolumeClaim/claimName",
     false},
};

const FieldSpec kToDeployment[] = {
    {{"", "", "HorizontalPodAutoscaler"}, "spec/scaleTargetRef/name", false},
};

const FieldSpec kToStatefulSet[] = {
    {{"", "", "HorizontalPodAutoscaler"}, "spec/scaleTargetRef/name", false},
};

const FieldSpec kToValidatingAdmissionPolicy[] = {
    {{"admissionregistration.k8s.io", "", "ValidatingAdmissionPolicyBinding"},
     "spec/policyName",
     false},
};

const FieldSpec kToIngressClass[] = {
    {{"", "", "Ingress"}, "spec/ingressClassName", false},
};

const FieldSpec kToReplicaSet[] = {
    {{"", "", "HorizontalPodAutoscaler"}, "spec/scaleTargetRef/name", false},
};

const FieldSpec kToReplicationController[] = {
    {{"", "", "HorizontalPodAutoscaler"}, "spec/scaleTargetRef/name", false},
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
  config.name_reference = {
      {{"storage.k8s.io", "v1", "StorageClass"}, specs(kToStorageClass)},
      {{"", "v1", "ServiceAccount"}, specs(kToServiceAccount)},
      {{"rbac.authorization.k8s.io", "", "Role"}, specs(kToRole)},
      {{"rbac.authorization.k8s.io", "", "ClusterRole"}, specs(kToClusterRole)},
      {{"", "v1", "ConfigMap"}, specs(kToConfigMap)},
      {{"", "v1", "Secret"}, specs(kToSecret)},
      {{"", "v1", "Service"}, specs(kToService)},
      {{"scheduling.k8s.io", "v1", "PriorityClass"}, specs(kToPriorityClass)},
      {{"", "v1", "PersistentVolume"}, specs(kToPersistentVolume)},
      {{"", "v1", "PersistentVolumeClaim"}, specs(kToPersistentVolumeClaim)},
      {{"", "", "Deployment"}, specs(kToDeployment)},
      {{"", "", "StatefulSet"}, specs(kToStatefulSet)},
      {{"admissionregistration.k8s.io", "", "ValidatingAdmissionPolicy"},
       specs(kToValidatingAdmissionPolicy)},
      {{"networking.k8s.io/v1", "v1", "IngressClass"}, specs(kToIngressClass)},
      {{"", "", "ReplicaSet"}, specs(kToReplicaSet)},
      {{"", "", "ReplicationController"}, specs(kToReplicationController)},
  };
  return config;
}

}  // namespace rumbo::render::kustomize
