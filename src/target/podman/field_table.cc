// Kinds and the look-up of their fields.
#include "target/podman/field_table.h"

#include <map>

#include "target/podman/field_rows.h"

namespace rumbo::target::podman {
namespace {

constexpr KindRow kKinds[] = {
    {"Namespace", "v1", "Namespace", "a network of its own"},
    {"ConfigMap", "v1", "ConfigMap", "files and variables of pods"},
    {"Secret", "v1", "Secret", "files in memory and variables of pods"},
    {"Service", "v1", "Service", "a virtual address, and ports of the host"},
    {"Deployment.apps", "apps/v1", "Deployment", "pods that are replaced in one switch"},
    {"DaemonSet.apps", "apps/v1", "DaemonSet", "one pod, as there is one node"},
    {"StatefulSet.apps", "apps/v1", "StatefulSet",
     "pods with names and claims of their own; the old ones stop before the new ones start"},
    {"Pod", "v1", "Pod", "one pod that is replaced in one switch"},
    {"PersistentVolumeClaim", "v1", "PersistentVolumeClaim",
     "a named volume of Podman, which outlives its pods"},
    {"CronJob.batch", "batch/v1", "CronJob", "a Job at every time of its schedule"},
    {"Job.batch", "batch/v1", "Job", "runs once; as a hook once in each transaction"},
};

using Index = std::map<std::string_view, std::span<const Field>>;

Index make_index() {
  Index index;
  for (const auto rows : {object_rows(), workload_rows(), pod_rows(), container_rows()}) {
    for (std::size_t begin = 0; begin < rows.size();) {
      std::size_t end = begin;
      while (end < rows.size() && rows[end].table == rows[begin].table) ++end;
      index.emplace(rows[begin].table, rows.subspan(begin, end - begin));
      begin = end;
    }
  }
  return index;
}

}  // namespace

std::span<const KindRow> kind_rows() {
  return kKinds;
}

std::span<const Field> fields_of(std::string_view table) {
  static const Index index = make_index();
  const auto found = index.find(table);
  return found == index.end() ? std::span<const Field>() : found->second;
}

std::string_view to_string(FieldType type) {
  switch (type) {
    case FieldType::text:
      return "string";
    case FieldType::integer:
      return "integer";
    case FieldType::boolean:
      return "boolean";
    case FieldType::quantity:
      return "quantity";
    case FieldType::port_or_name:
      return "port or its name";
    case FieldType::texts:
      return "list of strings";
    case FieldType::integers:
      return "list of integers";
    case FieldType::text_map:
      return "map of strings";
    case FieldType::quantity_map:
      return "map of quantities";
    case FieldType::object:
      return "object";
    case FieldType::objects:
      return "list of objects";
    case FieldType::any:
      return "any";
  }
  return "any";
}

std::string_view to_string(FieldUse use) {
  switch (use) {
    case FieldUse::supported:
      return "supported";
    case FieldUse::ignored:
      return "ignored";
    case FieldUse::refused:
      return "refused";
  }
  return "supported";
}

}  // namespace rumbo::target::podman
