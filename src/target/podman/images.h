// Images: every image reference of a manifest becomes a reference by digest, and the image is here.
//
// A pin is `repository@sha256:…` (or `sha256:<image id>` for an image without a digest of its own).
// Pinned images get a name of ours (`localhost/rumbo/keep:<hex>`), so that neither a moved tag nor
// `podman image prune` takes the way back.
//
// Threads: every method may be called from any thread.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/cancel.h"
#include "base/result.h"
#include "base/value.h"
#include "target/podman/client.h"
#include "target/podman/image_reference.h"

namespace rumbo::target::podman {

struct ImageUse {
  std::string reference;  ///< as written
  PullPolicy policy = PullPolicy::missing;
  friend auto operator<=>(const ImageUse&, const ImageUse&) = default;
};

/// The images of an object's pod template (init containers too), each once.
std::vector<ImageUse> images_of(const Value& object);

struct ImageOptions {
  /// "host[:port]" of registries without TLS, besides loopback ones.
  std::set<std::string> insecure_registries;
};

class Images {
 public:
  explicit Images(const Client& client, ImageOptions options = {});

  /// Pins each use and makes it present. A reference found in `known` with a policy other than
  /// always keeps that pin, and nothing is asked when it is present. Keys are the references as
  /// written. Errors name the image: not found and denied are final, a registry that is down is
  /// not.
  /// `pulled`, if not null, gets the references that were fetched from a registry for this.
  Result<std::map<std::string, std::string>> pin(const std::vector<ImageUse>& uses,
                                                 const std::map<std::string, std::string>& known,
                                                 const Cancel& cancel,
                                                 std::set<std::string>* pulled = nullptr) const;
  /// The local image id a pin stands for, pulled by its digest if it went missing.
  Result<std::string> id_of(const std::string& pin, const Cancel& cancel) const;
  /// Forgets our names of images whose pin is not in `wanted`; Podman's prune may then take them.
  Result<> release_except(const std::set<std::string>& wanted, const Cancel& cancel) const;
  /// Takes a name away from an image, and the image with its last name, unless a container uses it.
  Result<> let_go(const std::string& reference, const Cancel& cancel) const;

 private:
  Result<std::string> pin_one(const ImageUse& use, const std::string* known, const Cancel& cancel,
                              std::set<std::string>* pulled) const;
  Result<std::string> find_local(const ImageReference& reference, const Cancel& cancel) const;
  Result<> keep(const std::string& id, const std::string& pin, const Cancel& cancel) const;
  bool tls(const ImageReference& reference) const;

  const Client& client_;
  ImageOptions options_;
};

}  // namespace rumbo::target::podman
