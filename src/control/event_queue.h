// EventQueue: carries records and waits of chosen transactions from the threads that make them to
// the one that tells them to a person.
//
// Threads: push from any, drain from one.
#pragma once

#include <deque>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "control/core.h"
#include "control/operations.h"

namespace rumbo::control {

class EventQueue {
 public:
  /// Hears every transaction of these scopes that begins from now on, or is `txn`.
  EventQueue(Core& core, std::vector<Scope> scopes, const TxnId& txn = {});

  /// Hands what came to the sink, until it returns false.
  void drain(const EventSink& sink);

 private:
  struct State {
    std::vector<Scope> scopes;
    std::set<TxnId> txns;
    std::map<TxnId, std::string> waits;
    std::deque<Value> events;
    bool closed = false;
  };
  static void hear(Guarded<State>& guarded, const Record& record);

  std::shared_ptr<Guarded<State>> state_ = std::make_shared<Guarded<State>>();
  std::shared_ptr<void> waits_;
  std::unique_ptr<Journal::Subscription> feed_;
};

}  // namespace rumbo::control
