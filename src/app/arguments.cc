// Reading of the command line with CLI11. Only the chosen verb's flags are declared, so that
// start-up does not pay for all the others.
#include <CLI/CLI.hpp>
#include <algorithm>

#include "app/invocation.h"
#include "base/strings.h"

namespace rumbo::app {
namespace {

std::string first_of(std::string_view word) {
  return std::string(word.substr(0, word.find('=')));
}

const Flag* flag_named(std::span<const Flag> flags, std::string_view word) {
  for (const Flag& flag : flags) {
    if (word.starts_with("--") ? word.substr(2) == flag.name
                               : word.size() >= 2 && word[0] == '-' && word[1] == flag.letter) {
      return &flag;
    }
  }
  return nullptr;
}

/// The index of the verb: the first word that is neither a global flag nor the value of one.
std::size_t verb_index(const std::vector<std::string>& words) {
  std::size_t at = 0;
  for (; at < words.size() && words[at].starts_with('-') && words[at] != "--"; ++at) {
    const Flag* flag = flag_named(global_flags(), first_of(words[at]));
    const bool takes_next = flag && !flag->value.empty() &&
                            words[at].find('=') == std::string::npos &&
                            (words[at].starts_with("--") || words[at].size() == 2);
    if (takes_next) ++at;
  }
  return at;
}

Error unknown_verb(std::string_view word) {
  std::vector<std::string_view> names;
  for (const Verb& verb : verbs()) {
    if (!verb.hidden) names.push_back(verb.name);
  }
  Error error(Code::invalid, "unknown verb `" + printable(word, 64) + "`");
  const std::string_view near = closest(word, names);
  return std::move(error).with_hint(near.empty()
                                        ? std::string("`rumbo --help` lists the verbs")
                                        : "did you mean `rumbo " + std::string(near) + "`?");
}

Error usage_error(const Verb* verb, std::string message, std::string_view hint = {}) {
  std::string usage = verb ? usage_line(*verb) : std::string("usage: rumbo VERB [flags]");
  if (!hint.empty()) usage = std::string(hint) + "; " + usage;
  return Error(Code::invalid, std::move(message)).with_hint(std::move(usage));
}

Error unknown_flag(const Verb* verb, std::string_view word) {
  std::vector<std::string> names{"--help"};
  for (const Flag& flag : global_flags()) names.push_back("--" + std::string(flag.name));
  if (verb) {
    for (const Flag& flag : verb->flags) names.push_back("--" + std::string(flag.name));
  }
  const std::string given = first_of(word);
  const std::vector<std::string_view> candidates(names.begin(), names.end());
  const std::string_view near =
      given.starts_with("--") ? closest(given, candidates) : std::string_view();
  return usage_error(verb, "unknown flag `" + printable(given, 64) + "`",
                     near.empty() ? std::string() : "did you mean `" + std::string(near) + "`?");
}

/// True if some word may be this flag: the others need not be declared, which takes longer than
/// reading a small file.
bool is_mentioned(const Flag& flag, const std::vector<std::string>& words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
    if (word.starts_with("--")) return word.substr(2).starts_with(flag.name);
    return word.starts_with('-') && flag.letter != 0 && word.find(flag.letter) != word.npos;
  });
}

void declare(CLI::App& parser, std::span<const Flag> flags, const std::vector<std::string>& words,
             Invocation& into) {
  for (const Flag& flag : flags) {
    if (!is_mentioned(flag, words)) continue;
    std::string names = "--" + std::string(flag.name);
    if (flag.letter) names += std::string(",-") + flag.letter;
    const std::string key(flag.name);
    if (flag.value.empty()) {
      parser.add_flag_callback(names, [&into, key] { into.flags[key].emplace_back(); });
    } else {
      parser
          .add_option_function<std::vector<std::string>>(
              names, [&into, key](const std::vector<std::string>& all) { into.flags[key] = all; })
          ->expected(1)
          ->take_all()
          ->allow_extra_args(false);
    }
  }
}

Result<> check_count(const Invocation& read) {
  const Verb& verb = *read.verb;
  if (read.arguments.size() < verb.least) {
    return fail(usage_error(
        &verb, "`" + std::string(verb.name) + "` needs " + std::string(verb.arguments)));
  }
  if (read.arguments.size() > verb.most) {
    return fail(usage_error(&verb, "unexpected argument `" +
                                       printable(read.arguments[verb.most], 64) + "` of `" +
                                       std::string(verb.name) + "`"));
  }
  return {};
}

}  // namespace

std::string Invocation::value(std::string_view flag, std::string_view fallback) const {
  const auto found = flags.find(flag);
  if (found == flags.end() || found->second.empty()) return std::string(fallback);
  return found->second.back();
}

std::vector<std::string> Invocation::values(std::string_view flag) const {
  const auto found = flags.find(flag);
  return found == flags.end() ? std::vector<std::string>() : found->second;
}

std::vector<std::string> Invocation::words(std::string_view flag) const {
  std::vector<std::string> out;
  for (const std::string& value : values(flag)) {
    for (const auto word : split(value, ',')) out.emplace_back(word);
  }
  return out;
}

Result<std::int64_t> Invocation::number(std::string_view flag, std::int64_t fallback) const {
  if (!has(flag)) return fallback;
  const std::string text = value(flag);
  const auto parsed = parse_int(text);
  if (!parsed || *parsed < 0) {
    return fail(usage_error(
        verb, "--" + std::string(flag) + " needs a number, not `" + printable(text, 64) + "`"));
  }
  return *parsed;
}

std::string usage_line(const Verb& verb) {
  std::string line = "usage: rumbo " + std::string(verb.name);
  if (!verb.arguments.empty()) line += " " + std::string(verb.arguments);
  return line + " [flags]";
}

Result<Invocation> parse_arguments(const std::vector<std::string>& arguments) {
  Invocation read;
  std::vector<std::string> words = arguments;
  const std::size_t at = verb_index(words);
  // `rumbo help sync`, as people of git and kubectl type it.
  if (at < words.size() && words[at] == "help") {
    words.erase(words.begin() + static_cast<std::ptrdiff_t>(at));
    words.emplace_back("--help");
  }
  if (at < words.size() && words[at] != "--" && words[at] != "--help") {
    read.verb = find_verb(words[at]);
    if (!read.verb) return fail(unknown_verb(words[at]));
    words.erase(words.begin() + static_cast<std::ptrdiff_t>(at));
  }

  CLI::App parser;
  parser.set_help_flag();
  parser.allow_extras();
  parser.add_flag("--help,-h", read.help);
  declare(parser, global_flags(), words, read);
  if (read.verb) declare(parser, read.verb->flags, words, read);
  try {
    std::reverse(words.begin(), words.end());  // as CLI11 takes them
    parser.parse(words);
  } catch (const CLI::ArgumentMismatch& error) {
    const std::string what = error.what();  // "--max: 1 required TEXT missing"
    return fail(
        usage_error(read.verb, "flag `" + what.substr(0, what.find(':')) + "` needs a value"));
  } catch (const CLI::ParseError& error) {
    return fail(usage_error(read.verb, to_lower(error.what())));
  }
  bool only_arguments = false;
  for (std::string& rest : parser.remaining()) {
    if (!only_arguments && rest == "--") {
      only_arguments = true;
    } else if (!only_arguments && rest.size() > 1 && rest.starts_with('-')) {
      return fail(unknown_flag(read.verb, rest));
    } else {
      read.arguments.push_back(std::move(rest));
    }
  }
  if (read.help) return read;
  if (read.verb) TRY(check_count(read));
  return read;
}

}  // namespace rumbo::app
