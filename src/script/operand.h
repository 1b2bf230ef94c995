// Operand: a value while it is evaluated: like Go's reflect.Value it can be invalid, or an
// interface that holds a value or nil. Error texts and nil rules depend on the difference.
//
// Threads: one at a time.
#pragma once

#include "script/any.h"

namespace rumbo::script {

struct Operand {
  enum class State : std::uint8_t { invalid, plain, boxed };

  Any value;
  State state = State::invalid;

  static Operand plain(Any value) { return {std::move(value), State::plain}; }
  static Operand boxed(Any value) { return {std::move(value), State::boxed}; }
  /// A value that was stored in a map or list with elements of that type.
  static Operand element(Any value, const Type* type) {
    const bool box = type == nullptr || type->kind == Kind::interface;
    return {std::move(value), box ? State::boxed : State::plain};
  }

  bool valid() const { return state != State::invalid; }
  bool nil_interface() const { return state == State::boxed && value.is_nil(); }
  std::string_view type_name() const {
    return state == State::boxed ? types::any.name : value.type_name();
  }
  /// Out of its interface; a nil interface becomes invalid.
  void unbox() {
    if (state == State::boxed) state = value.is_nil() ? State::invalid : State::plain;
  }
};

/// How a nil interface looks in an Any, for parameters of type reflect.Value.
inline Any nil_interface() {
  return Any::object(types::any, Ref<Object>());
}
inline bool is_nil_interface(const Any& value) {
  return value.type() == &types::any;
}

}  // namespace rumbo::script
