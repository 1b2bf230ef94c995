// Complex: Go's complex128, which templates can only print and compare.
//
// Threads: immutable.
#pragma once

#include "script/native.h"

namespace rumbo::script {

class Complex final : public Native {
 public:
  Complex(double real, double imaginary) : real_(real), imaginary_(imaginary) {}
  const Type& type() const override { return types::complex128; }
  double real() const { return real_; }
  double imaginary() const { return imaginary_; }
  bool truth() const override { return real_ != 0 || imaginary_ != 0; }
  std::optional<bool> equals(const Native& other) const override {
    const auto& o = static_cast<const Complex&>(other);
    return real_ == o.real_ && imaginary_ == o.imaginary_;
  }

 private:
  double real_, imaginary_;
};

}  // namespace rumbo::script
