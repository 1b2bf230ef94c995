// The groups that make up Sprig and Helm's own functions.
//
// Threads: called once while the table is made.
#pragma once

#include "script/function.h"

namespace rumbo::script {

void add_sprig_strings(FunctionTable& table);
void add_sprig_cases(FunctionTable& table);
void add_sprig_lists(FunctionTable& table);
void add_sprig_dicts(FunctionTable& table);
void add_sprig_math(FunctionTable& table);
void add_sprig_defaults(FunctionTable& table);
void add_sprig_json(FunctionTable& table);
void add_sprig_dates(FunctionTable& table);
void add_sprig_regex(FunctionTable& table);
void add_sprig_paths(FunctionTable& table);
void add_sprig_urls(FunctionTable& table);
void add_sprig_semver(FunctionTable& table);
void add_sprig_hashes(FunctionTable& table);
void add_sprig_random(FunctionTable& table);
void add_sprig_certificates(FunctionTable& table);
void add_helm_templates(FunctionTable& table);
void add_helm_formats(FunctionTable& table);

}  // namespace rumbo::script
