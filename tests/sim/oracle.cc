#include "oracle.h"

namespace rumbo::simtest {
namespace {

using sim::Fault;

std::size_t first_with(const std::vector<std::string>& trace, std::string_view word) {
  for (std::size_t i = 0; i < trace.size(); ++i) {
    if (trace[i].starts_with("append") && trace[i].find(word) != std::string::npos) return i;
  }
  return SIZE_MAX;
}

bool is_append(const std::string& label) {
  return label.starts_with("append");
}
bool names(const std::string& label, std::string_view word) {
  return label.find(word) != std::string::npos;
}

bool durable_after(Fault fault) {
  return fault == Fault::crash_after || fault == Fault::reboot_after;
}

/// Whether its policy lets preparing take longer than an outage lasts.
bool patient(const Scenario& scenario) {
  return std::any_of(scenario.after.begin(), scenario.after.end(),
                     [](const AppVersion& app) { return app.policy.timeout > 40s; });
}

}  // namespace

Shape shape_of(const Scenario& scenario, const MakerFactory& maker) {
  Shape shape;
  shape.trace = Rig(scenario, maker).run({}).trace;
  shape.begin = first_with(shape.trace, " begin");
  shape.prepared = first_with(shape.trace, " prepared");
  shape.commit = first_with(shape.trace, " commit");
  shape.abort = first_with(shape.trace, " abort");
  shape.end = first_with(shape.trace, " end");
  return shape;
}

std::vector<Fault> faults_at(const Scenario& scenario, const std::string& label) {
  std::vector<Fault> out = {Fault::crash_before, Fault::crash_after, Fault::reboot_before,
                            Fault::reboot_after, Fault::suspend};
  if (is_append(label)) {
    out.insert(out.end(), {Fault::disk_full, Fault::sync_failure, Fault::take_over});
  } else {
    out.insert(out.end(),
               {Fault::error_later, Fault::error_never, Fault::outage, Fault::long_outage});
    if (names(label, "perform")) {
      out.insert(out.end(),
                 {Fault::unknown_lost, Fault::unknown_done, Fault::zombie, Fault::zombie_crash});
    }
  }
  if (scenario.foreign && scenario.before.empty()) out.push_back(Fault::foreign_create);
  if (scenario.foreign && !scenario.before.empty()) {
    out.insert(out.end(), {Fault::foreign_edit, Fault::foreign_delete});
  }
  return out;
}

End required(const Scenario& scenario, const Shape& shape, std::size_t at, Fault fault) {
  const End natural = scenario.natural == Natural::committed ? End::after : End::before;
  const std::string& label = shape.trace[at];
  const auto reached = [&](std::size_t record) {
    return record != SIZE_MAX && (at > record || (at == record && durable_after(fault)));
  };
  const bool committed = reached(shape.commit);
  if (committed) return End::after;
  switch (fault) {
    case Fault::crash_before:
    case Fault::crash_after:
    case Fault::zombie_crash:
    case Fault::sync_failure:
    case Fault::take_over:
      return reached(shape.prepared) ? natural : End::before;
    case Fault::suspend:
      // The call or append under way still ends; PREPARED or COMMIT may become durable by it.
      if (at == shape.commit) return End::after;
      return at >= shape.prepared ? natural : End::before;
    case Fault::reboot_before:
    case Fault::reboot_after:
      return End::before;
    case Fault::disk_full:
      return End::before;
    case Fault::error_never:
      if (at < shape.begin) return End::before;  // it could not even look
      if (names(label, "observe") || names(label, "release") || names(label, "mirror") ||
          names(label, "revert")) {
        return natural;
      }
      return End::before;
    case Fault::error_later:
      return at < shape.begin ? End::before : natural;
    case Fault::outage:
      // Nothing was touched before PREPARED: it is waited for no longer than the policy's timeout.
      return at < shape.begin || (at < shape.prepared && !patient(scenario)) ? End::before
                                                                             : natural;
    case Fault::long_outage:
      // Longer than the budget: given up before the commit, unless it hits when nothing more is
      // asked.
      return at < shape.begin || scenario.natural != Natural::committed ? End::before : End::either;
    case Fault::unknown_lost:
    case Fault::unknown_done:
    case Fault::zombie:
      return natural;
    case Fault::foreign_edit:
    case Fault::foreign_delete:
    case Fault::foreign_create:
      return End::either;  // before the commit it aborts; too late to be seen, it is drift
  }
  return natural;
}

bool inside_polling(const std::vector<std::string>& trace, std::size_t at) {
  return at >= 2 && at + 1 < trace.size() && trace[at] == trace[at - 1] &&
         trace[at] == trace[at - 2] && trace[at] == trace[at + 1];
}

std::vector<std::string> broken_always(const Scenario& scenario, const Ending& ending) {
  std::vector<std::string> out = ending.broken;
  if (ending.most_hook_runs > 1) out.push_back("hook once: a hook ran twice in one attempt");
  const std::string& state = ending.state;
  if (state.starts_with("mixed") && !scenario.heal) out.push_back("one of two states: " + state);
  return out;
}

std::vector<std::string> broken_promises(const Scenario& scenario, const Shape& shape,
                                         std::size_t at, Fault fault, const Ending& ending) {
  std::vector<std::string> out;
  for (const std::string& broken : ending.broken) {
    // Away longer than an end is waited for: what is left stays listed until the next transaction.
    if (fault == Fault::long_outage && broken.starts_with("nothing left: ")) continue;
    out.push_back(broken);
  }
  if (ending.most_hook_runs > 1) out.push_back("hook once: a hook ran twice in one attempt");
  // Before the plan read the object, an edit is simply part of what was there.
  const bool seen_by_plan = at > shape.begin;
  if (fault == Fault::foreign_edit && seen_by_plan && !ending.edit_kept) {
    out.push_back("edit kept: a foreign edit was lost");
  }
  const bool foreign = fault == Fault::foreign_edit || fault == Fault::foreign_delete ||
                       fault == Fault::foreign_create;
  if (scenario.foreign && !seen_by_plan && foreign) return out;
  const End must = scenario.heal ? End::either : required(scenario, shape, at, fault);
  const std::string& state = ending.state;
  // Away for longer than reaping is retried: what could not be pruned is listed, and stays owned.
  const bool left_behind =
      fault == Fault::long_outage && ending.note.find("left behind") != std::string::npos;
  const bool right = state == "same" || left_behind || (must == End::before && state == "before") ||
                     (must == End::after && state == "after") ||
                     (must == End::either && (state == "before" || state == "after"));
  if (!right) {
    out.push_back(std::string("ends as it must: ") +
                  (must == End::before  ? "before"
                   : must == End::after ? "after"
                                        : "before or after") +
                  ", but ended " + state + " (" + std::string(engine::to_string(ending.last)) +
                  ": " + ending.note + ")");
  }
  return out;
}

}  // namespace rumbo::simtest
