// YamlBlockReader: the events of block YAML, several times as fast as libyaml gives them.
//
// It knows the part of YAML that nearly all manifests and values are written in: block maps and
// lists, flow ones that stand in one line, all styles of scalars; no anchors, tags, directives or
// tabs between words. Where a text leaves that part, or is wrong, it stops, and libyaml begins
// again: its events and its errors are the only truth.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/result.h"
#include "codec/yaml.h"
#include "codec/yaml_events.h"

namespace rumbo::codec {

struct YamlBlockReading {
  bool complete = false;   ///< false: it stopped, and libyaml has to read the text
  std::size_t events = 0;  ///< how many it gave: the very first that libyaml gives
};

/// Feeds the events of `text`, whose first byte is at offset `base` of its file. Errors are those
/// of `events`.
Result<YamlBlockReading> read_yaml_blocks(std::string_view text, std::size_t base,
                                          const YamlOptions& options, YamlEvents& events);

}  // namespace rumbo::codec
