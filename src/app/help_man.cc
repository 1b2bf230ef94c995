// The manual page, from the same table as --help.
#include "app/help.h"
#include "app/invocation.h"
#include "base/strings.h"

namespace rumbo::app {
namespace {

/// Text as roff reads it: no request begins in it, and hyphens can be copied.
std::string roff(std::string_view text) {
  std::string out = replace_all(replace_all(text, "\\", "\\e"), "-", "\\-");
  return out.starts_with('.') || out.starts_with('\'') ? "\\&" + out : out;
}

std::string flags_of(std::span<const Flag> flags) {
  std::string out;
  for (const Flag& flag : flags) {
    out += ".TP\n";
    if (flag.letter) out += ".B \\-" + std::string(1, flag.letter) + ", ";
    out += (flag.letter ? "" : ".B ") + std::string("\\-\\-") + roff(flag.name);
    if (!flag.value.empty()) out += " \\fI" + roff(flag.value) + "\\fR";
    out += "\n" + roff(flag.help) + "\n";
  }
  return out;
}

}  // namespace

std::string man_page() {
  std::string out =
      ".TH RUMBO 1\n.SH NAME\nrumbo \\- keeps containers on course with Git; every deployment is a "
      "transaction\n.SH SYNOPSIS\n.B rumbo\n.I VERB\n[flags]\n.SH DESCRIPTION\n"
      "A verb talks to the daemon when one holds the state directory, and works in its own process "
      "otherwise; the output is the same.\n.SH FLAGS OF EVERY VERB\n" +
      flags_of(global_flags()) + ".SH VERBS\n";
  for (const Verb& verb : verbs()) {
    if (verb.hidden) continue;
    out += ".SS " + roff(usage_line(verb).substr(7)) + "\n" + roff(verb.summary) + ".\n";
    if (!verb.details.empty()) out += ".PP\n" + roff(verb.details) + "\n";
    out += flags_of(verb.flags) + ".PP\nExamples:\n.nf\n";
    for (const std::string_view example : verb.examples) out += "  " + roff(example) + "\n";
    out += ".fi\n.PP\nExit status: " + roff(verb.exits) + "\n";
  }
  return out +
         ".SH FILES\n.TP\n.I /etc/rumbo\nthe configuration\n.TP\n.I /var/lib/rumbo\nthe state "
         "directory: journal, key, mirrors of repositories, targets\n.SH SEE ALSO\n"
         ".BR podman (1),\n.BR git (1)\n";
}

}  // namespace rumbo::app
