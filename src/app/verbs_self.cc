// The verbs about the program itself: version, completion, docs.
#include <fmt/core.h>

#include "app/build_facts.h"
#include "app/handlers.h"
#include "app/help.h"
#include "base/strings.h"
#include "codec/json.h"
#include "control/config_loader.h"
#include "engine/sync_options.h"
#include "render/helm/function_reference.h"
#include "target/podman/check_object.h"

namespace rumbo::app {

Result<int> run_version(Session& session) {
  const BuildFacts& facts = build_facts();
  if (session.machine()) {
    session.print_value(Value::object({{"version", facts.version},
                                       {"commit", facts.commit},
                                       {"date", facts.date},
                                       {"modified", facts.modified},
                                       {"compiler", facts.compiler},
                                       {"build", facts.build_type}}));
  } else if (session.format() == Format::name) {
    session.print(fmt::format("{}\n", facts.version));
  } else {
    session.print(
        fmt::format("rumbo {}\ncommit    {}{}\ndate      {}\ncompiler  {}\nbuild     {}\n",
                    facts.version, facts.commit, facts.modified ? " (modified)" : "", facts.date,
                    facts.compiler, facts.build_type));
  }
  return kOk;
}

Result<int> run_completion(Session& session) {
  const std::string& shell = session.invocation().arguments[0];
  if (shell == "bash") {
    session.print(bash_completion());
  } else if (shell == "zsh") {
    session.print(zsh_completion());
  } else if (shell == "fish") {
    session.print(fish_completion());
  } else {
    return fail(Error(Code::unsupported, "no completion for `" + printable(shell, 64) + "`")
                    .with_hint("one of bash, zsh, fish"));
  }
  return kOk;
}

Result<int> run_docs(Session& session) {
  const std::string& page = session.invocation().arguments[0];
  if (page == "configuration-schema" || page == "schema") {
    session.print(codec::to_json_pretty(control::config_schema()) + "\n");
    return kOk;
  }
  if (page == "man") {
    session.print(man_page());
    return kOk;
  }
  const auto text = docs_page(page);
  if (!text) {
    return fail(Error(Code::invalid, "there is no page `" + printable(page, 64) + "`")
                    .with_hint("pages: cli, configuration, configuration-schema, podman-fields, "
                               "sync-options, helm-functions, man"));
  }
  session.print(*text);
  return kOk;
}

std::optional<std::string> docs_page(std::string_view page) {
  if (page == "cli") return markdown();
  if (page == "configuration") return control::config_reference();
  if (page == "helm-functions") return render::helm::function_reference();
  if (page == "podman-fields") return target::podman::field_reference();
  if (page == "sync-options") return engine::sync_options_page();
  return std::nullopt;
}

}  // namespace rumbo::app
