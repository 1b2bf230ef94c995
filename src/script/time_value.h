// TimeValue: time.Time inside templates, with its methods; and time.Duration, Month and Weekday.
//
// Threads: immutable.
#pragma once

#include "script/go_time.h"
#include "script/native.h"

namespace rumbo::script {

namespace types {
extern const Type time;      ///< time.Time
extern const Type duration;  ///< time.Duration
extern const Type month;     ///< time.Month
extern const Type weekday;   ///< time.Weekday
}  // namespace types

class TimeValue final : public Native {
 public:
  explicit TimeValue(GoTime time) : time_(std::move(time)) {}
  const GoTime& time() const { return time_; }

  const Type& type() const override { return types::time; }
  std::optional<std::string> text() const override { return time_.print(); }
  Value to_value() const override;
  std::optional<bool> equals(const Native& other) const override;

 private:
  GoTime time_;
};

Any time_value(GoTime time);
/// The time in an Any of type time.Time.
const GoTime& time_of(const Any& value);

}  // namespace rumbo::script
