// YamlScalarReader: the scalars of block YAML, as libyaml scans them.
//
// It knows what nearly every manifest is written with and says so where it does not: then libyaml
// itself reads the text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "codec/yaml.h"
#include "codec/yaml_cursor.h"

namespace rumbo::codec {

class YamlScalarReader {
 public:
  struct Scalar {
    YamlSpan span;
    YamlStyle style = YamlStyle::plain;
    std::string_view text;  ///< valid until the next scalar is read
    bool is_key = false;    ///< blanks and a colon follow that make it a key
  };

  explicit YamlScalarReader(YamlCursor& cursor) : cursor_(cursor) {}

  /// Reads the scalar at the cursor, which stands in a block indented by `indent` columns, and
  /// leaves the cursor behind it. nullopt: not known here, or an error.
  std::optional<Scalar> read(std::size_t indent);
  /// The same in a flow collection, of a scalar that ends in its line.
  std::optional<Scalar> read_in_flow();

 private:
  std::optional<Scalar> plain(std::size_t indent);
  std::optional<Scalar> plain_in_flow();
  bool plain_line(std::size_t& end);
  bool more_plain_lines(std::size_t indent, YamlMark& scalar_end);
  std::optional<Scalar> quoted(char quote);
  std::optional<bool> quoted_word(char quote);
  bool quoted_blanks(bool after_escape);
  bool escape();
  bool followed_by_colon(const YamlSpan& span) const;
  std::optional<Scalar> block(std::size_t parent_indent);
  bool block_breaks(std::size_t least, std::size_t& indent, YamlMark& end);

  YamlCursor& cursor_;
  std::string text_;    // of a scalar that does not stand in the source as it is meant
  std::string breaks_;  // line breaks that wait for what follows them
};

}  // namespace rumbo::codec
