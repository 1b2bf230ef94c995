#include "app/session.h"

#include <cstdlib>
#include <filesystem>
#include <pwd.h>
#include <unistd.h>

#include "app/help.h"
#include "app/paths.h"
#include "base/strings.h"
#include "codec/json.h"
#include "codec/yaml.h"

namespace rumbo::app {
namespace {

/// "shop@dev" names both; the environments of several must agree with -e.
Result<> add_to(control::Selector& selector, const std::string& word) {
  const std::size_t at = word.find('@');
  if (at == std::string::npos) {
    selector.applications.push_back(word);
    return {};
  }
  const std::string environment = word.substr(at + 1);
  if (at == 0 || environment.empty()) {
    return fail(Error(Code::invalid, "`" + printable(word, 128) + "` names no application")
                    .with_hint("write APP or APP@ENVIRONMENT"));
  }
  if (!selector.environment.empty() && selector.environment != environment) {
    return fail(Code::invalid, "`" + printable(word, 128) + "` is not in environment `" +
                                   selector.environment + "`, which was asked for too");
  }
  selector.applications.push_back(word.substr(0, at));
  selector.environment = environment;
  return {};
}

}  // namespace

Result<> Session::choose_format() {
  const std::string word = invocation_.value("output", "table");
  if (word == "table") {
    format_ = Format::table;
  } else if (word == "wide") {
    format_ = Format::wide;
  } else if (word == "json") {
    format_ = Format::json;
  } else if (word == "yaml") {
    format_ = Format::yaml;
  } else if (word == "name") {
    format_ = Format::name;
  } else {
    return fail(Error(Code::invalid, "unknown output format `" + printable(word, 64) + "`")
                    .with_hint("one of table, wide, json, yaml, name"));
  }
  return {};
}

void Session::print_value(const Value& value) const {
  print(format_ == Format::yaml ? codec::emit_yaml(value) : codec::to_json_pretty(value) + "\n");
}

Result<control::Selector> Session::selector() const {
  control::Selector selector;
  selector.environment = invocation_.value("environment");
  for (const std::string& word : invocation_.arguments) TRY(add_to(selector, word));
  return selector;
}

std::string Session::actor() const {
  if (invocation_.has("as")) return invocation_.value("as");
  for (const char* name : {"SUDO_USER", "USER", "LOGNAME"}) {
    const char* user = std::getenv(name);
    if (user != nullptr && *user != '\0') return "user:" + printable(user, 64);
  }
  const passwd* entry = ::getpwuid(::getuid());
  return "user:" + (entry != nullptr ? std::string(entry->pw_name) : std::to_string(::getuid()));
}

std::string Session::state_directory() const {
  // Absolute: sockets and bind mounts below it are named to programs that run elsewhere.
  std::error_code none;
  const std::string given =
      invocation_.has("state") ? invocation_.value("state") : default_state_directory();
  return std::filesystem::absolute(given, none).lexically_normal().string();
}

Result<control::Operations*> Session::operations(Need need) {
  if (!operations_) operations_ = TRY(connector_(*this, need));
  return operations_.get();
}

std::string describe(const Error& error, const Paint& paint) {
  std::string text;
  if (error.location()) text += error.location()->to_string() + ": ";
  text += paint.bad("error:") + " ";
  for (auto context = error.context().rbegin(); context != error.context().rend(); ++context) {
    text += *context + ": ";
  }
  text += error.message() + "\n";
  if (!error.hint().empty()) text += paint.dim("hint:") + " " + error.hint() + "\n";
  return text;
}

int run(const std::vector<std::string>& arguments, const Streams& streams, const io::Env& env,
        const Connector& connector) {
  Paint paint{streams.color && streams.err_terminal};
  auto invocation = parse_arguments(arguments);
  if (!invocation) {
    streams.err(describe(invocation.error(), paint));
    return kError;
  }
  if (invocation->help || !invocation->verb) {
    const bool asked = invocation->help || arguments.empty();
    (asked ? streams.out : streams.err)(invocation->verb ? verb_help(*invocation->verb)
                                                         : overview());
    return asked ? kOk : kError;
  }
  Streams own = streams;
  if (invocation->has("no-color")) own.color = paint.on = false;
  const Verb& verb = *invocation->verb;
  Session session(*std::move(invocation), std::move(own), env, connector);
  auto status = session.choose_format().and_then([&] { return verb.run(session); });
  if (!status) {
    streams.err(describe(status.error(), paint));
    return kError;
  }
  return *status;
}

}  // namespace rumbo::app
