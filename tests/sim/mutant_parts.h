// What mutants of the runner are made of; only *_mutants.cc include this.
#pragma once

#include <algorithm>
#include <memory>

#include "engine/drafts.h"
#include "mutant.h"

namespace rumbo::simtest {

using engine::Action;
using engine::Append;
using engine::Call;
using engine::CallKind;
using engine::Calls;
using engine::Moment;
using engine::TxnState;
using Phase = engine::StepProgress::Phase;

/// Mutants of hooks, orders and deletions.
std::vector<Mutant> hook_mutants();

inline engine::DraftContext context(const TxnState& state, const Moment& moment) {
  return {moment.epoch, state.active_at(moment.now)};
}

inline bool calls_kind(const Action& action, CallKind kind) {
  const auto* calls = std::get_if<Calls>(&action);
  return calls != nullptr && calls->calls.at(0).kind == kind;
}
inline bool performs(const Action& action, const TxnState& state, StepKind kind) {
  return calls_kind(action, CallKind::perform) &&
         state.step(std::get<Calls>(action).calls[0].step).kind == kind;
}
inline bool appends(const Action& action, RecordType type) {
  const auto* append = std::get_if<Append>(&action);
  return append != nullptr &&
         std::any_of(append->drafts.begin(), append->drafts.end(),
                     [type](const Draft& draft) { return draft.type == type; });
}

inline Action perform_all(const TxnState& state, StepKind kind,
                          CallKind call_kind = CallKind::perform) {
  Calls out;
  for (const Step& step : state.plan.steps) {
    if (step.kind != kind) continue;
    Call call;
    call.kind = call_kind;
    call.participant = step.participant;
    call.step = step.id;
    out.calls.push_back(std::move(call));
  }
  return out;
}

/// Pretends that these calls were made and went well.
inline Action pretend_done(const Calls& calls, const TxnState& state, const Moment& moment) {
  Append out;
  for (const Call& call : calls.calls) {
    out.drafts.push_back(call.kind == CallKind::revert
                             ? engine::undo_done_draft(state, call.step, {}, context(state, moment))
                             : engine::done_draft(state, call.step, {}, context(state, moment)));
  }
  return out;
}

/// Changes the action the real runner gives.
using ChangeAction = std::function<Action(Action, const TxnState&, const Moment&)>;
inline StepFunction changing(ChangeAction change) {
  return [change = std::move(change)](const TxnState& state, const Moment& moment) {
    return change(engine::step(state, moment), state, moment);
  };
}

/// Shows the real runner a changed state.
inline StepFunction deceived(std::function<void(TxnState&)> change) {
  return [change = std::move(change)](const TxnState& state, const Moment& moment) {
    TxnState copy = state;
    change(copy);
    return engine::step(copy, moment);
  };
}

/// Does something once, instead of the first action that fits.
inline StepFunction once(std::function<bool(const Action&, const TxnState&)> when,
                         std::function<Action(const TxnState&, const Moment&)> instead) {
  const auto fired = std::make_shared<bool>(false);
  return changing([=](Action action, const TxnState& state, const Moment& moment) {
    if (!state.planned) *fired = false;  // another run begins
    if (*fired || !when(action, state)) return action;
    *fired = true;
    return instead(state, moment);
  });
}

inline StepFunction without_calls(CallKind kind) {
  return changing([kind](Action action, const TxnState& state, const Moment& moment) {
    if (!calls_kind(action, kind)) return action;
    return pretend_done(std::get<Calls>(action), state, moment);
  });
}

inline StepFunction without_performing(StepKind kind) {
  return changing([kind](Action action, const TxnState& state, const Moment& moment) {
    if (!performs(action, state, kind)) return action;
    return pretend_done(std::get<Calls>(action), state, moment);
  });
}

inline StepFunction changing_drafts(std::function<void(Draft&, const TxnState&)> change) {
  return changing([change](Action action, const TxnState& state, const Moment&) {
    if (auto* append = std::get_if<Append>(&action)) {
      for (Draft& draft : append->drafts) change(draft, state);
    }
    return action;
  });
}

inline StepFunction without_drafts(RecordType type) {
  return changing([type](Action action, const TxnState&, const Moment& moment) -> Action {
    auto* append = std::get_if<Append>(&action);
    if (append == nullptr) return action;
    std::erase_if(append->drafts, [type](const Draft& draft) { return draft.type == type; });
    if (append->drafts.empty()) return engine::Wait{moment.now + Duration(1s)};
    return action;
  });
}

inline Action commit_now(const TxnState& state, const Moment& moment) {
  return Append{engine::commit_drafts(state, context(state, moment))};
}
inline Action end_now(const TxnState& state, const Moment& moment, engine::Outcome outcome) {
  return Append{{engine::end_draft(state, outcome, {}, context(state, moment))}};
}
inline bool going_forward(const TxnState& state) {
  return state.prepared && !state.abort && !state.committed;
}

}  // namespace rumbo::simtest
