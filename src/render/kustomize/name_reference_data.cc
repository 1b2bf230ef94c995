// Which fields hold the names of other objects. The facts are those of Kustomize 5.8.1
// (Apache-2.0), sorted as it sorts them.
//
// Threads: constant data.
#include "render/kustomize/field_spec.h"

namespace rumbo::render::kustomize {
namespace {

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

std::vector<NameReference> default_name_references() {
  return {
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
}

}  // namespace rumbo::render::kustomize
