#include "render/helm/function_reference.h"

#include "base/strings.h"
#include "script/helm_functions.h"

namespace rumbo::render::helm {
namespace {

std::string signature_of(const script::Function& function) {
  std::string out;
  for (std::size_t i = 0; i < function.parameters.size(); ++i) {
    if (!out.empty()) out += ", ";
    if (function.variadic && i + 1 == function.parameters.size()) out += "...";
    out += function.parameters[i]->name;
  }
  return out;
}

}  // namespace

std::string function_reference() {
  std::string out =
      "# Functions of chart templates\n\n"
      "This page is made by `rumbo docs helm-functions` from the table that the engine itself "
      "uses: Go's built-in functions, Sprig 3.3.0's without `env` and `expandenv`, and Helm's. "
      "Arguments are Go types; what they do is what Go, Sprig and Helm document. **recorded**: "
      "the result is random, and kept for an application, so that it renders the same bytes "
      "again.\n\n| Function | Arguments | |\n|---|---|---|\n";
  const auto table = script::helm_functions();
  for (const std::string_view name : table->names()) {
    const script::Function& function = *table->find(name);
    const std::string signature = signature_of(function);
    out += "| `" + std::string(name) + "` | " + (signature.empty() ? "" : "`" + signature + "`") +
           " | " + (function.random ? "recorded" : "") + " |\n";
  }
  return out;
}

}  // namespace rumbo::render::helm
