#include "script/decimal.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <vector>

namespace rumbo::script {
namespace {

constexpr int kPlaces = 16;

std::string trimmed(std::string digits) {
  const std::size_t first = digits.find_first_not_of('0');
  return first == digits.npos ? "0" : digits.substr(first);
}

int compare(const std::string& a, const std::string& b) {
  if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
  return a.compare(b);
}

std::string sum(const std::string& a, const std::string& b) {
  std::string out;
  int carry = 0;
  for (std::size_t i = 0; i < std::max(a.size(), b.size()) || carry > 0; ++i) {
    if (i < a.size()) carry += a[a.size() - 1 - i] - '0';
    if (i < b.size()) carry += b[b.size() - 1 - i] - '0';
    out += static_cast<char>('0' + carry % 10);
    carry /= 10;
  }
  std::reverse(out.begin(), out.end());
  return trimmed(out);
}

/// a - b for a >= b.
std::string difference(const std::string& a, const std::string& b) {
  std::string out;
  int borrow = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    int digit = a[a.size() - 1 - i] - '0' - borrow;
    if (i < b.size()) digit -= b[b.size() - 1 - i] - '0';
    borrow = digit < 0 ? 1 : 0;
    out += static_cast<char>('0' + digit + 10 * borrow);
  }
  std::reverse(out.begin(), out.end());
  return trimmed(out);
}

std::string product(const std::string& a, const std::string& b) {
  std::vector<int> cells(a.size() + b.size(), 0);
  for (std::size_t i = a.size(); i-- > 0;) {
    for (std::size_t j = b.size(); j-- > 0;) {
      const int value = cells[i + j + 1] + (a[i] - '0') * (b[j] - '0');
      cells[i + j + 1] = value % 10;
      cells[i + j] += value / 10;
    }
  }
  std::string out;
  for (const int cell : cells) out += static_cast<char>('0' + cell);
  return trimmed(out);
}

struct Quotient {
  std::string quotient, remainder;
};
Quotient quotient(const std::string& a, const std::string& b) {
  Quotient out{"", "0"};
  for (const char digit : a) {
    out.remainder = trimmed(out.remainder + digit);
    int times = 0;
    while (compare(out.remainder, b) >= 0) {
      out.remainder = difference(out.remainder, b);
      ++times;
    }
    out.quotient += static_cast<char>('0' + times);
  }
  out.quotient = trimmed(out.quotient);
  return out;
}

std::string zeros(int count) {
  return std::string(static_cast<std::size_t>(std::max(count, 0)), '0');
}

}  // namespace

Decimal::Decimal(bool negative, std::string digits, int exponent)
    : negative_(negative), digits_(trimmed(std::move(digits))), exponent_(exponent) {}

std::optional<Decimal> Decimal::from(double number) {
  if (!std::isfinite(number)) return std::nullopt;
  char buffer[64];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, std::fabs(number),
                                 std::chars_format::scientific)
                       .ptr;
  const std::string text(buffer, end);
  const std::size_t e = text.find('e');
  std::string digits = text.substr(0, e);
  int exponent = std::stoi(text.substr(e + 1));
  if (const std::size_t point = digits.find('.'); point != digits.npos) {
    exponent -= static_cast<int>(digits.size() - point - 1);
    digits.erase(point, 1);
  }
  return Decimal(std::signbit(number), digits, exponent);
}

Decimal Decimal::add(const Decimal& other) const {
  const int exponent = std::min(exponent_, other.exponent_);
  const std::string a = trimmed(digits_ + zeros(exponent_ - exponent));
  const std::string b = trimmed(other.digits_ + zeros(other.exponent_ - exponent));
  if (negative_ == other.negative_) return {negative_, sum(a, b), exponent};
  if (compare(a, b) >= 0) return {negative_, difference(a, b), exponent};
  return {other.negative_, difference(b, a), exponent};
}

Decimal Decimal::multiply(const Decimal& other) const {
  return {negative_ != other.negative_, product(digits_, other.digits_),
          exponent_ + other.exponent_};
}

std::optional<Decimal> Decimal::divide(const Decimal& other) const {
  if (other.is_zero()) return std::nullopt;
  const int shift = kPlaces + exponent_ - other.exponent_;
  const std::string a = trimmed(digits_ + zeros(shift));
  const std::string b = trimmed(other.digits_ + zeros(-shift));
  Quotient result = quotient(a, b);
  if (compare(sum(result.remainder, result.remainder), b) >= 0) {
    result.quotient = sum(result.quotient, "1");
  }
  return Decimal(negative_ != other.negative_, result.quotient, -kPlaces);
}

double Decimal::to_double() const {
  const std::string text = digits_ + "e" + std::to_string(exponent_);
  double out = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), out);
  if (read.ec == std::errc::result_out_of_range) {
    const bool large = static_cast<int>(digits_.size()) + exponent_ > 0;
    out = large ? HUGE_VAL : 0.0;
  }
  return negative_ && out != 0 ? -out : out;
}

}  // namespace rumbo::script
