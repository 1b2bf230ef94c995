// YamlLocator: finds the fields of an object in the YAML or JSON text it was read from.
//
// Threads: immutable.
#pragma once

#include <string>

#include "codec/yaml.h"
#include "model/object.h"

namespace rumbo::render {

class YamlLocator : public Locator {
 public:
  YamlLocator(codec::YamlNode root, std::string file)
      : root_(std::move(root)), file_(std::move(file)) {}

  /// The field's value; for one that does not stand there the key of its nearest parent.
  Location locate(std::string_view pointer) const override;

 private:
  codec::YamlNode root_;
  std::string file_;
};

}  // namespace rumbo::render
