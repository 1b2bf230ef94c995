// FormatFlags: what stands between % and the verb, and how scalars look under it.
//
// Threads: one at a time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rumbo::script {

struct FormatFlags {
  bool has_width = false, has_precision = false;
  bool minus = false, plus = false, sharp = false, space = false, zero = false;
  bool plus_v = false, sharp_v = false;  ///< %+v, %#v
  int width = 0, precision = 0;

  void pad(std::string& out, std::string_view text) const;
  void padding(std::string& out, int count) const;
  void boolean(std::string& out, bool b) const { pad(out, b ? "true" : "false"); }
  void text(std::string& out, std::string_view text) const { pad(out, truncate(text)); }
  void quoted(std::string& out, std::string_view text) const;
  void hex(std::string& out, std::string_view bytes, bool upper) const;
  void integer(std::string& out, std::uint64_t number, int base, bool is_signed, char32_t verb,
               bool upper = false);
  void character(std::string& out, std::uint64_t number) const;
  void quoted_character(std::string& out, std::uint64_t number) const;
  void unicode(std::string& out, std::uint64_t number);
  /// `verb` is one of e E f g G b x X; `precision` the default (-1: shortest); bits 32 or 64.
  void floating(std::string& out, double number, int bits, char verb, int default_precision);

 private:
  std::string_view truncate(std::string_view text) const;
  /// Pads with spaces even under the flag 0.
  void pad_blank(std::string& out, std::string_view text);
};

/// strconv.FormatFloat; precision -1 is the shortest that reads back equal.
std::string format_float(double number, char verb, int precision, int bits = 64);

}  // namespace rumbo::script
