// The parts of YamlNode that only its makers touch.
#pragma once

#include <string>
#include <vector>

#include "codec/yaml.h"

namespace rumbo::codec {

struct YamlNode::Children {
  std::vector<YamlNode> items;
  std::vector<YamlEntry> entries;
  bool own_first = false;  // v3: own entries beat merged ones; v2: the later one wins
};

struct YamlNode::Extras {
  std::string tag;
  std::string anchor;
  std::string alias;
};

}  // namespace rumbo::codec
