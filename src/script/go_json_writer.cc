#include <cmath>
#include <fmt/core.h>

#include "codec/go_json.h"
#include "codec/numbers.h"
#include "codec/utf8.h"
#include "script/convert.h"
#include "script/go_json.h"
#include "script/list.h"
#include "script/map.h"
#include "script/native.h"

namespace rumbo::script {
namespace {

constexpr int kMaxDepth = 1000;

class Writer {
 public:
  explicit Writer(const GoJsonStyle& style) : style_(style) {}

  Outcome<> write(const Value& value, int level) {
    switch (value.kind()) {
      case Value::Kind::null:
        out_ += "null";
        break;
      case Value::Kind::boolean:
        out_ += value.as_bool() ? "true" : "false";
        break;
      case Value::Kind::integer:
        out_ += std::to_string(value.as_int());
        break;
      case Value::Kind::unsigned_integer:
        out_ += std::to_string(value.as_uint());
        break;
      case Value::Kind::real:
        return write_real(value.as_double());
      case Value::Kind::string:
        write_string(value.as_string());
        break;
      case Value::Kind::array: {
        bool first = true;
        out_ += '[';
        for (const Value& item : value.items()) {
          next(first, level + 1);
          TRY(write(item, level + 1));
        }
        if (!first) line(level);
        out_ += ']';
        break;
      }
      case Value::Kind::object: {
        bool first = true;
        out_ += '{';
        for (const Member& member : value.members()) {
          next(first, level + 1);
          write_string(member.key());
          out_ += style_.indent ? ": " : ":";
          TRY(write(member.value, level + 1));
        }
        if (!first) line(level);
        out_ += '}';
        break;
      }
    }
    return {};
  }
  /// Below `level`; what was never changed is written from the Value behind it.
  Outcome<> write(const Any& value, int level) {
    if (level > kMaxDepth) {
      return failed("json: unsupported value: encountered a cycle via " +
                    std::string(value.type_name()));
    }
    if (const Map* map = value.map(); map != nullptr && map->pristine() == nullptr) {
      bool first = true;
      out_ += '{';
      for (std::size_t i = 0; i < map->size(); ++i) {
        next(first, level + 1);
        write_string(map->key(i));
        out_ += style_.indent ? ": " : ":";
        TRY(write(map->at(i), level + 1));
      }
      if (!first) line(level);
      out_ += '}';
      return {};
    }
    if (const List* list = value.list(); list != nullptr && list->pristine() == nullptr) {
      bool first = true;
      out_ += '[';
      for (std::size_t i = 0; i < list->size(); ++i) {
        next(first, level + 1);
        TRY(write(list->at(i), level + 1));
      }
      if (!first) line(level);
      out_ += ']';
      return {};
    }
    if (const Native* native = value.native(); native != nullptr) {
      if (auto json = style_.indent ? std::nullopt : native->json()) {
        out_ += *json;
        return {};
      }
      if (const auto members = native->json_members()) return write_struct(*members, level);
    }
    return write(TRY(to_value(value)), level);
  }
  std::string finish() && { return std::move(out_); }

 private:
  Outcome<> write_struct(const std::vector<std::pair<std::string, Any>>& members, int level) {
    bool first = true;
    out_ += '{';
    for (const auto& [name, value] : members) {
      next(first, level + 1);
      write_string(name);
      out_ += style_.indent ? ": " : ":";
      TRY(write(value, level + 1));
    }
    if (!first) line(level);
    out_ += '}';
    return {};
  }

  void line(int level) {
    if (!style_.indent) return;
    out_ += '\n';
    out_.append(static_cast<std::size_t>(level) * 2, ' ');
  }
  void next(bool& first, int level) {
    if (!first) out_ += ',';
    first = false;
    line(level);
  }

  Outcome<> write_real(double number) {
    if (!std::isfinite(number)) {
      return failed("json: unsupported value: " + codec::format_go_g(number));
    }
    out_ += codec::format_go_json(number);
    return {};
  }

  void write_string(std::string_view text) {
    codec::append_go_json_string(out_, text, style_.escape_html);
  }

  const GoJsonStyle& style_;
  std::string out_;
};

}  // namespace

Outcome<std::string> write_go_json(const Value& value, const GoJsonStyle& style) {
  Writer writer(style);
  TRY(writer.write(value, 0));
  return std::move(writer).finish();
}

Outcome<std::string> write_go_json(const Any& value, const GoJsonStyle& style) {
  Writer writer(style);
  TRY(writer.write(value, 0));
  return std::move(writer).finish();
}

}  // namespace rumbo::script
