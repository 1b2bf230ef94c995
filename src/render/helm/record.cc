#include "render/helm/record.h"

#include "script/convert.h"

namespace rumbo::render::helm {

std::optional<script::Any> Record::field(std::string_view name) const {
  for (const Field& one : fields_) {
    if (one.name == name) return one.value;
  }
  return std::nullopt;
}

Value Record::to_value() const {
  std::vector<Member> members;
  for (const Field& one : json_) {
    members.emplace_back(one.name, script::to_value(one.value).value_or(Value()));
  }
  return Value::object(std::move(members));
}

std::optional<std::vector<std::pair<std::string, script::Any>>> Record::json_members() const {
  std::vector<std::pair<std::string, script::Any>> out;
  for (const Field& one : json_) out.emplace_back(one.name, one.value);
  return out;
}

}  // namespace rumbo::render::helm
