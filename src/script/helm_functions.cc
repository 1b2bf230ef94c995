#include "script/helm_functions.h"

#include "script/sprig.h"

namespace rumbo::script {
namespace {

std::shared_ptr<const FunctionTable> make_table() {
  auto table = std::make_shared<FunctionTable>();
  add_builtins(*table);
  // Later groups hide earlier names: Sprig's slice hides Go's.
  add_sprig_strings(*table);
  add_sprig_cases(*table);
  add_sprig_lists(*table);
  add_sprig_dicts(*table);
  add_sprig_math(*table);
  add_sprig_defaults(*table);
  add_sprig_json(*table);
  add_helm_templates(*table);
  add_helm_formats(*table);
  add_sprig_dates(*table);
  add_sprig_paths(*table);
  add_sprig_semver(*table);
  add_sprig_regex(*table);
  add_sprig_urls(*table);
  add_sprig_hashes(*table);
  add_sprig_random(*table);
  add_sprig_certificates(*table);
  return table;
}

}  // namespace

std::shared_ptr<const FunctionTable> helm_functions() {
  static const std::shared_ptr<const FunctionTable> table = make_table();
  return table;
}

}  // namespace rumbo::script
