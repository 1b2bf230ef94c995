// Walks an object along the field table.
#include "target/podman/check_object.h"

#include <algorithm>
#include <fmt/core.h>
#include <iterator>

#include "base/strings.h"
#include "model/object.h"
#include "target/podman/check_rules.h"
#include "target/podman/field_table.h"
#include "target/podman/quantity.h"

namespace rumbo::target::podman {
namespace {

constexpr std::size_t kMostFindings = 200;

std::string joined(std::string_view alternatives) {
  std::string out;
  for (const std::string_view word : split(alternatives, '|')) {
    if (!word.empty()) out += (out.empty() ? "" : ", ") + std::string(word);
  }
  return out;
}

std::string name_of(const Value& value) {
  return std::string(to_string(value.kind()));
}

class Walker {
 public:
  void object(const Value& value, std::string_view table, const std::string& pointer) {
    if (!value.is_object()) return wrong(pointer, "an object", value);
    const auto fields = fields_of(table);
    for (const Member& member : value.members()) {
      const auto found = std::find_if(fields.begin(), fields.end(), [&](const Field& field) {
        return field.name == member.key();
      });
      if (found == fields.end()) {
        unknown(member.key(), fields, pointer);
      } else if (!member.value.is_null()) {
        field(*found, member.value, below(pointer, member.key()));
      }
    }
    for (const Field& wanted : fields) {
      if (wanted.required && value[wanted.name].is_null()) {
        add(pointer, fmt::format("field `{}` is missing", wanted.name));
      }
    }
  }

  std::vector<FieldFinding> take() { return std::move(findings_); }
  bool clean() const {
    return std::all_of(findings_.begin(), findings_.end(),
                       [](const FieldFinding& finding) { return finding.ignored; });
  }

 private:
  void add(const std::string& pointer, std::string message, std::string hint = {},
           bool ignored = false) {
    if (findings_.size() >= kMostFindings) return;
    findings_.push_back({pointer, std::move(message), std::move(hint), ignored});
  }

  void wrong(const std::string& pointer, std::string_view wanted, const Value& value) {
    add(pointer, fmt::format("must be {}, not {}", wanted, name_of(value)),
        value.is_number() && wanted == "a string" ? "put it in quotes" : "");
  }

  void unknown(std::string_view name, std::span<const Field> fields, const std::string& pointer) {
    std::vector<std::string_view> names;
    for (const Field& field : fields) names.push_back(field.name);
    const std::string_view near = closest(name, names);
    add(below(pointer, name), fmt::format("unknown field `{}`", printable(name, 128)),
        near.empty() ? "" : fmt::format("did you mean `{}`?", near));
  }

  // A refused field set to what it is without it changes nothing.
  static bool is_default(const Value& value) {
    return (value.is_bool() && !value.as_bool()) || (value.is_string() && value.str().empty()) ||
           ((value.is_array() || value.is_object()) && value.empty());
  }

  void field(const Field& row, const Value& value, const std::string& pointer) {
    if (row.use == FieldUse::refused) {
      if (!is_default(value)) {
        add(pointer, fmt::format("`{}` is not supported on a Podman host", row.name),
            std::string(row.why));
      }
      return;
    }
    if (row.use == FieldUse::ignored) {
      add(pointer, fmt::format("`{}` changes nothing on a Podman host: {}", row.name, row.why), "",
          true);
    }
    typed(row, value, pointer);
  }

  void typed(const Field& row, const Value& value, const std::string& pointer) {
    switch (row.type) {
      case FieldType::any:
        return;
      case FieldType::text:
        return text(row, value, pointer);
      case FieldType::integer:
        if (!value.is_integer()) wrong(pointer, "an integer", value);
        return;
      case FieldType::boolean:
        if (!value.is_bool()) wrong(pointer, "true or false", value);
        return;
      case FieldType::quantity:
        return quantity(value, pointer);
      case FieldType::port_or_name:
        return port(value, pointer);
      case FieldType::texts:
      case FieldType::integers:
        return list(row, value, pointer);
      case FieldType::text_map:
      case FieldType::quantity_map:
        return map(row, value, pointer);
      case FieldType::object:
        return object(value, row.of, pointer);
      case FieldType::objects:
        if (!value.is_array()) return wrong(pointer, "a list", value);
        for (std::size_t i = 0; i < value.size(); ++i) object(value[i], row.of, below(pointer, i));
        return;
    }
  }

  void text(const Field& row, const Value& value, const std::string& pointer) {
    if (!value.is_string()) return wrong(pointer, "a string", value);
    if (row.of.empty()) return;
    const auto words = split(row.of, '|');
    const std::string_view found = value.as_string();
    if (std::find(words.begin(), words.end(), found) != words.end()) return;
    const std::string_view near = closest(found, words);
    add(pointer, fmt::format("`{}` is not one of {}", printable(found, 128), joined(row.of)),
        near.empty() ? "" : fmt::format("did you mean `{}`?", near));
  }

  void quantity(const Value& value, const std::string& pointer) {
    if (!quantity_of(value)) {
      add(pointer, "must be a quantity", "write it as 250m, 2, 64Mi or 1Gi");
    }
  }

  void port(const Value& value, const std::string& pointer) {
    if (value.is_integer()) {
      if (value.as_int() < 1 || value.as_int() > 65535) {
        add(pointer, fmt::format("port {} is not in 1-65535", value.as_int()));
      }
    } else if (!value.is_string() || value.as_string().empty()) {
      wrong(pointer, "a port or the name of one", value);
    } else if (parse_int(value.as_string())) {
      add(pointer,
          fmt::format("`{}` is text, so it names a port", printable(value.as_string(), 64)),
          "leave the quotes out");
    }
  }

  void list(const Field& row, const Value& value, const std::string& pointer) {
    if (!value.is_array()) return wrong(pointer, "a list", value);
    for (std::size_t i = 0; i < value.size(); ++i) {
      const bool texts = row.type == FieldType::texts;
      if (texts ? value[i].is_string() : value[i].is_integer()) continue;
      wrong(below(pointer, i), texts ? "a string" : "an integer", value[i]);
    }
  }

  void map(const Field& row, const Value& value, const std::string& pointer) {
    if (!value.is_object()) return wrong(pointer, "a map", value);
    for (const Member& member : value.members()) {
      const std::string place = below(pointer, member.key());
      if (row.type == FieldType::quantity_map) {
        quantity(member.value, place);
      } else if (!member.value.is_string()) {
        wrong(place, "a string", member.value);
      }
    }
  }

  std::vector<FieldFinding> findings_;
};

}  // namespace

std::vector<FieldFinding> check_object(const Value& object, const Ipv6Support& ipv6) {
  const ObjectKey key = key_of(object);
  const std::string kind = key.group.empty() ? key.kind : key.kind + "." + key.group;
  const auto kinds = kind_rows();
  const auto row = std::find_if(kinds.begin(), kinds.end(),
                                [&](const KindRow& known) { return known.kind == kind; });
  if (row == kinds.end()) {
    std::vector<std::string_view> names;
    for (const KindRow& known : kinds) names.push_back(known.kind);
    const std::string_view near = closest(kind, names);
    return {{"/kind",
             fmt::format("kind {} is not supported on a Podman host", printable(kind, 128)),
             near.empty() ? "" : fmt::format("did you mean `{}`?", near), false}};
  }
  if (object["apiVersion"].as_string() != row->api_version) {
    return {{"/apiVersion",
             fmt::format("apiVersion {} of {} is not supported",
                         printable(object["apiVersion"].as_string(), 128), key.kind),
             fmt::format("write {}", row->api_version), false}};
  }
  Walker walker;
  walker.object(object, row->table, "");
  const bool clean = walker.clean();
  auto findings = walker.take();
  // The rules read fields whose types are right.
  if (clean) check_rules(object, ipv6, findings);
  return findings;
}

std::set<std::string> supported_kinds() {
  std::set<std::string> out;
  for (const KindRow& row : kind_rows()) out.emplace(row.kind);
  return out;
}

}  // namespace rumbo::target::podman
