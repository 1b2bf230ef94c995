// Sprig's functions on strings that work on bytes: trimming, cutting, joining, quoting.
#include <algorithm>
#include <array>

#include "script/cast.h"
#include "script/format.h"
#include "script/list.h"
#include "script/map.h"
#include "script/session.h"
#include "script/sprig.h"
#include "script/unicode.h"

namespace rumbo::script {
namespace {

std::string_view text(const Call& call, std::size_t index) {
  return call[index].text();
}

Outcome<Any> made(Call& call, std::string out) {
  TRY(call.session.room_for_text(out.size()));
  return Any(out);
}

std::string bounds(std::int64_t from, std::int64_t to) {
  return "runtime error: slice bounds out of range [" + std::to_string(from) + ":" +
         std::to_string(to) + "]";
}
std::string bounds_end(std::int64_t to) {
  return "runtime error: slice bounds out of range [:" + std::to_string(to) + "]";
}

Outcome<Any> substr(Call& call) {
  const std::int64_t start = call[0].as_int(), end = call[1].as_int();
  const std::string_view s = text(call, 2);
  const auto size = static_cast<std::int64_t>(s.size());
  const auto cut = [&](std::int64_t from, std::int64_t to) {
    return Any(s.substr(static_cast<std::size_t>(from), static_cast<std::size_t>(to - from)));
  };
  if (start < 0) {
    if (end < 0) return failed(bounds_end(end));
    if (end > size) {
      return failed("runtime error: slice bounds out of range [:" + std::to_string(end) +
                    "] with length " + std::to_string(size));
    }
    return cut(0, end);
  }
  if (end < 0 || end > size) {
    if (start > size) return failed(bounds(start, size));
    return cut(start, size);
  }
  if (start > end) return failed(bounds(start, end));
  return cut(start, end);
}

Outcome<Any> trunc(Call& call) {
  const std::int64_t count = call[0].as_int();
  const std::string_view s = text(call, 1);
  const auto size = static_cast<std::int64_t>(s.size());
  if (count < 0 && size + count > 0) return Any(s.substr(static_cast<std::size_t>(size + count)));
  if (count >= 0 && size > count) return Any(s.substr(0, static_cast<std::size_t>(count)));
  return call[1];
}

/// strings.Trim: every character of `set` at both ends.
std::string_view trim_set(std::string_view s, std::string_view set) {
  const auto wanted = runes(set);
  const auto all = runes(s);
  const auto in = [&](char32_t r) {
    return std::find(wanted.begin(), wanted.end(), r) != wanted.end();
  };
  std::size_t from = 0, to = all.size();
  while (from < to && in(all[from])) ++from;
  while (to > from && in(all[to - 1])) --to;
  const std::size_t front =
      from_runes({all.begin(), all.begin() + static_cast<std::ptrdiff_t>(from)}).size();
  const std::size_t back =
      from_runes({all.begin() + static_cast<std::ptrdiff_t>(to), all.end()}).size();
  return front + back > s.size() ? s : s.substr(front, s.size() - front - back);
}

Outcome<Any> repeat(Call& call) {
  const std::int64_t count = call[0].as_int();
  const std::string_view s = text(call, 1);
  if (count < 0) return failed("strings: negative Repeat count");
  std::size_t bytes = 0;
  if (__builtin_mul_overflow(s.size(), static_cast<std::size_t>(count), &bytes)) {
    return failed("strings: Repeat output length overflow");
  }
  TRY(call.session.room_for_text(bytes));
  std::string out;
  out.reserve(bytes);
  for (std::int64_t i = 0; i < count && !s.empty(); ++i) out += s;
  return Any(out);
}

std::size_t count_of(std::string_view s, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = s.find(part); at != s.npos; at = s.find(part, at + part.size())) ++count;
  return count;
}

Outcome<std::string> indented(Call& call, std::string_view before) {
  const std::int64_t spaces = call[0].as_int();
  const std::string_view s = text(call, 1);
  if (spaces < 0) return failed("strings: negative Repeat count");
  const auto width = static_cast<std::size_t>(spaces);
  std::size_t bytes = 0;
  if (__builtin_mul_overflow(count_of(s, "\n") + 1, width, &bytes)) bytes = SIZE_MAX / 2;
  TRY(call.session.room_for_text(bytes + s.size()));
  std::string out(before);
  out.reserve(bytes + s.size() + 1);
  out.append(width, ' ');
  for (const char c : s) {
    out += c;
    if (c == '\n') out.append(width, ' ');
  }
  return out;
}

Outcome<std::vector<std::string>> split_all(Call& call, std::string_view s,
                                            std::string_view separator, std::int64_t most) {
  std::vector<std::string> out;
  if (most == 0) return out;
  TRY(call.session.charge(1 + s.size() / 16));
  const auto full = [&] { return most > 0 && static_cast<std::int64_t>(out.size()) + 1 >= most; };
  const std::size_t bound = call.session.limits().max_items;
  if (separator.empty()) {
    const auto all = runes(s);
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (full()) {
        out.push_back(from_runes({all.begin() + static_cast<std::ptrdiff_t>(i), all.end()}));
        break;
      }
      out.push_back(from_runes({all[i]}));
      if (out.size() > bound) TRY(call.session.room_for_items(out.size()));
    }
    return out;
  }
  while (!full()) {
    const std::size_t at = s.find(separator);
    if (at == s.npos) break;
    out.emplace_back(s.substr(0, at));
    if (out.size() > bound) TRY(call.session.room_for_items(out.size()));
    s.remove_prefix(at + separator.size());
  }
  out.emplace_back(s);
  return out;
}

Outcome<Any> numbered(Call& call, const std::vector<std::string>& parts) {
  TRY(call.session.room_for_items(parts.size()));
  std::vector<Member> members;
  members.reserve(parts.size());
  for (std::size_t i = 0; i < parts.size(); ++i) {
    members.emplace_back("_" + std::to_string(i), parts[i]);
  }
  return Any::object(types::string_map, Ref<Object>(make<Map>(Value::object(std::move(members)))));
}

Outcome<Any> replace(Call& call) {
  const std::string_view from = text(call, 0), to = text(call, 1), s = text(call, 2);
  std::string out;
  if (from.empty()) {
    const auto all = runes(s);
    TRY(call.session.room_for_text(s.size() + (all.size() + 1) * to.size()));
    out += to;
    for (const char32_t r : all) {
      out += from_runes({r});
      out += to;
    }
    return Any(out);
  }
  const std::size_t hits = count_of(s, from);
  TRY(call.session.room_for_text(s.size() + hits * to.size()));
  std::size_t at = 0;
  for (std::size_t hit = s.find(from); hit != s.npos; hit = s.find(from, at)) {
    out += s.substr(at, hit - at);
    out += to;
    at = hit + from.size();
  }
  out += s.substr(at);
  return Any(out);
}

Outcome<Any> quote_all(Call& call) {
  std::string out;
  for (const Any& value : call.arguments) {
    if (value.is_nil()) continue;
    if (!out.empty()) out += ' ';
    out += quote(TRY(to_text(value)));
  }
  return made(call, std::move(out));
}

Outcome<Any> squote_all(Call& call) {
  std::string out;
  for (const Any& value : call.arguments) {
    if (value.is_nil()) continue;
    if (!out.empty()) out += ' ';
    out += "'" + TRY(format_value(value)) + "'";
  }
  return made(call, std::move(out));
}

Outcome<Any> cat(Call& call) {
  std::string out;
  bool first = true;
  for (const Any& value : call.arguments) {
    if (value.is_nil()) continue;
    if (!first) out += ' ';
    first = false;
    out += TRY(format_value(value));
  }
  return made(call, std::move(out));
}

Outcome<Any> join(Call& call) {
  const auto parts = TRY(to_texts(call[1]));
  std::size_t bytes = 0;
  for (const std::string& part : parts) bytes += part.size() + text(call, 0).size();
  TRY(call.session.room_for_text(bytes));
  std::string out;
  out.reserve(bytes);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) out += text(call, 0);
    out += parts[i];
  }
  return Any(out);
}

std::string abbreviate(std::string_view s, std::int64_t offset, std::int64_t width) {
  const auto size = static_cast<std::int64_t>(s.size());
  if (s.empty() || width < 4) return {};
  if (size <= width) return std::string(s);
  offset = std::min(offset, size);
  if (size - offset < width - 3) offset = size - (width - 3);
  if (offset <= 4) return std::string(s.substr(0, static_cast<std::size_t>(width - 3))) + "...";
  if (width < 7) return {};
  if (offset + width - 3 < size) {
    return "..." + abbreviate(s.substr(static_cast<std::size_t>(offset)), 0, width - 3);
  }
  return "..." + std::string(s.substr(static_cast<std::size_t>(size - (width - 3))));
}

Outcome<Any> wrap(Call& call, std::int64_t width, std::string_view newline, std::string_view s,
                  bool cut_words) {
  if (s.empty()) return Any("");
  if (newline.empty()) newline = "\n";
  const auto line = static_cast<std::size_t>(std::max<std::int64_t>(width, 1));
  TRY(call.session.room_for_text(s.size() + (s.size() / line + 1) * newline.size()));
  std::string out;
  std::size_t offset = 0;
  while (s.size() - offset > line) {
    if (s[offset] == ' ') {
      ++offset;
      continue;
    }
    const std::size_t space = s.substr(offset, line + 1).rfind(' ');
    if (space != s.npos) {
      out += s.substr(offset, space);
      offset += space + 1;
    } else if (cut_words) {
      out += s.substr(offset, line);
      offset += line;
    } else {
      // A long word stays whole, and ends its line.
      const std::size_t after = s.find(' ', offset + line);
      if (after == s.npos) break;
      out += s.substr(offset, after - offset);
      offset = after + 1;
    }
    out += newline;
  }
  out += s.substr(offset);
  TRY(call.session.room_for_text(out.size()));
  return Any(out);
}

Body text_test(bool (*test)(std::string_view s, std::string_view part)) {
  return [test](Call& call) -> Outcome<Any> { return Any(test(text(call, 1), text(call, 0))); };
}

}  // namespace

void add_sprig_strings(FunctionTable& table) {
  table.add("trunc", "int, string", trunc);
  table.add("substr", "int, int, string", substr);
  table.add("repeat", "int, string", repeat);
  table.add("trim", "string", [](Call& c) -> Outcome<Any> { return Any(trim_space(text(c, 0))); });
  for (const char* name : {"trimAll", "trimall"}) {
    table.add(name, "string, string",
              [](Call& c) -> Outcome<Any> { return Any(trim_set(text(c, 1), text(c, 0))); });
  }
  table.add("trimSuffix", "string, string", [](Call& c) -> Outcome<Any> {
    std::string_view s = text(c, 1);
    if (s.ends_with(text(c, 0))) s.remove_suffix(text(c, 0).size());
    return Any(s);
  });
  table.add("trimPrefix", "string, string", [](Call& c) -> Outcome<Any> {
    std::string_view s = text(c, 1);
    if (s.starts_with(text(c, 0))) s.remove_prefix(text(c, 0).size());
    return Any(s);
  });
  table.add("contains", "string, string",
            text_test([](std::string_view s, std::string_view p) { return s.find(p) != s.npos; }));
  table.add("hasPrefix", "string, string",
            text_test([](std::string_view s, std::string_view p) { return s.starts_with(p); }));
  table.add("hasSuffix", "string, string",
            text_test([](std::string_view s, std::string_view p) { return s.ends_with(p); }));
  table.add("indent", "int, string",
            [](Call& c) -> Outcome<Any> { return Any(TRY(indented(c, ""))); });
  table.add("nindent", "int, string",
            [](Call& c) -> Outcome<Any> { return Any(TRY(indented(c, "\n"))); });
  table.add("replace", "string, string, string", replace);
  table.add("plural", "string, string, int",
            [](Call& c) -> Outcome<Any> { return c[2].as_int() == 1 ? c[0] : c[1]; });
  table.add("quote", "...any", quote_all);
  table.add("squote", "...any", squote_all);
  table.add("cat", "...any", cat);
  table.add("join", "string, any", join);
  table.add("toString", "any", [](Call& c) -> Outcome<Any> { return Any(TRY(to_text(c[0]))); });
  table.add("toStrings", "any", [](Call& c) -> Outcome<Any> {
    TRY(c.session.charge_tree(c[0]));
    return Any::strings(TRY(to_texts(c[0])));
  });
  table.add("split", "string, string", [](Call& c) -> Outcome<Any> {
    return numbered(c, TRY(split_all(c, text(c, 1), text(c, 0), -1)));
  });
  table.add("splitn", "string, int, string", [](Call& c) -> Outcome<Any> {
    return numbered(c, TRY(split_all(c, text(c, 2), text(c, 0), c[1].as_int())));
  });
  table.add("splitList", "string, string", [](Call& c) -> Outcome<Any> {
    auto parts = TRY(split_all(c, text(c, 1), text(c, 0), -1));
    TRY(c.session.room_for_items(parts.size()));
    return Any::strings(std::move(parts));
  });
  table.add("sortAlpha", "any", [](Call& c) -> Outcome<Any> {
    TRY(c.session.charge_tree(c[0]));
    if (const List* list = c[0].list()) TRY(c.session.charge(list->size() * 20));  // log2
    auto parts = c[0].kind() == Kind::slice ? TRY(to_texts(c[0]))
                                            : std::vector<std::string>{TRY(to_text(c[0]))};
    std::sort(parts.begin(), parts.end());
    return Any::strings(std::move(parts));
  });
  table.add("abbrev", "int, string", [](Call& c) -> Outcome<Any> {
    if (c[0].as_int() < 4) return c[1];
    return Any(abbreviate(text(c, 1), 0, c[0].as_int()));
  });
  table.add("abbrevboth", "int, int, string", [](Call& c) -> Outcome<Any> {
    const std::int64_t left = c[0].as_int(), right = c[1].as_int();
    if (right < 4 || (left > 0 && right < 7)) return c[2];
    return Any(abbreviate(text(c, 2), left, right));
  });
  table.add("wrap", "int, string",
            [](Call& c) -> Outcome<Any> { return wrap(c, c[0].as_int(), "", text(c, 1), false); });
  table.add("wrapWith", "int, string, string", [](Call& c) -> Outcome<Any> {
    return wrap(c, c[0].as_int(), text(c, 1), text(c, 2), true);
  });
  table.add("hello", "", [](Call&) -> Outcome<Any> { return Any("Hello!"); });
}

}  // namespace rumbo::script
