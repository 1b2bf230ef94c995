// Decoder: Values into structs, as encoding/json and sigs.k8s.io/yaml decode them: names fit in any
// case, null leaves a field alone.
//
// A struct is decoded by its function `each_field(visit, value)`, which calls visit(name, field)
// for every field.
// Threads: as any value.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/value.h"

namespace rumbo::render::kustomize {

class Decoder {
 public:
  struct Rules {
    bool known_only = false;        ///< an unknown field is an error
    bool texts_from_words = false;  ///< numbers and booleans may stand for text
  };
  explicit Decoder(Rules rules) : rules_(rules) {}

  /// Decodes what the kustomization file itself holds: strictly.
  static Decoder strict() { return Decoder({true, false}); }
  /// Decodes configuration of built-in plugins.
  static Decoder lenient() { return Decoder({false, true}); }

  template <class T>
  Result<> decode(const Value& value, T& out, std::string_view name = {}) const {
    if (value.is_null()) return {};
    if (!value.is_object()) return mismatch(value, name, "struct");
    for (const Member& member : value.members()) {
      Visit visit{*this, member, false, {}};
      each_field(visit, out);
      if (!visit.matched && rules_.known_only) return unknown(member.key());
      if (!visit.result) return fail(std::move(visit.result).error());
    }
    return {};
  }
  Result<> decode(const Value& value, std::string& out, std::string_view name = {}) const;
  Result<> decode(const Value& value, bool& out, std::string_view name = {}) const;
  Result<> decode(const Value& value, std::int64_t& out, std::string_view name = {}) const;
  Result<> decode(const Value& value, Value& out, std::string_view = {}) const {
    out = value;
    return {};
  }
  Result<> decode(const Value& value, std::map<std::string, std::string>& out,
                  std::string_view name = {}) const;
  template <class T>
  Result<> decode(const Value& value, std::optional<T>& out, std::string_view name = {}) const {
    if (value.is_null()) return {};
    if (!out) out.emplace();
    return decode(value, *out, name);
  }
  template <class T>
  Result<> decode(const Value& value, std::vector<T>& out, std::string_view name = {}) const {
    if (value.is_null()) return {};
    if (!value.is_array()) return mismatch(value, name, "slice");
    out.clear();
    for (const Value& item : value.items()) TRY(decode(item, out.emplace_back(), name));
    return {};
  }

 private:
  struct Visit {
    const Decoder& decoder;
    const Member& member;
    bool matched;
    Result<> result;
    template <class T>
    void operator()(std::string_view name, T& field) {
      if (matched || !same_name(name, member.key())) return;
      matched = true;
      result = decoder.decode(member.value, field, name);
    }
  };

  static bool same_name(std::string_view a, std::string_view b);
  static tl::unexpected<Error> mismatch(const Value& value, std::string_view name,
                                        std::string_view wanted);
  static tl::unexpected<Error> unknown(std::string_view name);

  Rules rules_;
};

}  // namespace rumbo::render::kustomize
