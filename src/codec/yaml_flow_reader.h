// YamlFlowReader: flow collections that stand in one line, as libyaml scans them.
#pragma once

#include <string>
#include <vector>

#include "codec/yaml.h"
#include "codec/yaml_cursor.h"
#include "codec/yaml_scalar_reader.h"

namespace rumbo::codec {

class YamlFlowReader {
 public:
  /// What stands in a collection, in the order of the text.
  struct Piece {
    enum class Kind { scalar, mapping, sequence, end };
    Kind kind = Kind::scalar;
    YamlSpan span;  ///< of a collection's beginning: its bracket
    YamlStyle style = YamlStyle::plain;
    std::string text;
  };

  YamlFlowReader(YamlCursor& cursor, YamlScalarReader& scalars)
      : cursor_(cursor), scalars_(scalars) {}

  /// The collection whose bracket is at the cursor, which stands behind it afterwards. nullptr: not
  /// known here, or an error. Valid until the next one is read.
  const std::vector<Piece>* read();

 private:
  bool collection(int depth);
  bool node(int depth);
  bool key();
  void bracket(Piece::Kind kind);

  YamlCursor& cursor_;
  YamlScalarReader& scalars_;
  std::vector<Piece> pieces_;
};

}  // namespace rumbo::codec
