// What each verb does; the table in verbs.cc names them.
//
// Threads: one.
#pragma once

#include <optional>

#include "app/session.h"

namespace rumbo::app {

// verbs_read.cc: what is.
Result<int> run_status(Session& session);
Result<int> run_get(Session& session);
Result<int> run_wait(Session& session);

// verbs_logs.cc: what containers wrote.
Result<int> run_logs(Session& session);

// verbs_history.cc: what was.
Result<int> run_history(Session& session);
Result<int> run_show(Session& session);
Result<int> run_log(Session& session);

// verbs_plan.cc: what would be.
Result<int> run_plan(Session& session);
Result<int> run_diff(Session& session);

// verbs_sync.cc: transactions and what steers them.
Result<int> run_sync(Session& session);
Result<int> run_rollback(Session& session);
Result<int> run_test(Session& session);
Result<int> run_delete(Session& session);
Result<int> run_recover(Session& session);
Result<int> run_resume(Session& session);
Result<int> run_pause(Session& session);
Result<int> run_freeze(Session& session);
Result<int> run_unfreeze(Session& session);
Result<int> run_refresh(Session& session);

// verbs_files.cc: files alone, without an installation.
Result<int> run_init(Session& session);
Result<int> run_validate(Session& session);
Result<int> run_render(Session& session);

// verbs_why.cc: where a field comes from.
Result<int> run_why(Session& session);

// verbs_helm.cc: charts.
Result<int> run_helm(Session& session);

// verbs_self.cc: the program itself.
Result<int> run_version(Session& session);
Result<int> run_completion(Session& session);
Result<int> run_docs(Session& session);

// verbs_recover.cc: the part of recover that is not about a transaction; nullopt if none was asked.
Result<std::optional<int>> run_special_recovery(Session& session);

// verbs_state.cc: the state directory as a whole.
Result<int> run_backup(Session& session);
Result<int> run_restore(Session& session);

// verbs_import.cc: what runs already.
Result<int> run_import(Session& session);

// doctor.cc and serve.cc.
Result<int> run_doctor(Session& session);
Result<int> run_serve(Session& session);

}  // namespace rumbo::app
