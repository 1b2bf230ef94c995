// Values as block YAML, in the two ways of go-yaml.
#include <cmath>
#include <fmt/format.h>
#include <limits>

#include "codec/natural_order.h"
#include "codec/numbers.h"
#include "codec/utf8.h"
#include "codec/yaml.h"
#include "codec/yaml_json.h"
#include "codec/yaml_scalar.h"
#include "codec/yaml_writer.h"

namespace rumbo::codec {
namespace {

constexpr int kIndent = 2;
constexpr std::size_t kLongKey = 128;  // bytes; a longer key needs the `? key` form

class Emitter {
 public:
  explicit Emitter(YamlDialect dialect)
      : v3_(dialect == YamlDialect::yaml_v3),
        dialect_(dialect),
        writer_(v3_ ? std::numeric_limits<std::size_t>::max() : 80) {}

  std::string document(const Value& value) && {
    node(value, -1, Place::root);
    writer_.indent(0);
    std::string out = std::move(writer_).take();
    if (!out.ends_with('\n')) out += '\n';
    return out;
  }

 private:
  enum class Place { root, item, member, key };

  void node(const Value& value, int indent, Place place) {
    switch (value.kind()) {
      case Value::Kind::array:
        return value.empty() ? bare("[]") : sequence(value, indent, place);
      case Value::Kind::object:
        return value.empty() ? bare("{}") : mapping(value, indent);
      case Value::Kind::string:
        return text(value.as_string(), analyze_scalar(value.as_string(), v3_), indent, false);
      case Value::Kind::null:
        return bare("null");
      case Value::Kind::boolean:
        return bare(value.as_bool() ? "true" : "false");
      case Value::Kind::integer:
        return bare(std::to_string(value.as_int()));
      case Value::Kind::unsigned_integer:
        return bare(std::to_string(value.as_uint()));
      case Value::Kind::real:
        return bare(number(value.as_double()));
    }
  }

  void bare(std::string_view word) { writer_.indicator(word, true, false, false); }

  std::string number(double number) const {
    if (std::isnan(number)) return v3_ ? ".nan" : "null";
    if (std::isinf(number)) return !v3_ ? "null" : number > 0 ? ".inf" : "-.inf";
    if (v3_) return format_go_g(number);
    // v2 sees the number as JSON wrote it: whole ones are integers if 64 bits hold them.
    const Value seen = as_json_number(number);
    if (seen.kind() == Value::Kind::integer) return std::to_string(seen.as_int());
    if (seen.kind() == Value::Kind::unsigned_integer) return std::to_string(seen.as_uint());
    return format_go_g(number);
  }

  void sequence(const Value& value, int indent, Place place) {
    // v2 does not indent a list below its key, unless it stands on the key's line.
    const bool flush = !v3_ && place == Place::member && !writer_.at_line_start();
    const int inner = indent < 0 ? 0 : flush ? indent : indent + kIndent;
    for (const Value& item : value.items()) {
      writer_.indent(inner);
      writer_.indicator("-", true, false, true);
      node(item, inner, Place::item);
    }
  }

  void mapping(const Value& value, int indent) {
    const int inner = indent < 0 ? 0 : indent + kIndent;
    for (const Member* member : natural_order(value.members(), dialect_)) {
      writer_.indent(inner);
      const std::string_view key = member->key();
      const ScalarTraits traits = analyze_scalar(key, v3_);
      if (key.size() <= kLongKey && !traits.multiline) {
        text(key, traits, inner, true);
        writer_.indicator(":", false, false, false);
      } else {
        writer_.indicator("?", true, false, true);
        text(key, traits, inner, false);
        writer_.indent(inner);
        writer_.indicator(":", true, false, true);
      }
      node(member->value, inner, Place::member);
    }
  }

  void text(std::string_view text, const ScalarTraits& traits, int indent, bool is_key) {
    const int inner = indent < 0 ? kIndent : indent + kIndent;
    writer_.scalar(text, style_of(text, traits, is_key), inner, !is_key);
  }

  YamlStyle style_of(std::string_view text, const ScalarTraits& traits, bool is_key) const {
    if (traits.multiline && text.find('\n') != text.npos) {
      return traits.block && !is_key ? YamlStyle::literal : YamlStyle::double_quoted;
    }
    if (means_something_else(text)) return YamlStyle::double_quoted;
    if (traits.plain) return YamlStyle::plain;
    return traits.single_quoted ? YamlStyle::single_quoted : YamlStyle::double_quoted;
  }

  bool means_something_else(std::string_view text) const {
    if (resolve_plain(text, dialect_).type != ScalarType::string || looks_base60(text)) return true;
    return v3_ && looks_like_old_bool(text);
  }

  bool v3_;
  YamlDialect dialect_;
  YamlWriter writer_;
};

}  // namespace

std::string emit_yaml(const Value& value) {
  return Emitter(YamlDialect::yaml_v2).document(as_json_reads_in_yaml(value));
}

Result<std::string> marshal_yaml(const Value& value) {
  TRY(check_json_reads_in_yaml(value));
  return emit_yaml(value);
}

std::string emit_yaml_pretty(const Value& value) {
  return Emitter(YamlDialect::yaml_v3).document(value);
}

}  // namespace rumbo::codec
