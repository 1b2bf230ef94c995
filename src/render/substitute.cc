#include "render/substitute.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/strings.h"
#include "codec/base64.h"
#include "codec/utf8.h"
#include "codec/yaml.h"
#include "render/shell_pattern.h"
#include "render/substitute_parse.h"
#include "script/unicode.h"

namespace rumbo::render {
namespace {

constexpr std::string_view kSwitch = "kustomize.toolkit.fluxcd.io/substitute";
constexpr std::size_t kMostText = std::size_t{64} << 20;

std::string map_runes(std::string_view text, char32_t (*change)(char32_t), bool only_first) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const codec::Rune rune = codec::decode_utf8(text, at);
    codec::append_utf8(out, change(rune.value));
    at += rune.size;
    if (only_first) return out + std::string(text.substr(at));
  }
  return out;
}

std::string reversed(std::string_view text) {
  std::vector<char32_t> runes = script::runes(text);
  std::reverse(runes.begin(), runes.end());
  return script::from_runes(runes);
}

std::string trim_start(const std::string& text, std::string_view pattern, bool longest) {
  std::size_t cut = 0;
  for (std::size_t size = text.size(); size > 0; --size) {
    const auto matched = match_shell_pattern(pattern, std::string_view(text).substr(0, size));
    if (!matched) return text;
    if (!*matched) continue;
    cut = size;
    if (longest) break;
  }
  return text.substr(cut);
}

std::string trim_end(const std::string& text, std::string_view pattern, bool longest) {
  return reversed(trim_start(reversed(text), reversed(pattern), longest));
}

std::string substring(const std::string& text, const std::vector<std::string>& arguments) {
  const auto size = static_cast<std::int64_t>(text.size());
  const auto position = parse_int(arguments[0]);
  if (!position) return text;
  std::int64_t from = *position < 0 ? std::max<std::int64_t>(size + *position, 0) : *position;
  if (arguments.size() == 1) {
    return from < size ? text.substr(static_cast<std::size_t>(from)) : "";
  }
  const auto length = parse_int(arguments[1]);
  if (!length) return text;
  const std::int64_t end = *length < 0 ? size + *length : std::min(from + *length, size);
  if (from >= size || end < from) return "";
  return text.substr(static_cast<std::size_t>(from), static_cast<std::size_t>(end - from));
}

std::string replaced_once(const std::string& text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  if (at == text.npos) return text;
  return text.substr(0, at) + to + text.substr(at + from.size());
}

/// Go replaces an empty text between all characters.
std::string replaced_all(const std::string& text, const std::string& from, const std::string& to) {
  if (!from.empty()) return replace_all(text, from, to);
  std::string out = to;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = codec::decode_utf8(text, at).size;
    out += text.substr(at, size) + to;
    at += size;
  }
  return out;
}

std::string replace(const std::string& function, const std::string& text,
                    const std::vector<std::string>& arguments) {
  const std::string& from = arguments[0];
  if (function == "/#" || function == "/%") {
    if (arguments.size() != 2) return text;
    if (function == "/#") {
      return text.starts_with(from) ? replaced_once(text, from, arguments[1]) : text;
    }
    if (!text.ends_with(from)) return text;
    return text.substr(0, text.size() - from.size()) + arguments[1];
  }
  const std::string to = arguments.size() > 1 ? arguments[1] : "";
  return function == "//" ? replaced_all(text, from, to) : replaced_once(text, from, to);
}

std::string apply(const std::string& function, const std::string& text,
                  const std::vector<std::string>& arguments) {
  if (function == ",") return map_runes(text, script::to_lower, true);
  if (function == ",,") return map_runes(text, script::to_lower, false);
  if (function == "^") return map_runes(text, script::to_upper, true);
  if (function == "^^") return map_runes(text, script::to_upper, false);
  if (function == "#" && arguments.empty()) return std::to_string(text.size());
  if (!arguments.empty()) {
    if (function == "#" || function == "##") {
      return trim_start(text, arguments[0], function == "##");
    }
    if (function == "%" || function == "%%") {
      return trim_end(text, arguments[0], function == "%%");
    }
    if (function == ":") return substring(text, arguments);
    if (function.starts_with('/')) return replace(function, text, arguments);
  }
  return text.empty() ? join(arguments, "") : text;
}

bool has_default(std::string_view function) {
  if (function.starts_with(':')) function.remove_prefix(1);
  return function == "-" || function == "+" || function == "=" || function == "?";
}

Result<std::string> evaluate(const std::vector<SubstitutePart>& parts,
                             const Substitution& substitution);

Result<std::string> evaluate_variable(const SubstitutePart& part,
                                      const Substitution& substitution) {
  std::vector<std::string> arguments;
  for (const SubstitutePart& argument : part.arguments) {
    arguments.push_back(TRY(evaluate({argument}, substitution)));
  }
  const auto found = substitution.variables.find(part.text);
  if (found == substitution.variables.end() && substitution.strict && !has_default(part.function)) {
    return fail(Code::not_found,
                fmt::format("variable not set (strict mode): \"{}\"", printable(part.text, 128)));
  }
  return apply(part.function, found == substitution.variables.end() ? "" : found->second,
               arguments);
}

Result<std::string> evaluate(const std::vector<SubstitutePart>& parts,
                             const Substitution& substitution) {
  std::string out;
  for (const SubstitutePart& part : parts) {
    out += part.is_variable ? TRY(evaluate_variable(part, substitution)) : part.text;
    if (out.size() > kMostText) {
      return fail(Code::too_large, "substitution makes more than 64 MiB of text");
    }
  }
  return out;
}

bool is_name(std::string_view name) {
  if (name.empty() || (name.front() >= '0' && name.front() <= '9')) return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  });
}

Result<> add(Variables& variables, std::string_view name, std::string value) {
  if (!is_name(name)) {
    return fail(Error(Code::invalid, "`" + printable(name, 128) + "` cannot name a variable")
                    .with_hint("use letters, digits and `_`, no digit first"));
  }
  variables[std::string(name)] = std::move(value);
  return {};
}

std::string without_line_ends(std::string_view text) {
  return replace_all(text, "\n", "");
}

Result<> add_env_lines(Variables& variables, std::string_view text) {
  for (const auto line : split(text, '\n')) {
    const std::string_view trimmed = trim(line);
    if (trimmed.empty() || trimmed.front() == '#') continue;
    const std::size_t equals = trimmed.find('=');
    if (equals == trimmed.npos) {
      return fail(Code::invalid,
                  "the line `" + printable(trimmed.substr(0, 32), 64) + "` has no `=`");
    }
    TRY(add(variables, trimmed.substr(0, equals), std::string(trimmed.substr(equals + 1))));
  }
  return {};
}

}  // namespace

Result<std::string> substitute_text(std::string_view text, const Substitution& substitution) {
  const auto parts = TRY(parse_substitutions(text));
  return evaluate(parts, substitution);
}

Result<Value> substitute_object(const Value& object, const Substitution& substitution) {
  if (substitution.variables.empty()) return object;
  const Value& metadata = object["metadata"];
  if (metadata["labels"][kSwitch].as_string() == "disabled" ||
      metadata["annotations"][kSwitch].as_string() == "disabled") {
    return object;
  }
  const std::string text = TRY(substitute_text(codec::emit_yaml(object), substitution));
  codec::YamlOptions options;
  options.strict = false;
  auto read = codec::parse_yaml_value(text, "", options);
  // The place would be one in text that nobody wrote.
  if (read) return read;
  return fail(
      Error(Code::invalid, "substitution makes text that is no YAML: " + read.error().message())
          .with_hint("a value with `: `, ` #` or a line end in it changes the YAML around it"));
}

Result<> add_variables(Variables& variables, const Value& section) {
  if (section.is_null()) return {};
  if (!section.is_object()) return fail(Code::invalid, "variables must be a map of texts");
  for (const Member& member : section.members()) {
    std::string text;
    if (member.value.is_string()) {
      text = without_line_ends(member.value.as_string());
    } else if (member.value.is_array() || member.value.is_object()) {
      return fail(Code::invalid, "the variable `" + printable(member.key(), 128) + "` is no text");
    } else {
      text = trim(codec::emit_yaml(member.value));
    }
    TRY(add(variables, member.key(), std::move(text)));
  }
  return {};
}

Result<> add_object_variables(Variables& variables, const Value& object) {
  const bool secret = object["kind"].as_string() == "Secret";
  for (const Member& member : object["data"].members()) {
    std::string value = member.value.str();
    if (secret) {
      auto decoded = codec::base64_decode(replace_all(value, "\n", ""));
      if (!decoded) {
        return fail(Code::invalid,
                    "the value of `" + printable(member.key(), 128) + "` is not base64");
      }
      value = *decoded;
    }
    TRY(add(variables, member.key(), without_line_ends(value)));
  }
  for (const Member& member : object["stringData"].members()) {
    TRY(add(variables, member.key(), without_line_ends(member.value.str())));
  }
  return {};
}

Result<> add_variables_file(Variables& variables, std::string_view text, std::string_view file) {
  auto read = codec::parse_yaml_value(text, file, {});
  Result<> added;
  if (!read || !read->is_object()) {
    added = add_env_lines(variables, text);
  } else {
    const std::string_view kind = (*read)["kind"].as_string();
    added = kind == "ConfigMap" || kind == "Secret" ? add_object_variables(variables, *read)
                                                    : add_variables(variables, *read);
  }
  if (added) return {};
  return fail(std::move(added).error().at({std::string(file)}));
}

}  // namespace rumbo::render
