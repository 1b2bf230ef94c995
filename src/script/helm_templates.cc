// Helm's functions that run templates or stop them: include, tpl, required, fail, lookup.
#include "script/helm_functions.h"
#include "script/session.h"
#include "script/sprig.h"
#include "script/template_set.h"
#include "script/unicode.h"

namespace rumbo::script {
namespace {

constexpr int kMaxNestedUses = 1000;
constexpr const char* kTplName = "gotpl";  // as Helm names what it gives to tpl

Failure wrapped(std::string text, Failure cause) {
  return Failure(std::move(text), Failure::Kind::function,
                 std::make_shared<const Failure>(std::move(cause)));
}

Outcome<Any> include(Call& call) {
  const std::string name(call[0].text());
  int& uses = call.session.uses(name);
  if (uses > kMaxNestedUses) {
    return failed("rendering template has a nested reference name: " + name +
                  ": unable to execute template");
  }
  ++uses;
  auto out = call.templates.execute(name, call[1], call.session);
  --call.session.uses(name);
  if (!out) return fail(std::move(out).error());
  return Any(*out);
}

Outcome<Any> tpl(Call& call) {
  const std::string text(call[0].text());
  TRY(call.session.room_for_text(text.size() * 4));
  TemplateSet own(&call.templates);
  if (auto parsed = own.parse(kTplName, text); !parsed) {
    return fail(wrapped("cannot parse template " + quote(text) + ": ", std::move(parsed).error()));
  }
  auto out = own.execute(kTplName, call[1], call.session);
  if (!out) {
    return fail(wrapped("error during tpl function execution for " + quote(text) + ": ",
                        std::move(out).error()));
  }
  return Any(remove_no_value(std::move(*out)));
}

Outcome<Any> required(Call& call) {
  const Any& value = call[1];
  if (value.is_nil() || (value.type() == &types::string && value.text().empty())) {
    if (call.session.lenient()) return Any("");
    return failed(std::string(call[0].text()), Failure::Kind::asked);
  }
  return value;
}

Outcome<Any> stop(Call& call) {
  if (call.session.lenient()) return Any("");
  return failed(std::string(call[0].text()), Failure::Kind::asked);
}

Outcome<Any> lookup(Call& call) {
  return Any::from(
      call.session.host().lookup(call[0].text(), call[1].text(), call[2].text(), call[3].text()));
}

}  // namespace

void add_helm_templates(FunctionTable& table) {
  table.add("include", "string, any", include);
  table.add("tpl", "string, any", tpl);
  table.add("required", "string, any", required);
  table.add("fail", "string", stop);
  table.add("lookup", "string, string, string, string", lookup);
  // Name resolution is off, as in Helm unless asked for.
  table.add("getHostByName", "string", [](Call&) -> Outcome<Any> { return Any(""); });
}

std::string remove_no_value(std::string text) {
  constexpr std::string_view kMark = "<no value>";
  std::size_t at = text.find(kMark);
  if (at == text.npos) return text;
  std::string out;
  std::size_t from = 0;
  for (; at != text.npos; at = text.find(kMark, from)) {
    out.append(text, from, at - from);
    from = at + kMark.size();
  }
  return out.append(text, from);
}

}  // namespace rumbo::script
