#include "render/substitute_trace.h"

#include <algorithm>

#include "codec/pointer.h"
#include "render/substitute_parse.h"

namespace rumbo::render {
namespace {

/// The names of all variables in these parts, also in defaults, each once.
void collect(const std::vector<SubstitutePart>& parts, std::vector<std::string>& names) {
  for (const SubstitutePart& part : parts) {
    const bool known = std::find(names.begin(), names.end(), part.text) != names.end();
    if (part.is_variable && !known) names.push_back(part.text);
    collect(part.arguments, names);
  }
}

}  // namespace

void note_origins(VariableOrigins& origins, const Variables& before, const Variables& after,
                  const Location& place) {
  for (const auto& [name, value] : after) {
    const auto was = before.find(name);
    if (was == before.end() || was->second != value) origins.insert_or_assign(name, place);
  }
}

Location SubstitutionLocator::locate(std::string_view pointer) const {
  return inner_ ? inner_->locate(pointer) : origin_;
}

std::vector<Layer> SubstitutionLocator::layers(std::string_view pointer) const {
  std::vector<Layer> out = inner_ ? inner_->layers(pointer) : std::vector<Layer>{{"file", origin_}};
  const auto parsed = codec::Pointer::parse(pointer);
  const Value* was = parsed ? codec::resolve(before_, *parsed) : nullptr;
  if (was == nullptr || !was->is_string()) return out;
  const auto parts = parse_substitutions(was->as_string());
  if (!parts) return out;
  std::vector<std::string> names;
  collect(*parts, names);
  for (const std::string& name : names) {
    const auto set = origins_->find(name);
    const bool known = set != origins_->end();
    out.push_back(
        {"variable " + name + (known ? "" : " (not set)"), known ? set->second : Location{}});
  }
  return out;
}

}  // namespace rumbo::render
