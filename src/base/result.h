// Result<T>: a T or an Error. TRY unwraps one or returns its error from the enclosing function.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <type_traits>
#include <utility>

#include "base/error.h"

namespace rumbo {

template <class T = void>
using Result = tl::expected<T, Error>;

/// Makes a failed Result of any type: `return fail(Code::invalid, "no such file")`.
inline tl::unexpected<Error> fail(Code code, std::string message, Retry retry = Retry::never) {
  return tl::unexpected<Error>(Error(code, std::move(message), retry));
}
inline tl::unexpected<Error> fail(Error error) {
  return tl::unexpected<Error>(std::move(error));
}

namespace detail {
template <class T, class E>
T unwrap(tl::expected<T, E>&& result) {
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}
}  // namespace detail

}  // namespace rumbo

/// `auto x = TRY(f());` returns f's error from the enclosing function, or yields its value.
#define TRY(expression)                                                   \
  __extension__({                                                         \
    auto try_result = (expression);                                       \
    if (!try_result) return ::rumbo::fail(std::move(try_result).error()); \
    ::rumbo::detail::unwrap(std::move(try_result));                       \
  })
