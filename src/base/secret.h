// Secret<T>: a value that cannot be printed, logged or formatted by accident.
#pragma once

#include <utility>

namespace rumbo {

template <class T>
class Secret {
 public:
  Secret() = default;
  explicit Secret(T value) : value_(std::move(value)) {}
  /// The bare value; every call is a place to review.
  const T& reveal() const { return value_; }

 private:
  T value_{};
};

}  // namespace rumbo
