// Sprig's regular expressions: RE2 itself, with the loops of Go's regexp package around it.
#include "base/regex.h"
#include "codec/unicode.h"
#include "codec/utf8.h"
#include "script/session.h"
#include "script/sprig.h"
#include "script/unicode.h"

namespace rumbo::script {
namespace {

using Spans = std::vector<Regex::Span>;

std::size_t rune_width(std::string_view text, std::size_t at) {
  if (at >= text.size()) return 0;
  const codec::Rune rune = codec::decode_utf8(text, at);
  return rune.valid ? rune.size : 1;
}

/// Every match, but no empty one right behind another; `most` < 0 for all.
Outcome<std::vector<Spans>> find_all(Session& session, const Regex& regex, std::string_view text,
                                     std::int64_t most) {
  std::vector<Spans> out;
  std::size_t at = 0, before = std::string_view::npos;
  while (at <= text.size() && (most < 0 || static_cast<std::int64_t>(out.size()) < most)) {
    TRY(session.charge(1 + (text.size() - at) / 256));
    Spans spans = regex.find(text, at);
    if (spans.empty()) break;
    const Regex::Span whole = spans[0];
    const bool follows = whole.end == at && whole.begin == before;
    if (whole.end == at) {
      const std::size_t width = rune_width(text, at);
      at = width > 0 ? at + width : text.size() + 1;
    } else {
      at = whole.end;
    }
    before = whole.end;
    if (!follows) {
      out.push_back(std::move(spans));
      TRY(session.room_for_items(out.size()));
    }
  }
  return out;
}

std::string part(std::string_view text, const Regex::Span& span) {
  return span.matched() ? std::string(text.substr(span.begin, span.end - span.begin))
                        : std::string();
}

bool is_word(char32_t r) {
  return r == '_' || codec::is_letter(r) || codec::is_decimal_digit(r);
}

/// What `$1`, `${name}` at the front of `text` (behind the dollar) names; nullopt if nothing.
std::optional<std::string> reference(std::string_view text, std::size_t& length) {
  const bool braces = text.starts_with('{');
  std::size_t end = braces ? 1 : 0;
  while (end < text.size()) {
    const codec::Rune rune = codec::decode_utf8(text, end);
    if (!rune.valid || !is_word(rune.value)) break;
    end += rune.size;
  }
  const std::string name(text.substr(braces ? 1 : 0, end - (braces ? 1 : 0)));
  if (name.empty()) return std::nullopt;
  if (braces) {
    if (end >= text.size() || text[end] != '}') return std::nullopt;
    ++end;
  }
  length = end;
  return name;
}

void append_group(std::string& out, const Regex& regex, const std::string& name,
                  std::string_view text, const Spans& spans) {
  const bool number = name.find_first_not_of("0123456789") == name.npos;
  std::optional<std::size_t> index;
  if (!number) {
    if (const auto found = regex.group(name)) index = static_cast<std::size_t>(*found);
  } else if (name.size() < 8 && (name.size() == 1 || name[0] != '0')) {
    index = static_cast<std::size_t>(std::stoi(name));
  }
  if (index && *index < spans.size()) out += part(text, spans[*index]);
}

std::string expand(const Regex& regex, std::string_view replacement, std::string_view text,
                   const Spans& spans) {
  std::string out;
  while (!replacement.empty()) {
    const std::size_t dollar = replacement.find('$');
    out += replacement.substr(0, dollar);
    if (dollar == replacement.npos) break;
    replacement.remove_prefix(dollar + 1);
    if (replacement.starts_with('$')) {
      out += '$';
      replacement.remove_prefix(1);
      continue;
    }
    std::size_t length = 0;
    if (const auto name = reference(replacement, length)) {
      append_group(out, regex, *name, text, spans);
      replacement.remove_prefix(length);
    } else {
      out += '$';
    }
  }
  return out;
}

Outcome<std::string> replace_all(Session& session, const Regex& regex, std::string_view text,
                                 std::string_view replacement, bool literal) {
  std::string out;
  std::size_t end = 0, at = 0;
  while (at <= text.size()) {
    TRY(session.charge(1 + (text.size() - at) / 256));
    const Spans spans = regex.find(text, at);
    if (spans.empty()) break;
    const Regex::Span whole = spans[0];
    out += text.substr(end, whole.begin - end);
    if (whole.end > end || whole.begin == 0) {
      out += literal ? std::string(replacement) : expand(regex, replacement, text, spans);
      TRY(session.room_for_text(out.size()));
    }
    end = whole.end;
    const std::size_t width = rune_width(text, at);
    if (at + width > whole.end) {
      at += width;
    } else if (at + 1 > whole.end) {
      ++at;
    } else {
      at = whole.end;
    }
  }
  out += text.substr(end);
  return out;
}

Outcome<std::vector<std::string>> split(Session& session, const Regex& regex, bool empty_pattern,
                                        std::string_view text, std::int64_t most) {
  if (!empty_pattern && text.empty()) return std::vector<std::string>{""};
  std::vector<std::string> out;
  std::size_t begin = 0, end = 0;
  for (const Spans& spans : TRY(find_all(session, regex, text, most))) {
    if (most > 0 && static_cast<std::int64_t>(out.size()) == most - 1) break;
    end = spans[0].begin;
    if (spans[0].end != 0) out.emplace_back(text.substr(begin, end - begin));
    begin = spans[0].end;
  }
  if (end != text.size()) out.emplace_back(text.substr(begin));
  return out;
}

std::string go_quoted(std::string_view pattern) {
  for (const char32_t r : runes(pattern)) {
    if (r == '`' || r == 0xfffd || r == 0x7f || (r < ' ' && r != '\t')) return quote(pattern);
  }
  return "`" + std::string(pattern) + "`";
}

/// How a bad pattern is told: by panic (MustCompile) or by error.
enum class Fault { panic, error };

Outcome<std::shared_ptr<const Regex>> compiled(Call& call, Fault fault) {
  const std::string pattern(call[0].text());
  TRY(call.session.room_for_text(pattern.size() * 16));
  auto& known = call.session.regexes();
  if (const auto at = known.find(pattern); at != known.end()) return at->second;
  TRY(call.session.charge(1000));
  auto regex = Regex::compile(pattern);
  if (!regex) {
    const std::string text = "error parsing regexp: " + regex.error().message();
    if (fault == Fault::error) return failed(text);
    return failed("regexp: Compile(" + go_quoted(pattern) + "): " + text);
  }
  auto shared = std::make_shared<const Regex>(std::move(*regex));
  if (known.size() < 256) known.emplace(pattern, shared);
  return shared;
}

Any strings_or_nil(std::vector<std::string> items, bool nil) {
  if (nil) return Any::object(types::string_slice, Ref<Object>());
  return Any::strings(std::move(items));
}

void add(FunctionTable& table, Fault fault) {
  const auto name = [&](std::string base) {
    if (fault == Fault::panic) return base;
    base[0] = 'R';
    return "must" + base;
  };
  table.add(name("regexFind"), "string, string", [fault](Call& c) -> Outcome<Any> {
    const auto regex = TRY(compiled(c, fault));
    TRY(c.session.charge(1 + c[1].text().size() / 64));
    const Spans spans = regex->find(c[1].text());
    return Any(spans.empty() ? std::string() : part(c[1].text(), spans[0]));
  });
  table.add(name("regexFindAll"), "string, string, int", [fault](Call& c) -> Outcome<Any> {
    const auto regex = TRY(compiled(c, fault));
    std::vector<std::string> out;
    for (const Spans& spans : TRY(find_all(c.session, *regex, c[1].text(), c[2].as_int()))) {
      out.push_back(part(c[1].text(), spans[0]));
    }
    const bool nil = out.empty();
    return strings_or_nil(std::move(out), nil);
  });
  for (const bool literal : {false, true}) {
    const std::string base = literal ? "regexReplaceAllLiteral" : "regexReplaceAll";
    table.add(name(base), "string, string, string", [fault, literal](Call& c) -> Outcome<Any> {
      const auto regex = TRY(compiled(c, fault));
      return Any(TRY(replace_all(c.session, *regex, c[1].text(), c[2].text(), literal)));
    });
  }
  table.add(name("regexSplit"), "string, string, int", [fault](Call& c) -> Outcome<Any> {
    const auto regex = TRY(compiled(c, fault));
    const std::int64_t most = c[2].as_int();
    if (most == 0) return strings_or_nil({}, true);
    return Any::strings(TRY(split(c.session, *regex, c[0].text().empty(), c[1].text(), most)));
  });
}

}  // namespace

void add_sprig_regex(FunctionTable& table) {
  add(table, Fault::panic);
  add(table, Fault::error);
  table.add("regexMatch", "string, string", [](Call& c) -> Outcome<Any> {
    const auto regex = compiled(c, Fault::error);
    if (!regex) {
      if (regex.error().kind() == Failure::Kind::limit) return fail(regex.error());
      return Any(false);
    }
    TRY(c.session.charge(1 + c[1].text().size() / 64));
    return Any((*regex)->found_in(c[1].text()));
  });
  table.add("mustRegexMatch", "string, string", [](Call& c) -> Outcome<Any> {
    const auto regex = TRY(compiled(c, Fault::error));
    TRY(c.session.charge(1 + c[1].text().size() / 64));
    return Any(regex->found_in(c[1].text()));
  });
  table.add("regexQuoteMeta", "string", [](Call& c) -> Outcome<Any> {
    TRY(c.session.room_for_text(c[0].text().size() * 2));
    std::string out;
    for (const char ch : c[0].text()) {
      if (std::string_view("\\.+*?()|[]{}^$").find(ch) != std::string_view::npos) out += '\\';
      out += ch;
    }
    return Any(out);
  });
}

}  // namespace rumbo::script
