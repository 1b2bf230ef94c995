#include "control/config_check.h"

#include <algorithm>

#include "base/strings.h"
#include "base/time.h"

namespace rumbo::control {
namespace {

constexpr std::size_t kMostMistakes = 20;
constexpr std::string_view kApiVersion = "rumbo.dev/v1alpha1";

std::string quoted(std::string_view text) {
  return "`" + printable(text, 80) + "`";
}

std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates) {
  const std::string_view near = closest(word, candidates);
  if (!near.empty()) return "did you mean " + quoted(near) + "?";
  std::vector<std::string> all(candidates.begin(), candidates.end());
  return all.empty() ? std::string() : "known here: " + join(all, ", ");
}

std::string_view type_name(FieldType type) {
  switch (type) {
    case FieldType::integer:
      return "a whole number from 1 to 1000";
    case FieldType::count:
      return "a whole number from -1 to 1000";
    case FieldType::amount:
      return "a whole number or a part like 30%";
    case FieldType::boolean:
      return "true or false";
    case FieldType::duration:
      return "a duration";
    case FieldType::texts:
      return "a list of strings";
    case FieldType::text_map:
      return "a map of strings";
    case FieldType::list:
      return "a list";
    case FieldType::record:
    case FieldType::tree:
      return "a map";
    case FieldType::records:
      return "a list of maps";
    case FieldType::entries:
      return "a list of names or maps";
    default:
      return "a string";
  }
}

std::string_view kind_name(const codec::YamlNode& node) {
  if (node.is_sequence()) return "a list";
  if (node.is_mapping()) return "a map";
  if (node.value.is_null()) return "nothing";
  if (node.value.is_bool()) return "true or false";
  return node.value.is_number() ? "a number" : "a string";
}

bool is_texts(const codec::YamlNode& node) {
  return node.is_sequence() &&
         std::all_of(node.items().begin(), node.items().end(),
                     [](const codec::YamlNode& one) { return one.value.is_string(); });
}

bool is_text_map(const codec::YamlNode& node) {
  return node.is_mapping() && std::all_of(node.value.members().begin(), node.value.members().end(),
                                          [](const Member& one) { return one.value.is_string(); });
}

}  // namespace

std::optional<DeletionBudget> read_amount(const Value& value) {
  if (value.is_integer()) {
    if (value.as_int() < 0 || value.as_int() > 1'000'000) return std::nullopt;
    return DeletionBudget{static_cast<int>(value.as_int()), false};
  }
  const std::string text = value.str();
  if (!text.ends_with('%')) return std::nullopt;
  const auto part = parse_int(std::string_view(text).substr(0, text.size() - 1));
  if (!part || *part < 0 || *part > 100) return std::nullopt;
  return DeletionBudget{static_cast<int>(*part), true};
}

// ---- Mistakes

void Mistakes::add(Error error) {
  if (errors_.size() < kMostMistakes) {
    errors_.push_back(std::move(error));
  } else {
    ++more_;
  }
}

Error Mistakes::as_error() const {
  if (errors_.size() == 1) return errors_.front();
  const bool unsupported = std::all_of(errors_.begin(), errors_.end(), [](const Error& error) {
    return error.code() == Code::unsupported;
  });
  std::string text = std::to_string(errors_.size() + more_) + " mistakes in the configuration";
  for (const Error& error : errors_) text += "\n  " + error.to_string();
  if (more_ > 0) text += "\n  and " + std::to_string(more_) + " more";
  return Error(unsupported ? Code::unsupported : Code::invalid, std::move(text));
}

// ---- ConfigCheck

void ConfigCheck::error(const codec::YamlNode& node, std::string message, std::string hint,
                        Code code) {
  mistakes_.add(
      Error(code, std::move(message)).at(node.location(file_)).with_hint(std::move(hint)));
}

bool ConfigCheck::check(const codec::YamlNode& document) {
  if (!document.is_mapping()) {
    error(document, "a document must be a map, not " + std::string(kind_name(document)),
          "begin it with `apiVersion: " + std::string(kApiVersion) + "`");
    return false;
  }
  const codec::YamlNode* kind = document.find("kind");
  if (kind == nullptr || !kind->value.is_string()) {
    error(document, "the document has no `kind`", "write `kind: Application` or Environment");
    return false;
  }
  kind_ = kind->value.str();
  const auto kinds = config_kinds();
  const auto later = later_kinds();
  if (std::find(later.begin(), later.end(), kind_) != later.end()) {
    error(*kind, "kind " + quoted(kind_) + " is not supported yet",
          "leave the document out; Application and Environment work today", Code::unsupported);
    return false;
  }
  if (std::find(kinds.begin(), kinds.end(), kind_) == kinds.end()) {
    error(*kind, "unknown kind " + quoted(kind_), did_you_mean(kind_, kinds));
    return false;
  }
  if (const codec::YamlNode* version = document.find("apiVersion");
      version != nullptr && version->value.is_string() &&
      version->value.as_string() != kApiVersion) {
    error(*version, "unknown apiVersion " + quoted(version->value.as_string()),
          "write `apiVersion: " + std::string(kApiVersion) + "`");
  }
  record(document, "");
  return true;
}

void ConfigCheck::record(const codec::YamlNode& node, std::string_view path) {
  const auto fields = fields_below(kind_, path);
  entries_of(node, path, fields);
  // A field that could stand here but is not built yet says more than "is missing".
  const bool unsupported = std::any_of(fields.begin(), fields.end(), [&](const Field* field) {
    return !field->instead.empty() && node.find(field_name(*field)) != nullptr;
  });
  for (const Field* field : fields) {
    if (!field->required || unsupported) continue;
    const std::string_view name = field_name(*field);
    const codec::YamlNode* found = node.find(name);
    if (found != nullptr && !found->value.is_null()) continue;
    error(found != nullptr ? *found : node,
          "`" + std::string(field->path) + "` of the " + kind_ + " is missing",
          std::string(field->doc));
  }
}

void ConfigCheck::entries_of(const codec::YamlNode& node, std::string_view path,
                             const std::vector<const Field*>& fields) {
  for (const codec::YamlEntry& entry : node.entries()) {
    if (entry.is_merge) {
      if (entry.value.is_mapping()) entries_of(entry.value, path, fields);
      for (const codec::YamlNode& one : entry.value.items()) entries_of(one, path, fields);
      continue;
    }
    const std::string key = entry.key.value.str();
    const auto field = std::find_if(fields.begin(), fields.end(),
                                    [&](const Field* one) { return field_name(*one) == key; });
    const std::string full = path.empty() ? key : std::string(path) + "." + key;
    if (field == fields.end()) {
      std::vector<std::string_view> names;
      for (const Field* one : fields) names.push_back(field_name(*one));
      error(entry.key, "unknown field " + quoted(full), did_you_mean(key, names));
    } else if (!(*field)->instead.empty()) {
      error(entry.key, quoted(full) + " is not supported yet", std::string((*field)->instead),
            Code::unsupported);
    } else if (!entry.value.value.is_null() || entry.value.is_mapping()) {
      value(entry.value, **field, full);
    }
  }
}

void ConfigCheck::value(const codec::YamlNode& node, const Field& field, const std::string& path) {
  const auto wrong = [&] {
    error(node, quoted(path) + " must be " + std::string(type_name(field.type)) + ", not " +
                    std::string(kind_name(node)));
  };
  switch (field.type) {
    case FieldType::record:
      if (!node.is_mapping()) return wrong();
      return record(node, path);
    case FieldType::tree:
      return node.is_mapping() ? void() : wrong();
    case FieldType::list:
      return node.is_sequence() ? void() : wrong();
    case FieldType::texts:
      return is_texts(node) ? void() : wrong();
    case FieldType::text_map:
      return is_text_map(node) ? void() : wrong();
    case FieldType::records:
    case FieldType::entries:
      if (!node.is_sequence()) return wrong();
      return list(node, field, path);
    case FieldType::boolean:
      return node.value.is_bool() ? void() : wrong();
    case FieldType::integer:
      return node.value.is_integer() && node.value.as_int() >= 1 && node.value.as_int() <= 1000
                 ? void()
                 : wrong();
    case FieldType::count:
      return node.value.is_integer() && node.value.as_int() >= -1 && node.value.as_int() <= 1000
                 ? void()
                 : wrong();
    case FieldType::amount:
      return read_amount(node.value) ? void() : wrong();
    case FieldType::duration:
      if (node.value.is_integer()) {
        return error(node, quoted(path) + " has no unit",
                     "write `" + std::to_string(node.value.as_int()) + "s`");
      }
      [[fallthrough]];
    default:
      if (!node.value.is_string()) return wrong();
      return scalar(node, field, path);
  }
}

void ConfigCheck::scalar(const codec::YamlNode& node, const Field& field, const std::string& path) {
  const std::string text = node.value.str();
  if (field.type == FieldType::label && !is_dns_label(text)) {
    error(node, quoted(path) + ": " + quoted(text) + " is no valid name",
          "use at most 63 lower-case letters, digits and `-`, with a letter or digit at both ends");
  }
  if (field.type == FieldType::duration) {
    const auto parsed = parse_duration(text);
    if (!parsed || *parsed < Duration(0)) {
      error(node, quoted(path) + ": " + quoted(text) + " is no duration",
            "write it like 90s, 5m or 1h30m");
    }
  }
  if (field.type == FieldType::word) {
    const auto words = split(field.words, '|');
    if (std::find(words.begin(), words.end(), text) == words.end()) {
      error(node, quoted(path) + " cannot be " + quoted(text), did_you_mean(text, words));
    }
  }
}

void ConfigCheck::list(const codec::YamlNode& node, const Field& field, const std::string& path) {
  if (node.items().empty() && field.required) {
    error(node, quoted(path) + " is empty", "name at least one");
  }
  for (const codec::YamlNode& one : node.items()) {
    if (one.is_mapping()) {
      record(one, path + "[]");
    } else if (!one.value.is_string() || field.type == FieldType::records) {
      error(one, "an entry of " + quoted(path) + " must be " +
                     (field.type == FieldType::records ? "a map" : "a name or a map") + ", not " +
                     std::string(kind_name(one)));
    }
  }
}

}  // namespace rumbo::control
