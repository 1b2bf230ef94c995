// Printer: the work behind format.h: values under verbs and flags.
//
// Threads: one at a time.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "script/any.h"
#include "script/failure.h"
#include "script/format_flags.h"

namespace rumbo::script {

class Printer {
 public:
  explicit Printer(std::size_t limit) : limit_(limit) {}

  void print_argument(const Any& value, char32_t verb, int depth = 0);
  void printf(std::string_view format, std::span<const Any> values);
  Outcome<std::string> finish() && {
    if (failure_) return fail(std::move(*failure_));
    return std::move(out_);
  }
  std::string& out() { return out_; }

 private:
  void bad_verb(const Any& value, char32_t verb);
  bool within_limits(int depth);
  void print_text(std::string_view text, char32_t verb, const Any& value);
  void print_integer(const Any& value, char32_t verb);
  void print_float(double number, int bits, char32_t verb, const Any& value);
  void print_complex(const Any& value, char32_t verb);
  void print_bytes(const Any& value, char32_t verb);
  void print_map(const Any& value, char32_t verb, int depth);
  void print_list(const Any& value, char32_t verb, int depth);
  void print_native(const Any& value, char32_t verb);
  void print_element(const Any& value, const Type* element, char32_t verb, int depth);

  std::size_t argument_index(std::size_t argument, std::string_view format, std::size_t& at,
                             std::size_t count, bool& found);
  void star(std::span<const Any> values, std::size_t& argument, int& number, bool& present);

  std::string out_;
  std::size_t limit_;
  FormatFlags flags_;
  bool erroring_ = false;
  bool good_index_ = true, reordered_ = false;
  std::optional<Failure> failure_;
};

}  // namespace rumbo::script
