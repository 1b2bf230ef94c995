#include "app/snapshot.h"

#include "crypto/key.h"
#include "store/backup.h"

namespace rumbo::app {
namespace {

/// The records first, the journal after them: what a record says then stands in the journal too.
Result<std::vector<Value>> copy_parts(store::SqliteJournal& journal, const std::string& state,
                                      const std::string& directory, io::Env& env, Head& head) {
  std::vector<Value> names;
  const auto targets = env.files.list(state + "/targets");
  for (const std::string& id : targets.value_or(std::vector<std::string>())) {
    auto record = env.files.read_all(state + "/targets/" + id + "/record.json");
    if (!record && record.error().code() == Code::not_found) continue;
    if (!record) return fail(std::move(record).error());
    const std::string name = "targets/" + id + "/record.sealed";
    const std::string sealed = journal.seal(*record, name);
    crypto::wipe(*record);
    TRY(env.files.make_directories(directory + "/targets/" + id, 0700));
    TRY(env.files.write_atomic(directory + "/" + name, sealed));
    names.emplace_back(name);
  }
  head = TRY(journal.copy_to(directory + "/" + std::string(store::kBackupJournal)));
  names.emplace_back(store::kBackupJournal);
  return names;
}

}  // namespace

Result<Value> make_snapshot(store::SqliteJournal& journal, const std::string& state, io::Env& env) {
  const std::string directory = state + "/backup";
  if (auto removed = env.files.remove_tree(directory);
      !removed && removed.error().code() != Code::not_found) {
    return fail(std::move(removed).error());
  }
  TRY(env.files.make_directories(directory, 0700));
  Head head;
  auto names = copy_parts(journal, state, directory, env, head);
  if (!names) {
    static_cast<void>(env.files.remove_tree(directory));
    return fail(std::move(names).error().with_context("copy the state"));
  }
  return Value::object({{"directory", directory},
                        {"installation", journal.installation().value},
                        {"head", Value::object({{"seq", head.seq}, {"hash", head.hash}})},
                        {"files", Value::array(std::move(*names))}});
}

}  // namespace rumbo::app
