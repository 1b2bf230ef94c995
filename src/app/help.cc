#include "app/help.h"

#include "app/invocation.h"
#include "app/table.h"
#include "base/strings.h"

namespace rumbo::app {
namespace {

std::string spelled(const Flag& flag) {
  std::string text = flag.letter ? std::string("-") + flag.letter + ", " : "    ";
  text += "--" + std::string(flag.name);
  if (!flag.value.empty()) text += " " + std::string(flag.value);
  return text;
}

std::string padded(std::string_view text, std::size_t width) {
  std::string out(text);
  const std::size_t has = columns(text);
  out.append(has < width ? width - has : 1, ' ');
  return out;
}

constexpr std::size_t kLine = 100;

/// The text in lines of at most kLine columns; all but the first begin with so many spaces.
std::string wrapped(std::string_view text, std::size_t indent) {
  std::string out;
  std::size_t used = indent;
  for (const std::string_view word : split(text, ' ')) {
    const std::size_t wide = columns(word);
    if (used > indent && used + 1 + wide > kLine) {
      out += "\n" + std::string(indent, ' ');
      used = indent;
    } else if (used > indent) {
      out += ' ';
      ++used;
    }
    out += word;
    used += wide;
  }
  return out;
}

std::string flag_lines(std::span<const Flag> flags) {
  constexpr std::size_t kNames = 28;
  std::string out;
  for (const Flag& flag : flags) {
    const std::string names = spelled(flag);
    const bool long_names = columns(names) >= kNames;
    out += "  " +
           (long_names ? names + "\n" + std::string(kNames + 2, ' ') : padded(names, kNames)) +
           wrapped(flag.help, kNames + 2) + "\n";
  }
  return out;
}

std::string code(std::string_view text) {
  return "`" + std::string(text) + "`";
}

std::string flag_table(std::span<const Flag> flags) {
  std::string out = "| Flag | |\n|---|---|\n";
  for (const Flag& flag : flags) {
    std::string names = flag.letter ? code(std::string("-") + flag.letter) + ", " : "";
    std::string text = "--" + std::string(flag.name);
    if (!flag.value.empty()) text += " " + std::string(flag.value);
    std::string help(flag.help);
    for (std::size_t at = 0; (at = help.find('|', at)) != std::string::npos; at += 2) {
      help.insert(at, "\\");
    }
    out += "| " + names + code(text) + " | " + help + " |\n";
  }
  return out;
}

}  // namespace

std::string overview() {
  std::string out =
      "rumbo keeps containers on course with Git: every deployment is a transaction.\n\n"
      "usage: rumbo VERB [flags]\n\nVerbs:\n";
  for (const Verb& verb : verbs()) {
    if (!verb.hidden) out += "  " + padded(verb.name, 12) + std::string(verb.summary) + "\n";
  }
  out += "\nFlags of every verb:\n" + flag_lines(global_flags());
  return out + "\n`rumbo VERB --help` or `rumbo help VERB` tells more about one.\n";
}

std::string verb_help(const Verb& verb) {
  std::string out = std::string(verb.summary) + "\n";
  if (!verb.details.empty()) out += "\n" + wrapped(verb.details, 0) + "\n";
  out += "\n" + usage_line(verb) + "\n";
  if (!verb.flags.empty()) out += "\nFlags:\n" + flag_lines(verb.flags);
  out += "\nExamples:\n";
  for (const std::string_view example : verb.examples) out += "  " + std::string(example) + "\n";
  out += "\n" + wrapped("Exit status: " + std::string(verb.exits), 0) + "\n";
  return out + "\nFlags of every verb: see `rumbo --help`.\n";
}

std::string markdown() {
  std::string out =
      "# The command line\n\n"
      "This page is made by `rumbo docs cli` from the table that the program itself uses.\n\n"
      "A verb talks to the daemon when one holds the state directory, and works in its own process "
      "otherwise; the output is the same.\n\n## Flags of every verb\n\n" +
      flag_table(global_flags());
  for (const Verb& verb : verbs()) {
    if (verb.hidden) continue;
    out += "\n## rumbo " + std::string(verb.name) + "\n\n" + std::string(verb.summary) + "\n";
    if (!verb.details.empty()) out += "\n" + std::string(verb.details) + "\n";
    out += "\n```\n" + usage_line(verb).substr(7) + "\n```\n";
    if (!verb.flags.empty()) out += "\n" + flag_table(verb.flags);
    out += "\n```sh\n";
    for (const std::string_view example : verb.examples) out += std::string(example) + "\n";
    out += "```\n\nExit status: " + std::string(verb.exits) + "\n";
  }
  return out;
}

}  // namespace rumbo::app
