// The functions of Helm 4.2.4: Go's, Sprig 3.3.0's without env and expandenv, and Helm's own.
//
// Threads: the table is immutable and shared.
#pragma once

#include <memory>
#include <string>

#include "script/function.h"

namespace rumbo::script {

/// One table for the whole process, made at the first call.
std::shared_ptr<const FunctionTable> helm_functions();

/// Helm's last step on each rendered file and tpl result: every literal "<no value>" goes.
std::string remove_no_value(std::string text);

}  // namespace rumbo::script
