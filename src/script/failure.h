// Failure: why a template could not be parsed or run, in the words of Go's text/template.
//
// Failures form a chain as Go's wrapped errors do: a failed `include` holds that of the template
// inside. Threads: immutable, may be shared.
#pragma once

#include <memory>
#include <string>
#include <tl/expected.hpp>

#include "base/result.h"

namespace rumbo::script {

class Failure {
 public:
  enum class Kind {
    function,  ///< a function returned an error or panicked
    asked,     ///< `fail` or `required`: the chart's author speaks
    parse,     ///< the text is no template
    execute,   ///< evaluation failed at a place
    limit,     ///< a bound of the session was exceeded; nothing may catch it
  };

  explicit Failure(std::string text, Kind kind = Kind::function)
      : kind_(kind), text_(std::move(text)) {}
  /// `text` followed by the cause's own text.
  Failure(std::string text, Kind kind, std::shared_ptr<const Failure> cause)
      : kind_(kind), text_(std::move(text)), cause_(std::move(cause)) {}

  Kind kind() const { return kind_; }
  const std::shared_ptr<const Failure>& cause() const { return cause_; }
  /// The innermost failure of the chain.
  const Failure& root() const;
  /// "template: t/a.yaml:3:12: executing "t/a.yaml" at <.x>: …", with all causes.
  std::string text() const;
  /// Template name, line and column (0 if unknown), of the outermost place.
  const Location& location() const { return location_; }
  Failure&& at(Location location) && {
    location_ = std::move(location);
    return std::move(*this);
  }
  Error to_error() const;

 private:
  Kind kind_;
  std::string text_;
  std::shared_ptr<const Failure> cause_;
  Location location_;
};

template <class T = void>
using Outcome = tl::expected<T, Failure>;

/// A failed Outcome with a function's own words.
inline tl::unexpected<Failure> failed(std::string text,
                                      Failure::Kind kind = Failure::Kind::function) {
  return tl::unexpected<Failure>(Failure(std::move(text), kind));
}

}  // namespace rumbo::script

namespace rumbo {
/// For TRY.
inline tl::unexpected<script::Failure> fail(script::Failure failure) {
  return tl::unexpected<script::Failure>(std::move(failure));
}
}  // namespace rumbo
