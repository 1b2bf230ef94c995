// FunctionValue: a function as a value, for `call`.
//
// Threads: immutable.
#pragma once

#include "script/function.h"
#include "script/native.h"

namespace rumbo::script {

class FunctionValue final : public Native {
 public:
  /// `type` is of kind function and outlives it.
  FunctionValue(const Type& type, Function function)
      : type_(type), function_(std::move(function)) {}
  const Type& type() const override { return type_; }
  const Function& function() const { return function_; }

 private:
  const Type& type_;
  Function function_;
};

}  // namespace rumbo::script
