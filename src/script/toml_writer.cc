#include <algorithm>
#include <cmath>
#include <fmt/core.h>

#include "codec/utf8.h"
#include "script/format_flags.h"
#include "script/list.h"
#include "script/map.h"
#include "script/native.h"
#include "script/toml.h"

namespace rumbo::script {
namespace {

constexpr int kMaxDepth = 200;
using Key = std::vector<std::string>;

bool is_table(const Any& value) {
  return value.kind() == Kind::map && value.map() != nullptr;
}

bool is_table_list(const Any& value) {
  const List* list = value.list();
  if (list == nullptr || list->size() == 0) return false;
  for (std::size_t i = 0; i < list->size(); ++i) {
    if (!is_table(list->at(i))) return false;
  }
  return true;
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
          out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        } else {
          out += c;
        }
    }
  }
  return out + "\"";
}

std::string key_text(const std::string& key) {
  const bool bare = !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
  return bare ? key : quoted(key);
}

std::string float_text(double number, int bits) {
  if (std::isnan(number)) return "nan";
  if (std::isinf(number)) return number > 0 ? "inf" : "-inf";
  std::string out = format_float(number, 'g', -1, bits);
  // Without a point or exponent it would be an integer.
  if (out.find_first_of(".e") == out.npos) out += ".0";
  return out;
}

class Writer {
 public:
  Outcome<> write(const Key& key, const Any& value, int depth) {
    if (depth > kMaxDepth) return failed("toml: value nests too deeply", Failure::Kind::limit);
    if (is_table_list(value)) return table_list(key, value, depth);
    if (is_table(value)) return table(key, value, depth);
    if (value.kind() == Kind::map) return {};
    return pair(key, value, depth);
  }
  std::string finish() && { return std::move(out_); }

  Outcome<> element(const Any& value, int depth) {
    if (depth > kMaxDepth) return failed("toml: value nests too deeply", Failure::Kind::limit);
    const Kind kind = value.kind();
    if (kind == Kind::string) {
      out_ += quoted(value.text());
    } else if (kind == Kind::boolean) {
      out_ += value.as_bool() ? "true" : "false";
    } else if (is_signed(kind)) {
      out_ += std::to_string(value.as_int());
    } else if (is_unsigned(kind)) {
      out_ += std::to_string(value.as_uint());
    } else if (is_float(kind)) {
      out_ += float_text(value.as_double(), kind == Kind::float32 ? 32 : 64);
    } else if (kind == Kind::slice) {
      return list(value, depth);
    } else if (kind == Kind::map) {
      return inline_table(value, depth);
    } else if (value.native() != nullptr) {
      const Value json = value.native()->to_value();
      out_ += value.type_name() == "time.Time" ? json.str() : quoted(json.as_string());
    } else {
      return failed("unexpected type for value: " + std::string(value.type_name()));
    }
    return {};
  }

 private:
  void indent(const Key& key) { out_.append(key.empty() ? 0 : (key.size() - 1) * 2, ' '); }
  void newline() {
    if (written_) out_ += '\n';
  }
  static std::string dotted(const Key& key) {
    std::string out;
    for (const std::string& part : key)
      out += (out.empty() && &part == &key.front() ? "" : ".") + key_text(part);
    return out;
  }

  Outcome<> pair(const Key& key, const Any& value, int depth) {
    if (value.is_nil() ||
        (value.kind() == Kind::slice && value.type() != &types::bytes && value.list() == nullptr)) {
      return {};
    }
    if (key.empty()) return element(value, depth);
    indent(key);
    out_ += key_text(key.back()) + " = ";
    TRY(element(value, depth));
    out_ += '\n';
    written_ = true;
    return {};
  }

  Outcome<> table_list(const Key& key, const Any& value, int depth) {
    if (key.empty()) return failed("toml: top-level array of tables has no key");
    for (std::size_t i = 0; i < value.list()->size(); ++i) {
      const Any item = value.list()->at(i);
      newline();
      indent(key);
      out_ += "[[" + dotted(key) + "]]\n";
      written_ = true;
      TRY(members(key, *item.map(), depth));
    }
    return {};
  }

  Outcome<> table(const Key& key, const Any& value, int depth) {
    if (key.size() == 1) newline();
    if (!key.empty()) {
      indent(key);
      out_ += "[" + dotted(key) + "]\n";
      written_ = true;
    }
    return members(key, *value.map(), depth);
  }

  /// Plain members first: behind a table header they would belong to that table.
  Outcome<> members(const Key& key, const Map& map, int depth) {
    for (const bool tables : {false, true}) {
      for (std::size_t i = 0; i < map.size(); ++i) {
        const Any value = map.at(i);
        if (value.is_nil() || (is_table(value) || is_table_list(value)) != tables) continue;
        Key inner = key;
        inner.emplace_back(map.key(i));
        TRY(write(inner, value, depth + 1));
      }
    }
    return {};
  }

  Outcome<> list(const Any& value, int depth) {
    out_ += '[';
    for (std::size_t i = 0; i < length(value); ++i) {
      if (i > 0) out_ += ", ";
      const Any item = value.list() == nullptr
                           ? Any::integer(static_cast<unsigned char>(value.text()[i]))
                           : value.list()->at(i);
      if (item.is_nil()) return failed("toml: cannot encode array with nil element");
      TRY(element(item, depth + 1));
    }
    out_ += ']';
    return {};
  }

  Outcome<> inline_table(const Any& value, int depth) {
    out_ += '{';
    bool first = true;
    for (std::size_t i = 0; i < length(value); ++i) {
      const Any item = value.map()->at(i);
      if (item.is_nil()) continue;
      if (!first) out_ += ", ";
      first = false;
      out_ += key_text(std::string(value.map()->key(i))) + " = ";
      TRY(element(item, depth + 1));
    }
    out_ += '}';
    return {};
  }

  std::string out_;
  bool written_ = false;
};

}  // namespace

Outcome<std::string> write_toml(const Any& value) {
  Writer writer;
  TRY(writer.write({}, value, 0));
  return std::move(writer).finish();
}

}  // namespace rumbo::script
