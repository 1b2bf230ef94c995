// Completion for shells besides bash, made from the table of verbs.
#include "app/help.h"
#include "base/strings.h"

namespace rumbo::app {
namespace {

/// As fish quotes: in single quotes, with \ and ' escaped.
std::string fish_quoted(std::string_view text) {
  return "'" + replace_all(replace_all(text, "\\", "\\\\"), "'", "\\'") + "'";
}

/// As zsh quotes: in single quotes, where only ' needs care.
std::string zsh_quoted(std::string_view text) {
  return "'" + replace_all(text, "'", "'\\''") + "'";
}

bool names_file(std::string_view value) {
  return value.starts_with("FILE") || value == "DIR" || value == "PATH";
}

std::string fish_flag(const Flag& flag, const std::string& condition) {
  std::string line = "complete -c rumbo" + condition + " -l " + std::string(flag.name);
  if (flag.letter != 0) line += std::string(" -s ") + flag.letter;
  if (!flag.value.empty()) {
    line += names_file(flag.value) ? " -r -F" : " -x";
  }
  if (flag.name == "output") line += " -a 'table wide json yaml name'";
  return line + " -d " + fish_quoted(flag.help) + "\n";
}

/// A flag as zsh's _arguments takes it: one that takes a value may be given again.
std::string zsh_flag(const Flag& flag) {
  const std::string name(flag.name);
  std::string tail = "[" + replace_all(replace_all(flag.help, "\\", "\\\\"), "]", "\\]") + "]";
  if (!flag.value.empty()) {
    tail += ":" + replace_all(flag.value, ":", "\\:") + ":";
    if (name == "output") tail += "(table wide json yaml name)";
    if (names_file(flag.value)) tail += "_files";
  }
  std::string forms = "--" + name + (flag.value.empty() ? "" : "=");
  if (flag.letter == 0) {
    return zsh_quoted((flag.value.empty() ? "" : "*") + forms + tail);
  }
  const std::string letter = std::string("-") + flag.letter;
  forms = "{" + letter + (flag.value.empty() ? "," : "+,") + forms + "}";
  const std::string once = "(" + letter + " --" + name + ")";
  return zsh_quoted(flag.value.empty() ? once : "*") + forms + zsh_quoted(tail);
}

/// What may stand where the usage line says so: applications, files, or one of some words.
std::string zsh_arguments(std::string_view usage) {
  std::string out;
  const std::string_view first = usage.substr(0, usage.find(' '));
  if (first == "KIND") {
    out += " '1:kind:(apps environments objects drift images)'";
  } else if (first.find('|') != std::string_view::npos) {
    out += " '1:word:(" + replace_all(first, "|", " ") + ")'";
  }
  if (usage.find("APP") != std::string_view::npos) return out + " '*:application:_rumbo_apps'";
  if (usage.find("PATH") != std::string_view::npos ||
      usage.find("FILE") != std::string_view::npos) {
    out += " '*:file:_files'";
  }
  return out;
}

}  // namespace

std::string zsh_completion() {
  std::string global = "'(-h --help)'{-h,--help}'[print help]'", names, cases;
  for (const Flag& flag : global_flags()) global += " \\\n    " + zsh_flag(flag);
  for (const Verb& verb : verbs()) {
    if (verb.hidden) continue;
    const std::string name(verb.name);
    names += "    " + zsh_quoted(name + ":" + std::string(verb.summary)) + "\n";
    std::string specs;
    for (const Flag& flag : verb.flags) specs += " \\\n        " + zsh_flag(flag);
    const std::string arguments = zsh_arguments(verb.arguments);
    if (!arguments.empty()) specs += " \\\n       " + arguments;
    cases += "      " + name + ")\n        _arguments -S $global" + specs + " ;;\n";
  }
  return "#compdef rumbo\n"
         "# zsh completion for rumbo: source <(rumbo completion zsh), or save it as _rumbo in a\n"
         "# directory of $fpath\n"
         "_rumbo_apps() {\n"
         "  local -a apps\n"
         "  apps=(${(f)\"$(rumbo get apps -o name -q 2>/dev/null)\"})\n"
         "  compadd -a apps\n"
         "}\n"
         "_rumbo() {\n"
         "  local state line\n"
         "  local -a verbs global\n"
         "  verbs=(\n" +
         names +
         "  )\n"
         "  global=(\n    " +
         global +
         "\n  )\n"
         "  _arguments -C $global '1:verb:->verb' '*::argument:->argument'\n"
         "  case $state in\n"
         "    verb) _describe verb verbs ;;\n"
         "    argument)\n"
         "      case $line[1] in\n" +
         cases +
         "      esac ;;\n"
         "  esac\n"
         "}\n"
         "if [[ $funcstack[1] == _rumbo ]]; then _rumbo \"$@\"; else compdef _rumbo rumbo; fi\n";
}

std::string fish_completion() {
  std::string out =
      "# fish completion for rumbo; load it with: rumbo completion fish | source\n"
      "complete -c rumbo -f\n";
  for (const Flag& flag : global_flags()) out += fish_flag(flag, "");
  for (const Verb& verb : verbs()) {
    if (verb.hidden) continue;
    const std::string name(verb.name);
    out += "complete -c rumbo -n __fish_use_subcommand -a " + name + " -d " +
           fish_quoted(verb.summary) + "\n";
    const std::string condition = " -n '__fish_seen_subcommand_from " + name + "'";
    for (const Flag& flag : verb.flags) out += fish_flag(flag, condition);
    if (verb.arguments.find("APP") != std::string_view::npos) {
      out += "complete -c rumbo" + condition + " -a '(rumbo get apps -o name -q 2>/dev/null)'\n";
    }
    if (verb.arguments.find("PATH") != std::string_view::npos ||
        verb.arguments.find("FILE") != std::string_view::npos) {
      out += "complete -c rumbo" + condition + " -F\n";
    }
  }
  return out;
}

}  // namespace rumbo::app
