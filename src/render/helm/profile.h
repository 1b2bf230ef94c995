// Which Helm is imitated.
//
// Threads: constant data.
#pragma once

#include <cstdint>

namespace rumbo::render::helm {

enum class Profile : std::uint8_t {
  helm4,  ///< Helm 4.2.4
  helm3,  ///< Helm 3.21.4
};

}  // namespace rumbo::render::helm
