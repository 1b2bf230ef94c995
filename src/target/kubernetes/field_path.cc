// FieldSet's members as texts: the form in which API servers print the paths of conflicts.
// Rules: sigs.k8s.io/structured-merge-diff fieldpath (element.go, path.go).
#include <algorithm>
#include <array>
#include <set>

#include "base/strings.h"
#include "codec/json.h"
#include "target/kubernetes/field_set.h"

namespace rumbo::target::kubernetes {
namespace {

constexpr std::size_t kMaxPath = 1 << 14;
constexpr std::size_t kMaxDepth = 64;

/// Maps from names that users choose to plain values: what follows is one name, dots and all.
constexpr std::array<std::string_view, 15> kNamedByUsers = {
    "annotations", "binaryData", "capacity",    "data",         "hard",
    "labels",      "limits",     "matchLabels", "nodeSelector", "options",
    "parameters",  "requests",   "stringData",  "used",         "volumeAttributes"};

/// As Go's %q prints it.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += {'\\', c};
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\r') {
      out += "\\r";
    } else if (byte < 0x20 || byte == 0x7f) {
      const std::array<std::uint8_t, 1> bytes{byte};
      out += "\\x" + to_hex(bytes);
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string printed_value(const Value& value) {
  return value.is_string() ? quoted(value.as_string()) : codec::to_json(value);
}

/// Reads a path from its beginning to its end.
class PathReader {
 public:
  explicit PathReader(std::string_view text) : text_(text) {}

  Result<std::vector<std::string>> read() {
    std::vector<std::string> elements;
    std::string_view last_name;
    while (at_ < text_.size()) {
      if (elements.size() == kMaxDepth) return wrong("deeper than 64 levels");
      if (text_[at_] == '.') {
        ++at_;
        const bool by_user = std::ranges::find(kNamedByUsers, last_name) != kNamedByUsers.end();
        const std::size_t end =
            by_user ? text_.size() : std::min(text_.find_first_of(".[", at_), text_.size());
        last_name = text_.substr(at_, end - at_);
        if (last_name.empty()) return wrong("want a name behind `.`");
        elements.push_back(FieldSet::field(last_name));
        at_ = end;
      } else if (text_[at_] == '[') {
        ++at_;
        last_name = {};
        elements.push_back(TRY(bracket()));
      } else {
        return wrong("want `.` or `[`");
      }
    }
    if (elements.empty()) return wrong("want a name");
    return elements;
  }

 private:
  tl::unexpected<Error> wrong(std::string_view why) const {
    return fail(Code::invalid, "field path `" + printable(text_, 200) + "`: " + std::string(why) +
                                   " at character " + std::to_string(at_ + 1));
  }

  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  Result<std::string> bracket() {
    if (take('=')) {
      const Value value = TRY(scalar());
      if (!take(']')) return wrong("want `]`");
      return FieldSet::item(value);
    }
    const std::size_t close = text_.find(']', at_);
    if (close != std::string_view::npos) {
      const auto index = parse_int(text_.substr(at_, close - at_));
      if (index && *index >= 0) {
        at_ = close + 1;
        return "i:" + std::to_string(*index);
      }
    }
    std::vector<Member> fields;
    do {
      const std::size_t equals = text_.find('=', at_);
      if (equals == std::string_view::npos || equals == at_) return wrong("want `name=value`");
      const std::string_view name = text_.substr(at_, equals - at_);
      at_ = equals + 1;
      fields.emplace_back(name, TRY(scalar()));
    } while (take(','));
    if (!take(']')) return wrong("want `]`");
    return FieldSet::key(Value::object(std::move(fields)));
  }

  Result<Value> scalar() {
    if (!take('"')) {
      const std::size_t end = std::min(text_.find_first_of(",]", at_), text_.size());
      const auto value = codec::parse_json(text_.substr(at_, end - at_));
      if (!value || value->is_object() || value->is_array()) return wrong("want a plain value");
      at_ = end;
      return *value;
    }
    std::string out;
    while (!take('"')) {
      if (at_ >= text_.size()) return wrong("want `\"`");
      const char c = text_[at_++];
      if (c != '\\') {
        out += c;
        continue;
      }
      if (at_ >= text_.size()) return wrong("want a character behind `\\`");
      const char escape = text_[at_++];
      if (escape == 'n') {
        out += '\n';
      } else if (escape == 't') {
        out += '\t';
      } else if (escape == 'r') {
        out += '\r';
      } else if (escape == 'x') {
        const auto bytes = from_hex(text_.substr(at_, 2));
        if (!bytes || bytes->size() != 1) return wrong("want two hexadecimal digits");
        out += static_cast<char>(bytes->front());
        at_ += 2;
      } else {
        out += escape;
      }
    }
    return Value(out);
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

void collect(const FieldSet& set, const std::string& prefix, std::vector<std::string>& out) {
  for (const auto& [element, child] : set.children()) {
    const std::string path = prefix + FieldSet::printed(element);
    if (child.children().empty()) {
      out.push_back(path);
    } else {
      collect(child, path, out);
    }
  }
}

FieldSet select(const FieldSet& set, const std::string& prefix,
                const std::set<std::string_view>& wanted) {
  FieldSet result;
  if (set.member() && wanted.contains(prefix)) result.insert();
  for (const auto& [element, child] : set.children()) {
    FieldSet below = select(child, prefix + FieldSet::printed(element), wanted);
    if (!below.empty()) result.at(element) = std::move(below);
  }
  return result;
}

}  // namespace

std::string FieldSet::printed(std::string_view element) {
  const std::string_view rest = element.substr(std::min<std::size_t>(2, element.size()));
  if (element.starts_with("f:")) return "." + std::string(rest);
  if (element.starts_with("i:")) return "[" + std::string(rest) + "]";
  const auto value = codec::parse_json(rest);
  if (!value) return std::string(element);
  if (element.starts_with("v:")) return "[=" + printed_value(*value) + "]";
  std::vector<std::string> fields;
  for (const Member& field : value->members()) {
    fields.push_back(std::string(field.key()) + "=" + printed_value(field.value));
  }
  return "[" + join(fields, ",") + "]";
}

Result<FieldSet> FieldSet::of_path(std::string_view path) {
  if (path.size() > kMaxPath) return fail(Code::too_large, "field path: longer than 16 KiB");
  FieldSet set;
  FieldSet* end = &set;
  for (const std::string& element : TRY(PathReader(path).read())) end = &end->at(element);
  end->insert();
  return set;
}

FieldSet FieldSet::named(std::span<const std::string> paths) const {
  const std::set<std::string_view> wanted(paths.begin(), paths.end());
  return select(*this, "", wanted);
}

std::vector<std::string> FieldSet::paths() const {
  std::vector<std::string> out;
  collect(*this, "", out);
  std::ranges::sort(out);
  return out;
}

}  // namespace rumbo::target::kubernetes
