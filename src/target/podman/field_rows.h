// The parts of the field table; field_table.h is the way in.
#pragma once

#include <span>

#include "target/podman/field_table.h"

namespace rumbo::target::podman {

/// Rows of one table stand together.
std::span<const Field> object_rows();
std::span<const Field> workload_rows();
std::span<const Field> pod_rows();
std::span<const Field> container_rows();

}  // namespace rumbo::target::podman
