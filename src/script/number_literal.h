// A number in a template to what it may stand for.
//
// Threads: pure functions.
#pragma once

#include "script/lexer.h"
#include "script/node.h"

namespace rumbo::script {

/// The error is Go's text, without a place.
Outcome<Number> read_number(std::string_view text, TokenKind kind);

}  // namespace rumbo::script
