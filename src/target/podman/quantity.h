// Kubernetes quantities ("250m", "64Mi", "1e3") as numbers.
#pragma once

#include <optional>
#include <string_view>

#include "base/value.h"

namespace rumbo::target::podman {

/// The number a quantity means; nullopt if it is none, negative or absurd (above 2^62).
std::optional<double> parse_quantity(std::string_view text);
/// The same of a string or a bare number.
std::optional<double> quantity_of(const Value& value);

}  // namespace rumbo::target::podman
