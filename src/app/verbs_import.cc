// The verb import: what runs already, written down as manifests.
#include <cstdlib>
#include <fmt/core.h>
#include <set>

#include "app/handlers.h"
#include "app/interrupt.h"
#include "base/strings.h"
#include "codec/json.h"
#include "codec/yaml.h"
#include "target/podman/check_object.h"
#include "target/podman/import.h"

namespace rumbo::app {
namespace {

using target::podman::Imported;
using target::podman::ImportInput;

constexpr Duration kPatience = 60s;
constexpr std::size_t kMostAtOnce = 200;  // ids in one argument list

/// The caller's own Podman: root's, or a user's rootless one.
Result<io::Exit> podman(const Session& session, std::vector<std::string> words) {
  io::Command command;
  command.argv = std::move(words);
  command.argv.insert(command.argv.begin(), "podman");
  command.env = io::minimal_environment();
  for (const char* name : {"HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_DATA_HOME",
                           "CONTAINERS_CONF", "CONTAINERS_STORAGE_CONF", "CONTAINER_HOST"}) {
    if (const char* value = std::getenv(name)) command.env[name] = value;
  }
  const io::Env& env = session.env();
  const Cancel cancel = interrupt().with_deadline(env.clock.mono() + kPatience);
  auto ran = env.process.run(command, cancel);
  if (!ran) return fail(std::move(ran).error().with_context("podman"));
  if (ran->status != 0) {
    return fail(Error(Code::unavailable,
                      "podman: " + printable(trim(ran->err.empty() ? ran->out : ran->err), 500))
                    .with_hint("`podman ps` must work for this user"));
  }
  return ran;
}

Result<std::vector<std::string>> ids(const Session& session, std::vector<std::string> words) {
  const io::Exit ran = TRY(podman(session, std::move(words)));
  std::vector<std::string> out;
  for (const std::string_view line : split(ran.out, '\n')) {
    if (!trim(line).empty()) out.emplace_back(trim(line));
  }
  return out;
}

/// `podman KIND inspect` of all of them, as one list.
Result<Value> inspect(const Session& session, const std::string& kind,
                      const std::vector<std::string>& names) {
  std::vector<Value> out;
  // Podman 4 inspects one pod at a time.
  const std::size_t step = kind == "pod" ? 1 : kMostAtOnce;
  for (std::size_t at = 0; at < names.size(); at += step) {
    std::vector<std::string> words{kind, "inspect"};
    for (std::size_t i = at; i < std::min(names.size(), at + step); ++i) words.push_back(names[i]);
    const io::Exit ran = TRY(podman(session, std::move(words)));
    const Value answer = TRY(codec::parse_json(ran.out, {}, "podman " + kind + " inspect"));
    if (answer.is_object()) out.push_back(answer);
    for (const Value& one : answer.items()) out.push_back(one);
  }
  return Value::array(std::move(out));
}

Result<ImportInput> look(const Session& session) {
  ImportInput out;
  const auto containers = TRY(ids(session, {"ps", "-q", "--no-trunc"}));
  out.containers = TRY(inspect(session, "container", containers));
  const auto pods = TRY(ids(session, {"pod", "ps", "-q", "--no-trunc"}));
  out.pods = TRY(inspect(session, "pod", pods));
  std::set<std::string> images;
  for (const Value& container : out.containers.items()) images.insert(container["Image"].str());
  out.images = TRY(inspect(session, "image", {images.begin(), images.end()}));
  return out;
}

bool is_wanted(const Imported& one, std::span<const std::string> names) {
  if (names.empty()) return true;
  for (const std::string& name : names) {
    if (name == one.name) return true;
    if (std::find(one.sources.begin(), one.sources.end(), name) != one.sources.end()) return true;
  }
  return false;
}

std::string yaml_of(const std::vector<Value>& objects) {
  std::string out;
  for (const Value& object : objects) {
    if (!out.empty()) out += "---\n";
    out += codec::emit_yaml(object);
  }
  return out;
}

/// What a plan would say of it.
void check(Imported& one) {
  for (const Value& object : one.objects) {
    for (const auto& finding : target::podman::check_object(object)) {
      const std::string what =
          object["kind"].str() + " " + finding.pointer + ": " + finding.message;
      one.remarks.push_back(what + (finding.hint.empty() ? "" : " (" + finding.hint + ")"));
    }
  }
}

Result<std::vector<std::string>> write(const Session& session, const std::string& directory,
                                       const Imported& one) {
  io::FileSystem& files = session.env().files;
  TRY(files.make_directories(directory, 0755));
  std::vector<std::string> out;
  const auto put = [&](const std::string& name, const std::vector<Value>& objects,
                       std::uint32_t mode) -> Result<> {
    const std::string path = directory + "/" + name;
    if (files.stat(path) && !session.invocation().has("force")) {
      return fail(Error(Code::conflict, "`" + path + "` exists already")
                      .with_hint("name another directory by --out, or replace it with --force"));
    }
    out.push_back(path);
    return files.write_atomic(path, yaml_of(objects), mode);
  };
  TRY(put(one.name + ".yaml", one.objects, 0644));
  if (!one.secrets.empty()) TRY(put(one.name + "-secret.yaml", one.secrets, 0600));
  return out;
}

Value to_value(const Imported& one, const std::vector<std::string>& written) {
  std::vector<Value> objects(one.objects);
  return Value::object({{"name", one.name},
                        {"containers", Value::array({one.sources.begin(), one.sources.end()})},
                        {"files", Value::array({written.begin(), written.end()})},
                        {"objects", Value::array(std::move(objects))},
                        {"remarks", Value::array({one.remarks.begin(), one.remarks.end()})}});
}

}  // namespace

Result<int> run_import(Session& session) {
  const auto& arguments = session.invocation().arguments;
  if (arguments[0] != "podman") {
    return fail(Error(Code::unsupported, "cannot import from `" + printable(arguments[0], 64) + "`")
                    .with_hint("there is: rumbo import podman"));
  }
  const std::string directory = session.invocation().value("out");
  const ImportInput running = TRY(look(session));
  std::vector<Value> all;
  std::string names, remarks;
  for (Imported& one : target::podman::import_containers(running)) {
    if (!is_wanted(one, std::span(arguments).subspan(1))) continue;
    check(one);
    std::vector<std::string> written;
    if (!directory.empty()) written = TRY(write(session, directory, one));
    all.push_back(to_value(one, written));
    names += one.name + "\n";
    remarks += one.name + " (from " + join(one.sources, ", ") + ")" +
               (written.empty() ? "" : ": " + join(written, ", ")) + "\n";
    for (const std::string& remark : one.remarks) remarks += "  - " + printable(remark) + "\n";
    if (!directory.empty() || session.machine() || session.format() == Format::name) continue;
    session.print((all.size() > 1 ? "---\n" : "") + yaml_of(one.objects));
    if (!one.secrets.empty()) session.print("---\n" + yaml_of(one.secrets));
  }
  if (all.empty()) {
    return fail(Error(Code::not_found, arguments.size() > 1
                                           ? "no such container, pod or service runs"
                                           : "no container runs that Rumbo does not run itself")
                    .with_hint("`podman ps` lists what runs"));
  }
  if (session.machine()) {
    session.print_value(Value::object({{"workloads", Value::array(std::move(all))}}));
  } else if (session.format() == Format::name) {
    session.print(names);
  } else {
    session.note(remarks);
    if (!directory.empty()) {
      session.note("next: rumbo validate " + directory +
                   "; nothing that runs was touched. docs/migration.md tells how to change over\n");
    }
  }
  return kOk;
}

}  // namespace rumbo::app
