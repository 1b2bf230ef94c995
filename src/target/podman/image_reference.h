// ImageReference: "registry/repository:tag@digest" taken apart and made whole.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace rumbo::target::podman {

struct ImageReference {
  std::string registry;    ///< "docker.io", "localhost", "127.0.0.1:5000"
  std::string repository;  ///< "library/nginx"
  std::string tag;         ///< "latest" when neither tag nor digest was written
  std::string digest;      ///< "sha256:…" or empty

  std::string name() const { return registry + "/" + repository; }
  /// The whole reference; by digest alone when there is one.
  std::string to_string() const;
  /// True for images that were built here and come from no registry ("localhost/web:1").
  bool built_here() const { return registry == "localhost"; }
  /// True if the registry is on this machine, where plain HTTP is allowed.
  bool loopback() const;
};

/// Reads a reference; a short name ("nginx", "me/web") is of docker.io, as Kubernetes reads it.
Result<ImageReference> parse_image(std::string_view text);

}  // namespace rumbo::target::podman
