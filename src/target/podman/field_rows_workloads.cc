// The fields of DaemonSets, StatefulSets and claims.
#include "target/podman/field_rows.h"

namespace rumbo::target::podman {
namespace {

using T = FieldType;
using U = FieldUse;

constexpr std::string_view kKept = "kept by the host; what is written is not read";
constexpr std::string_view kHistory = "the journal keeps the history";

constexpr Field kRows[] = {
    {"DaemonSet", "apiVersion", T::text, {}, U::supported, {}, true},
    {"DaemonSet", "kind", T::text, {}, U::supported, {}, true},
    {"DaemonSet", "metadata", T::object, "Metadata", U::supported, {}, true},
    {"DaemonSet", "spec", T::object, "DaemonSetSpec", U::supported, {}, true},
    {"DaemonSet", "status", T::any, {}, U::supported, kKept},
    {"DaemonSetSpec", "selector", T::object, "LabelSelector", U::supported, {}, true},
    {"DaemonSetSpec", "template", T::object, "PodTemplate", U::supported, {}, true},
    {"DaemonSetSpec", "updateStrategy", T::object, "DaemonSetStrategy"},
    {"DaemonSetSpec", "minReadySeconds", T::integer},
    {"DaemonSetSpec", "revisionHistoryLimit", T::integer, {}, U::ignored, kHistory},
    {"DaemonSetStrategy", "type", T::text, "RollingUpdate", U::supported,
     "OnDelete is refused: a commit is deployed as a whole"},
    {"DaemonSetStrategy", "rollingUpdate", T::any, {}, U::ignored, "there is one node"},
    {"StatefulSet", "apiVersion", T::text, {}, U::supported, {}, true},
    {"StatefulSet", "kind", T::text, {}, U::supported, {}, true},
    {"StatefulSet", "metadata", T::object, "Metadata", U::supported, {}, true},
    {"StatefulSet", "spec", T::object, "StatefulSetSpec", U::supported, {}, true},
    {"StatefulSet", "status", T::any, {}, U::supported, kKept},
    {"StatefulSetSpec", "replicas", T::integer},
    {"StatefulSetSpec", "selector", T::object, "LabelSelector", U::supported, {}, true},
    {"StatefulSetSpec", "template", T::object, "PodTemplate", U::supported, {}, true},
    {"StatefulSetSpec",
     "serviceName",
     T::text,
     {},
     U::supported,
     "with a headless Service of this name each pod has a name of its own"},
    {"StatefulSetSpec", "podManagementPolicy", T::text, "OrderedReady|Parallel"},
    {"StatefulSetSpec", "updateStrategy", T::object, "StatefulSetStrategy"},
    {"StatefulSetSpec", "volumeClaimTemplates", T::objects, "ClaimTemplate", U::supported,
     "the claims stay when pods or the StatefulSet go"},
    {"StatefulSetSpec", "minReadySeconds", T::integer},
    {"StatefulSetSpec", "revisionHistoryLimit", T::integer, {}, U::ignored, kHistory},
    {"StatefulSetSpec",
     "persistentVolumeClaimRetentionPolicy",
     T::any,
     {},
     U::ignored,
     "claims of templates are always kept"},
    {"StatefulSetSpec", "ordinals", T::any, {}, U::refused, "ordinals begin at 0"},
    {"StatefulSetStrategy", "type", T::text, "RollingUpdate", U::supported,
     "OnDelete is refused: a commit is deployed as a whole"},
    {"StatefulSetStrategy",
     "rollingUpdate",
     T::any,
     {},
     U::ignored,
     "all pods are replaced in one transaction"},
    {"ClaimTemplate", "apiVersion", T::text},
    {"ClaimTemplate", "kind", T::text},
    {"ClaimTemplate", "metadata", T::object, "Metadata", U::supported, {}, true},
    {"ClaimTemplate", "spec", T::object, "ClaimSpec", U::supported, {}, true},
    {"ClaimTemplate", "status", T::any, {}, U::supported, kKept},
    {"PersistentVolumeClaim", "apiVersion", T::text, {}, U::supported, {}, true},
    {"PersistentVolumeClaim", "kind", T::text, {}, U::supported, {}, true},
    {"PersistentVolumeClaim", "metadata", T::object, "Metadata", U::supported, {}, true},
    {"PersistentVolumeClaim", "spec", T::object, "ClaimSpec", U::supported, {}, true},
    {"PersistentVolumeClaim", "status", T::any, {}, U::supported, kKept},
    {"ClaimSpec",
     "accessModes",
     T::texts,
     {},
     U::supported,
     "ReadWriteMany: two generations may write at the same time; else the old pods stop first"},
    {"ClaimSpec", "resources", T::any, {}, U::ignored, "volumes of Podman have no size"},
    {"ClaimSpec", "storageClassName", T::text, {}, U::ignored, "there is one class: this disk"},
    {"ClaimSpec", "volumeMode", T::text, "Filesystem", U::supported, "Block is refused"},
    {"ClaimSpec", "volumeName", T::text, {}, U::refused, "volumes are named after their claims"},
    {"ClaimSpec", "selector", T::any, {}, U::refused, "volumes are named after their claims"},
    {"ClaimSpec", "dataSource", T::any, {}, U::refused, "volumes begin empty"},
    {"ClaimSpec", "dataSourceRef", T::any, {}, U::refused, "volumes begin empty"},
};

}  // namespace

std::span<const Field> workload_rows() {
  return kRows;
}

}  // namespace rumbo::target::podman
