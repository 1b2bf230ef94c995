// Completion for shells, made from the table of verbs.
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

/// What may stand where a verb's usage line says so.
struct Places {
  std::string words;  ///< for the first place, with blanks between them
  bool applications = false, files = false;
};

Places places_of(const Verb& verb) {
  const std::string_view usage = verb.arguments;
  const std::string_view first = usage.substr(0, usage.find(' '));
  Places out;
  if (first == "KIND") out.words = "apps environments objects drift images";
  if (first.find('|') != std::string_view::npos) out.words = replace_all(first, "|", " ");
  out.applications = usage.find("APP") != std::string_view::npos;
  out.files = !out.applications && (usage.find("PATH") != std::string_view::npos ||
                                    usage.find("FILE") != std::string_view::npos);
  return out;
}

std::string zsh_arguments(const Places& places) {
  std::string out;
  if (!places.words.empty()) out += " '1:word:(" + places.words + ")'";
  if (places.applications) out += " '*:application:_rumbo_apps'";
  if (places.files) out += " '*:file:_files'";
  return out;
}

/// " --environment -e": those of the flags that `wanted` says, with their letters.
template <class Wanted>
std::string bash_words(std::span<const Flag> flags, Wanted wanted) {
  std::string out;
  for (const Flag& flag : flags) {
    if (!wanted(flag)) continue;
    out += " --" + std::string(flag.name);
    if (flag.letter != 0) out += std::string(" -") + flag.letter;
  }
  return out;
}

bool takes_value(const Flag& flag) {
  return !flag.value.empty();
}
bool takes_file(const Flag& flag) {
  return names_file(flag.value);
}

/// The line of one verb: its flags, those with a value, those with a file, and what else may stand
/// there.
std::string bash_case(const Verb& verb) {
  std::string flags;
  for (const Flag& flag : verb.flags) flags += " --" + std::string(flag.name);
  const Places places = places_of(verb);
  return "    " + std::string(verb.name) + ") flags+=\"" + flags + "\" valued+=\"" +
         bash_words(verb.flags, takes_value) + "\" filed+=\"" + bash_words(verb.flags, takes_file) +
         "\" words=\"" + places.words + "\"" + (places.applications ? " apps=yes" : "") +
         (places.files ? " files=yes" : "") + " ;;\n";
}

}  // namespace

std::string bash_completion() {
  std::string names, cases, global = "--help";
  for (const Flag& flag : global_flags()) global += " --" + std::string(flag.name);
  for (const Verb& verb : verbs()) {
    if (verb.hidden) continue;
    names += (names.empty() ? "" : " ") + std::string(verb.name);
    cases += bash_case(verb);
  }
  return "# bash completion for rumbo; load it with: source <(rumbo completion bash)\n"
         "_rumbo() {\n"
         "  local word=\"${COMP_WORDS[COMP_CWORD]}\" previous=\"${COMP_WORDS[COMP_CWORD-1]}\"\n"
         "  local verb=\"\" words=\"\" apps=no files=no i\n"
         "  local flags=\"" +
         global + "\"\n  local valued=\"" + bash_words(global_flags(), takes_value) +
         "\" filed=\"" + bash_words(global_flags(), takes_file) +
         "\"\n"
         "  for ((i = 1; i < COMP_CWORD; ++i)); do\n"
         "    case \"${COMP_WORDS[i]}\" in\n"
         "      -*) [[ \"$valued \" != *\" ${COMP_WORDS[i]} \"* ]] || ((++i)) ;;\n"
         "      *) verb=\"${COMP_WORDS[i]}\"; break ;;\n"
         "    esac\n"
         "  done\n"
         "  case \"$verb\" in\n" +
         cases +
         "  esac\n"
         "  COMPREPLY=()\n"
         "  if [[ $previous == -o || $previous == --output ]]; then\n"
         "    COMPREPLY=($(compgen -W \"table wide json yaml name\" -- \"$word\"))\n"
         "  elif [[ \"$filed \" == *\" $previous \"* ]]; then\n"
         "    COMPREPLY=($(compgen -f -- \"$word\"))\n"
         "  elif [[ \"$valued \" == *\" $previous \"* ]]; then\n"
         "    return\n"
         "  elif [[ $word == -* ]]; then\n"
         "    COMPREPLY=($(compgen -W \"$flags\" -- \"$word\"))\n"
         "  elif [[ -z $verb ]]; then\n"
         "    COMPREPLY=($(compgen -W \"" +
         names +
         "\" -- \"$word\"))\n"
         "  elif [[ -n $words && $previous == \"$verb\" ]]; then\n"
         "    COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
         "  elif [[ $apps == yes ]]; then\n"
         "    COMPREPLY=($(compgen -W \"$(rumbo get apps -o name -q 2>/dev/null)\" -- \"$word\"))\n"
         "  elif [[ $files == yes ]]; then\n"
         "    COMPREPLY=($(compgen -f -- \"$word\"))\n"
         "  fi\n"
         "}\n"
         "complete -F _rumbo rumbo\n";
}

std::string zsh_completion() {
  std::string global = "'(-h --help)'{-h,--help}'[print help]'", names, cases;
  for (const Flag& flag : global_flags()) global += " \\\n    " + zsh_flag(flag);
  for (const Verb& verb : verbs()) {
    if (verb.hidden) continue;
    const std::string name(verb.name);
    names += "    " + zsh_quoted(name + ":" + std::string(verb.summary)) + "\n";
    std::string specs;
    for (const Flag& flag : verb.flags) specs += " \\\n        " + zsh_flag(flag);
    const std::string arguments = zsh_arguments(places_of(verb));
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
    const Places places = places_of(verb);
    if (!places.words.empty()) {
      out += "complete -c rumbo" + condition + " -a " + fish_quoted(places.words) + "\n";
    }
    if (places.applications) {
      out += "complete -c rumbo" + condition + " -a '(rumbo get apps -o name -q 2>/dev/null)'\n";
    }
    if (places.files) out += "complete -c rumbo" + condition + " -F\n";
  }
  return out;
}

}  // namespace rumbo::app
