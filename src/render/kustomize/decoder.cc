#include "render/kustomize/decoder.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/strings.h"
#include "codec/go_json.h"
#include "codec/numbers.h"

namespace rumbo::render::kustomize {
bool Decoder::same_name(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c; };
           return lower(x) == lower(y);
         });
}

tl::unexpected<Error> Decoder::mismatch(const Value& value, std::string_view name,
                                        std::string_view wanted) {
  return fail(Code::invalid,
              fmt::format("json: cannot unmarshal {} into Go struct field {} of "
                          "type {}",
                          codec::go_json_type(value), name.empty() ? "(root)" : name, wanted));
}

tl::unexpected<Error> Decoder::unknown(std::string_view name) {
  return fail(Code::invalid, fmt::format("json: unknown field \"{}\"", printable(name, 128)));
}

Result<> Decoder::decode(const Value& value, std::string& out, std::string_view name) const {
  if (value.is_null()) return {};
  if (value.is_string()) {
    out = value.str();
    return {};
  }
  if (!rules_.texts_from_words || value.is_array() || value.is_object()) {
    return mismatch(value, name, "string");
  }
  switch (value.kind()) {
    case Value::Kind::boolean:
      out = value.as_bool() ? "true" : "false";
      break;
    case Value::Kind::integer:
      out = std::to_string(value.as_int());
      break;
    case Value::Kind::unsigned_integer:
      out = std::to_string(value.as_uint());
      break;
    default:
      out = codec::format_go_g(value.as_double());
  }
  return {};
}

Result<> Decoder::decode(const Value& value, bool& out, std::string_view name) const {
  if (value.is_null()) return {};
  if (!value.is_bool()) return mismatch(value, name, "bool");
  out = value.as_bool();
  return {};
}

Result<> Decoder::decode(const Value& value, std::int64_t& out, std::string_view name) const {
  if (value.is_null()) return {};
  if (!value.is_integer()) return mismatch(value, name, "int64");
  out = value.as_int();
  return {};
}

Result<> Decoder::decode(const Value& value, std::map<std::string, std::string>& out,
                         std::string_view name) const {
  if (value.is_null()) return {};
  if (!value.is_object()) return mismatch(value, name, "map[string]string");
  for (const Member& member : value.members()) {
    std::string text;
    TRY(decode(member.value, text, name));
    out[std::string(member.key())] = std::move(text);
  }
  return {};
}

}  // namespace rumbo::render::kustomize
