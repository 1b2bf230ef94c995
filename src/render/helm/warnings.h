// Warnings: what Helm prints on standard error without failing, worded as the profile's Helm does.
//
// Threads: from one at a time.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "render/helm/profile.h"

namespace rumbo::render::helm {

class Warnings {
 public:
  explicit Warnings(Profile profile) : profile_(profile) {}

  Profile profile() const { return profile_; }
  /// A line of Go's log package. Helm 4 turns it into `level=INFO msg="…"`; Helm 3 puts the place
  /// in its own source in front ("coalesce.go:237: ").
  void log(std::string_view helm3_place, std::string_view message);
  /// A line as it is.
  void line(std::string text) { lines_.push_back(std::move(text)); }
  /// A line for one of both.
  void line(std::string helm4, std::string helm3) {
    lines_.push_back(profile_ == Profile::helm4 ? std::move(helm4) : std::move(helm3));
  }

  const std::vector<std::string>& lines() const { return lines_; }
  std::vector<std::string> take() { return std::move(lines_); }

 private:
  Profile profile_;
  std::vector<std::string> lines_;
};

/// A value of Go's structured log: quoted if it has blanks or signs, or is empty.
std::string log_value(std::string_view text);

}  // namespace rumbo::render::helm
