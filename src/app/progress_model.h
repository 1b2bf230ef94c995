// ProgressModel: what is known of running transactions, folded from their events, and how it looks.
//
// Threads: guarded by its owner; pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/streams.h"
#include "base/time.h"
#include "base/value.h"

namespace rumbo::app {

class ProgressModel {
 public:
  /// Takes an event in. Returns the line that a plain log shows for it, or nothing if it says
  /// nothing new (a wait for the same thing, or one more within seconds).
  std::optional<std::string> hear(const Value& event, MonoTime now);
  /// The block a terminal shows: at most `height` lines, cut to `width`. `frame` turns the spinner.
  std::vector<std::string> lines(MonoTime now, std::size_t frame, std::size_t width,
                                 std::size_t height, const Paint& paint) const;
  bool empty() const { return order_.empty(); }

 private:
  enum class Mark { pending, running, done, failed, undone };
  struct StepView {
    std::string text;
    int wave = 0;
    Mark mark = Mark::pending;
  };
  struct TxnView {
    std::string scopes, phase = "planning", waiting, outcome;
    std::map<std::int64_t, StepView> steps;
    MonoTime began;
    std::optional<MonoTime> told;  ///< when a plain log last named a wait
    std::string told_message;      ///< and which
    Duration took{0};
  };

  void take_plan(TxnView& txn, const Value& steps);
  void take_record(TxnView& txn, const Value& record, MonoTime now);
  std::string plain_line(const TxnView& txn, const Value& record) const;

  std::map<std::string, TxnView> txns_;
  std::vector<std::string> order_;
};

}  // namespace rumbo::app
