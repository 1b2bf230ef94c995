// The verbs about the state directory as a whole: backup and restore.
#include <fmt/core.h>

#include "app/build_facts.h"
#include "app/handlers.h"
#include "base/strings.h"
#include "store/backup.h"
#include "store/restore.h"

namespace rumbo::app {
namespace {

constexpr std::uint64_t kMostArchive = std::uint64_t{4} << 30;

/// "rumbo-backup-20260102T030405Z.tar.gz".
std::string default_name(WallTime now) {
  std::string at = to_rfc3339(now).substr(0, 19);
  std::erase_if(at, [](char c) { return c == '-' || c == ':'; });
  return "rumbo-backup-" + at + "Z.tar.gz";
}

using Passphrase = std::optional<Secret<std::string>>;

Result<Passphrase> passphrase_of(const Session& session) {
  if (!session.invocation().has("passphrase-file")) return Passphrase();
  const std::string path = session.invocation().value("passphrase-file");
  return Passphrase(TRY(store::read_passphrase(session.env().files, path)));
}

std::string size_text(std::size_t bytes) {
  return bytes < (1 << 20) ? fmt::format("{} KiB", (bytes + 1023) / 1024)
                           : fmt::format("{:.1f} MiB", static_cast<double>(bytes) / (1 << 20));
}

Result<std::vector<store::BackupFile>> collect(const Session& session, const Value& snapshot,
                                               const Passphrase& passphrase) {
  io::FileSystem& files = session.env().files;
  const std::string state = session.state_directory();
  std::vector<store::BackupFile> out;
  for (const Value& name : snapshot["files"].items()) {
    out.push_back({name.str(), TRY(files.read_all(snapshot["directory"].str() + "/" + name.str(),
                                                  kMostArchive))});
  }
  for (const char* name : {"config.yaml", "fleet.json"}) {
    if (auto config = files.read_all(state + "/" + name, kMostArchive)) {
      out.push_back({name, *std::move(config)});
    }
  }
  if (!passphrase) return out;
  const Secret<std::string> key(TRY(files.read_all(state + "/key", 4096)));
  out.push_back({"key.sealed", TRY(store::seal_under_passphrase(key.reveal(), *passphrase,
                                                                session.env().random))});
  return out;
}

}  // namespace

Result<int> run_backup(Session& session) {
  const Passphrase passphrase = TRY(passphrase_of(session));
  auto* operations = TRY(session.operations(Need::journal));
  const Value snapshot = TRY(operations->snapshot());
  const auto files = collect(session, snapshot, passphrase);
  static_cast<void>(session.env().files.remove_tree(snapshot["directory"].str()));
  if (!files) return fail(files.error());
  const WallTime now = session.clock().wall();
  const Value facts = Value::object({{"rumbo", build_facts().version},
                                     {"at", to_rfc3339(now)},
                                     {"installation", snapshot["installation"]},
                                     {"head", snapshot["head"]},
                                     {"key", passphrase ? "sealed" : "left out"}});
  const std::string archive = TRY(store::pack_backup(*files, facts));
  const std::string out = session.invocation().value("out", default_name(now));
  if (out == "-") {
    session.print(archive);
  } else {
    TRY(session.env().files.write_atomic(out, archive, 0600));
    if (session.machine()) {
      session.print_value(facts.with("file", out).with("bytes", archive.size()));
    } else {
      session.print(session.format() == Format::name
                        ? out + "\n"
                        : fmt::format("{}: {}, the journal up to record {}\n", out,
                                      size_text(archive.size()),
                                      snapshot["head"]["seq"].as_uint()));
    }
  }
  if (!passphrase) {
    session.note("the installation key is not in it: keep a copy of " + session.state_directory() +
                 "/key apart, or use --passphrase-file\n");
  }
  return kOk;
}

Result<int> run_restore(Session& session) {
  const std::string& path = session.invocation().arguments[0];
  const std::string archive = TRY(session.env().files.read_all(path, kMostArchive));
  auto backup = store::unpack_backup(archive);
  if (!backup) return fail(std::move(backup).error().with_context(path));
  store::RestoreOptions options;
  options.directory = session.state_directory();
  options.passphrase = TRY(passphrase_of(session));
  options.key_file = session.invocation().value("key");
  options.actor = {session.actor()};
  const io::Env& env = session.env();
  const Value done = TRY(store::restore_state(*backup, options, env.files, env.clock, env.random));
  if (session.machine()) {
    session.print_value(done.with("state", options.directory));
    return kOk;
  }
  if (session.format() == Format::name) {
    session.print(options.directory + "\n");
    return kOk;
  }
  session.print(fmt::format("{}: restored as of {}, the journal up to record {}\n",
                            options.directory, printable(done["at"].as_string(), 40),
                            done["head"]["seq"].as_uint()));
  session.note(
      "next: rumbo serve, then rumbo status. If pods run here that are newer than the backup, it "
      "says so and changes nothing until `rumbo recover --from-target`\n");
  return kOk;
}

}  // namespace rumbo::app
