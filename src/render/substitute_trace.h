// Which variables a field of an object got its value from, and where those were set.
//
// Threads: immutable.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "model/object.h"
#include "render/substitute.h"

namespace rumbo::render {

/// Where each variable was set: a file, "ConfigMap shop/settings", "substitute.values".
using VariableOrigins = std::map<std::string, Location, std::less<>>;

/// Names `place` as the origin of all variables that are new or other than `before`.
void note_origins(VariableOrigins& origins, const Variables& before, const Variables& after,
                  const Location& place);

/// `inner` tells of the object as it was before; what the variables of a field are comes behind it.
class SubstitutionLocator : public Locator {
 public:
  SubstitutionLocator(std::shared_ptr<const Locator> inner, Location origin, Value before,
                      std::shared_ptr<const VariableOrigins> origins)
      : inner_(std::move(inner)),
        origin_(std::move(origin)),
        before_(std::move(before)),
        origins_(std::move(origins)) {}

  Location locate(std::string_view pointer) const override;
  std::vector<Layer> layers(std::string_view pointer) const override;

 private:
  const std::shared_ptr<const Locator> inner_;  ///< may be null
  const Location origin_;
  const Value before_;
  const std::shared_ptr<const VariableOrigins> origins_;
};

}  // namespace rumbo::render
