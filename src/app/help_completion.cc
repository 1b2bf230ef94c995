// Completion for shells besides bash, made from the table of verbs.
#include "app/help.h"
#include "base/strings.h"

namespace rumbo::app {
namespace {

/// As fish quotes: in single quotes, with \ and ' escaped.
std::string quoted(std::string_view text) {
  return "'" + replace_all(replace_all(text, "\\", "\\\\"), "'", "\\'") + "'";
}

std::string fish_flag(const Flag& flag, const std::string& condition) {
  std::string line = "complete -c rumbo" + condition + " -l " + std::string(flag.name);
  if (flag.letter != 0) line += std::string(" -s ") + flag.letter;
  if (!flag.value.empty()) {
    const bool file = flag.value == "FILE" || flag.value == "DIR";
    line += file ? " -r -F" : " -x";
  }
  if (flag.name == "output") line += " -a 'table wide json yaml name'";
  return line + " -d " + quoted(flag.help) + "\n";
}

}  // namespace

std::string zsh_completion() {
  return "#compdef rumbo\n"
         "# zsh completion for rumbo; load it with: source <(rumbo completion zsh)\n"
         "autoload -U +X bashcompinit && bashcompinit\n" +
         bash_completion();
}

std::string fish_completion() {
  std::string out =
      "# fish completion for rumbo; load it with: rumbo completion fish | source\n"
      "complete -c rumbo -f\n";
  for (const Flag& flag : global_flags()) out += fish_flag(flag, "");
  for (const Verb& verb : verbs()) {
    if (verb.hidden) continue;
    const std::string name(verb.name);
    out += "complete -c rumbo -n __fish_use_subcommand -a " + name + " -d " + quoted(verb.summary) +
           "\n";
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
