#include "control/event_queue.h"

#include <algorithm>

#include "control/record_view.h"

namespace rumbo::control {
namespace {

constexpr std::size_t kMostWaiting = 10'000;  // a sink that does not keep up loses the oldest

}  // namespace

EventQueue::EventQueue(Core& core, std::vector<Scope> scopes, const TxnId& txn) {
  state_->with([&](State& state) {
    state.scopes = std::move(scopes);
    if (!txn.empty()) state.txns.insert(txn);
  });
  waits_ = core.listen([state = state_](const TxnId& of, const std::string& message) {
    state->with([&](State& all) {
      if (!all.txns.contains(of) || all.waits[of] == message) return;
      all.waits[of] = message;
      all.events.push_back(
          Value::object({{"type", "waiting"}, {"txn", of.value}, {"message", message}}));
    });
  });
  feed_ = core.journal().feed([state = state_](const Record& record) { hear(*state, record); });
}

void EventQueue::hear(Guarded<State>& guarded, const Record& record) {
  guarded.with([&](State& state) {
    if (record.type == RecordType::begin && record.txn) {
      for (const Value& scope : record.body["scopes"].items()) {
        const bool ours = std::find(state.scopes.begin(), state.scopes.end(), scope_from(scope)) !=
                          state.scopes.end();
        if (ours) state.txns.insert(*record.txn);
      }
    }
    if (!record.txn || !state.txns.contains(*record.txn)) return;
    if (state.events.size() == kMostWaiting) state.events.pop_front();
    state.events.push_back(Value::object({{"type", "record"}, {"record", record_value(record)}}));
  });
}

void EventQueue::drain(const EventSink& sink) {
  while (true) {
    Value event;
    const bool any = state_->with([&](State& state) {
      if (state.closed || state.events.empty()) return false;
      event = std::move(state.events.front());
      state.events.pop_front();
      return true;
    });
    if (!any) return;
    if (!sink(event)) {
      state_->with([](State& state) { state.closed = true; });
      return;
    }
  }
}

}  // namespace rumbo::control
