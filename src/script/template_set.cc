#include "script/template_set.h"

#include "script/executor.h"
#include "script/parser.h"
#include "script/unicode.h"

namespace rumbo::script {

TemplateSet::TemplateSet(std::shared_ptr<const FunctionTable> functions)
    : functions_(std::move(functions)) {}
TemplateSet::TemplateSet(const TemplateSet* below) : functions_(below->functions_), below_(below) {}
TemplateSet::~TemplateSet() = default;
TemplateSet::TemplateSet(TemplateSet&&) noexcept = default;
TemplateSet& TemplateSet::operator=(TemplateSet&&) noexcept = default;

Outcome<> TemplateSet::parse(std::string_view name, std::string_view text) {
  for (auto& parsed : TRY(parse_templates(name, text, *functions_))) {
    const Template* old = find(parsed->name);
    const bool own_text = parsed->name == name && below_ != nullptr;
    if (parsed->empty && old != nullptr && !own_text) continue;
    templates_[parsed->name] = std::move(parsed);
  }
  return {};
}

const Template* TemplateSet::find(std::string_view name) const {
  for (const TemplateSet* set = this; set != nullptr; set = set->below_) {
    const auto at = set->templates_.find(name);
    if (at != set->templates_.end()) return at->second.get();
  }
  return nullptr;
}

Outcome<std::string> TemplateSet::execute(std::string_view name, const Any& data,
                                          Session& session) const {
  const Template* found = find(name);
  if (found == nullptr) {
    return failed("template: no template " + quote(name) + " associated with template \"gotpl\"");
  }
  return Executor(*this, session, *found).run(data);
}

}  // namespace rumbo::script
