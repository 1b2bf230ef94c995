// Decimal: decimal numbers of any length, for Sprig's addf, subf, mulf and divf.
//
// Threads: values.
#pragma once

#include <optional>
#include <string>

namespace rumbo::script {

class Decimal {
 public:
  /// The shortest decimal that reads back as the double; nullopt for NaN and infinities.
  static std::optional<Decimal> from(double number);

  Decimal add(const Decimal& other) const;
  Decimal subtract(const Decimal& other) const { return add(other.negated()); }
  Decimal multiply(const Decimal& other) const;
  /// Rounded half away from zero to 16 places; nullopt for a division by zero.
  std::optional<Decimal> divide(const Decimal& other) const;
  double to_double() const;
  std::size_t digits() const { return digits_.size(); }

 private:
  Decimal(bool negative, std::string digits, int exponent);
  Decimal negated() const {
    Decimal out = *this;
    out.negative_ = !out.negative_;
    return out;
  }
  bool is_zero() const { return digits_ == "0"; }

  bool negative_ = false;
  std::string digits_ = "0";  ///< without leading zeros
  int exponent_ = 0;          ///< the number is ±digits · 10^exponent
};

}  // namespace rumbo::script
