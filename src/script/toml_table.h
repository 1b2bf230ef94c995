// TomlTable: what the TOML reader fills while it reads.
//
// Threads: one at a time.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "script/any.h"

namespace rumbo::script {

struct TomlTable {
  struct Item {
    Any value;
    std::unique_ptr<TomlTable> table;
    std::vector<std::unique_ptr<TomlTable>> tables;  ///< of `[[name]]`
  };
  std::map<std::string, Item> items;
  bool defined = false;  ///< by a header of its own
  bool closed = false;   ///< an inline table, or one that dotted keys made

  Any to_any() const;
};

}  // namespace rumbo::script
