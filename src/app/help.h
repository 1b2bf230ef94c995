// Help: texts made from the table of verbs, for the terminal, the shell and docs/cli.md.
//
// Threads: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "app/verb.h"

namespace rumbo::app {

/// What `rumbo --help` prints: every verb with its summary, and the global flags.
std::string overview();
/// What `rumbo VERB --help` prints.
std::string verb_help(const Verb& verb);
/// docs/cli.md, whole.
std::string markdown();
/// The manual page rumbo(1), in the language of man(7).
std::string man_page();
/// A page of docs/ that is made from the program's own tables: cli, configuration, podman-fields;
/// nullopt for others.
std::optional<std::string> docs_page(std::string_view page);
/// A completion script for bash.
std::string bash_completion();
std::string zsh_completion();
std::string fish_completion();

}  // namespace rumbo::app
