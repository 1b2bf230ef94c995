#include "codec/yaml_block_reader.h"

#include <algorithm>
#include <array>
#include <vector>

#include "codec/utf8.h"
#include "codec/yaml_cursor.h"
#include "codec/yaml_flow_reader.h"
#include "codec/yaml_scalar_reader.h"

namespace rumbo::codec {
namespace {

/// What YAML takes for a line break besides the line feed, or refuses to read.
bool unusual(char32_t c) {
  return (c >= 0x80 && c < 0xa0) || c == 0x2028 || c == 0x2029 || c == 0xfeff || c == 0xfffe ||
         c == 0xffff;
}

enum class Characters { ascii, utf8, unusual };

/// `unusual` where a byte is no line feed, no tab, and belongs to no character that may stand in
/// text.
Characters characters_of(std::string_view text) {
  std::array<bool, 256> seen{};
  for (const char c : text) seen[static_cast<unsigned char>(c)] = true;
  for (std::size_t byte = 0; byte < 0x20; ++byte) {
    if (seen[byte] && byte != '\n' && byte != '\t') return Characters::unusual;
  }
  if (seen[0x7f]) return Characters::unusual;
  if (std::find(seen.begin() + 0x80, seen.end(), true) == seen.end()) return Characters::ascii;
  for (std::size_t at = 0; at < text.size();) {
    const Rune rune = decode_utf8(text, at);
    if (!rune.valid || unusual(rune.value)) return Characters::unusual;
    at += rune.size;
  }
  return Characters::utf8;
}

class BlockReader {
 public:
  BlockReader(const YamlCursor& cursor, const YamlOptions& options, YamlEvents& events)
      : options_(options),
        events_(events),
        cursor_(cursor),
        scalars_(cursor_),
        flows_(cursor_, scalars_) {}

  Result<YamlBlockReading> read() {
    while (!done_ && next_content()) {
      if (!TRY(at_marker() ? marker() : line())) {
        return YamlBlockReading{false, given_};
      }
    }
    if (stopped_) return YamlBlockReading{false, given_};
    if (!done_ && in_document_) {
      TRY(close_blocks(cursor_.column()));
      cursor_.force_line_start();
      TRY(end_document());
      if (stopped_) return YamlBlockReading{false, given_};
    }
    return YamlBlockReading{true, given_};
  }

 private:
  enum class Kind { mapping, sequence, indentless };
  struct Block {
    Kind kind;
    std::size_t indent;
    bool wants_value = false;  // behind a colon or a dash with nothing in its line
    YamlMark value = {};       // where that value is, if it stays empty
  };

  /// To the next line with more than blanks and a comment. False at the end, or where a tab stands.
  bool next_content() {
    for (;;) {
      cursor_.skip_spaces();
      if (cursor_.peek() == '#') cursor_.skip_line();
      if (cursor_.at_end()) return false;
      if (cursor_.peek() == '\t') return !(stopped_ = true);
      if (cursor_.peek() != '\n') return true;
      cursor_.skip_break();
    }
  }

  bool starts_with(std::string_view marker) const {
    return cursor_.text().substr(cursor_.offset(), marker.size()) == marker &&
           cursor_.at_blank_or_end(marker.size());
  }
  /// A directive or the start or end of a document.
  bool at_marker() const {
    return cursor_.column() == 0 &&
           (cursor_.peek() == '%' || starts_with("---") || starts_with("..."));
  }

  /// False, here and below: to be read by libyaml.
  Result<bool> marker() {
    if (cursor_.peek() != '-') return false;
    if (in_document_) TRY(end_document());
    if (stopped_) return false;
    if (done_) return true;
    cursor_.skip(3);
    in_document_ = true;
    return ends_line();
  }

  /// Over blanks and a comment to the line's end; false if there is more.
  bool ends_line() {
    cursor_.skip_spaces();
    const std::size_t at = cursor_.offset();
    if (cursor_.peek() == '#' && at > 0 && cursor_.text()[at - 1] == ' ') cursor_.skip_line();
    return cursor_.at_break_or_end();
  }

  Result<bool> line() {
    in_document_ = true;
    const std::size_t column = cursor_.column();
    TRY(close_blocks(column));
    if (blocks_.empty()) {
      if (has_root_) return false;
      has_root_ = true;
      return node(0, Place::root);
    }
    Block& top = blocks_.back();
    if (top.indent < column) {
      if (!std::exchange(top.wants_value, false)) return false;
      return node(top.indent, Place::line);
    }
    const bool dash = starts_with("-");
    if (dash && top.kind == Kind::mapping) {
      if (!std::exchange(top.wants_value, false)) return false;
      YamlMark behind = cursor_.mark();
      ++behind.column, ++behind.offset;  // as libyaml reports a list that is not indented
      TRY(open({cursor_.mark(), behind}, YamlStyle::block, YamlKind::sequence));
      blocks_.push_back({Kind::indentless, column});
      return entry();
    }
    if (dash) {
      TRY(empty_value(top));
      return entry();
    }
    return top.kind == Kind::sequence ? Result<bool>(false) : key();
  }

  /// Ends what is indented deeper than the content here.
  Result<> close_blocks(std::size_t column) {
    while (!blocks_.empty() && blocks_.back().indent > column) {
      TRY(empty_value(blocks_.back()));
      TRY(close(cursor_.mark()));
    }
    return {};
  }

  Result<> close(const YamlMark& end) {
    blocks_.pop_back();
    ++given_;
    return events_.close(end);
  }

  Result<> open(const YamlSpan& span, YamlStyle style, YamlKind kind) {
    ++given_;
    return events_.open({span, style, {}, {}}, kind);
  }

  Result<> scalar(const YamlSpan& span, YamlStyle style, std::string_view text) {
    ScalarEvent event;
    event.text = text;
    event.quoted = style != YamlStyle::plain;
    event.plain_implicit = !event.quoted;
    ++given_;
    return events_.scalar({span, style, {}, {}}, event);
  }

  Result<> empty_value(Block& block) {
    if (!std::exchange(block.wants_value, false)) return {};
    return scalar({block.value, block.value}, YamlStyle::plain, {});
  }

  /// Where a node stands: what may begin there.
  enum class Place { root, line, entry, value };

  /// A node at the cursor, in a block with that indent.
  Result<bool> node(std::size_t indent, Place place) {
    const bool may_be_block = place != Place::value;
    if (starts_with("-")) {
      if (!may_be_block) return false;
      TRY(open_block(Kind::sequence));
      return entry();
    }
    const char c = cursor_.peek();
    if (place == Place::root && (c == '{' || c == '[' || c == '|' || c == '>')) return false;
    if (c == '{' || c == '[') return flow();
    const std::size_t column = cursor_.column();
    const auto read = scalars_.read(indent);
    if (!read) return false;
    if (read->is_key) {
      if (!may_be_block) return false;
      TRY(open({read->span.start, read->span.start}, YamlStyle::block, YamlKind::mapping));
      blocks_.push_back({Kind::mapping, column});
      return finish_key(*read);
    }
    const bool block = read->style == YamlStyle::literal || read->style == YamlStyle::folded;
    if (place == Place::root || (!block && !ends_line())) return false;
    TRY(scalar(read->span, read->style, read->text));
    return true;
  }

  Result<> open_block(Kind kind) {
    const YamlMark here = cursor_.mark();
    blocks_.push_back({kind, cursor_.column()});
    return open({here, here}, YamlStyle::block,
                kind == Kind::mapping ? YamlKind::mapping : YamlKind::sequence);
  }

  /// A flow collection that ends in this line, with nothing behind it.
  Result<bool> flow() {
    const auto* const pieces = flows_.read();
    if (pieces == nullptr || !ends_line()) return false;
    for (const YamlFlowReader::Piece& piece : *pieces) {
      switch (piece.kind) {
        case YamlFlowReader::Piece::Kind::scalar:
          TRY(scalar(piece.span, piece.style, piece.text));
          break;
        case YamlFlowReader::Piece::Kind::mapping:
          TRY(open(piece.span, YamlStyle::flow, YamlKind::mapping));
          break;
        case YamlFlowReader::Piece::Kind::sequence:
          TRY(open(piece.span, YamlStyle::flow, YamlKind::sequence));
          break;
        case YamlFlowReader::Piece::Kind::end:
          ++given_;
          TRY(events_.close(piece.span.end));
          break;
      }
    }
    return true;
  }

  /// A key of the map at the top, or of the map around the list there, which ends with it.
  Result<bool> key() {
    Block& top = blocks_.back();
    const auto read = scalars_.read(top.indent);
    if (!read || !read->is_key) return false;  // what stands there would be the value
    TRY(empty_value(top));
    if (top.kind == Kind::indentless) TRY(close(read->span.start));
    return finish_key(*read);
  }

  Result<bool> finish_key(const YamlScalarReader::Scalar& key) {
    TRY(scalar(key.span, key.style, key.text));
    cursor_.skip_spaces();
    cursor_.skip();  // the colon
    return value(Place::value);
  }

  Result<bool> entry() {
    cursor_.skip();  // the dash
    return value(Place::entry);
  }

  /// What stands behind a colon or a dash.
  Result<bool> value(Place place) {
    const YamlMark behind = cursor_.mark();
    if (ends_line()) {
      blocks_.back().wants_value = true;
      blocks_.back().value = behind;
      return true;
    }
    return node(blocks_.back().indent, place);
  }

  Result<> end_document() {
    if (!has_root_) {
      const YamlMark here = cursor_.mark();
      TRY(scalar({here, here}, YamlStyle::plain, {}));
    }
    while (!blocks_.empty()) {
      TRY(empty_value(blocks_.back()));
      TRY(close(cursor_.mark()));
    }
    if (++documents_ > options_.limits.max_documents) {
      stopped_ = true;
      return {};
    }
    in_document_ = has_root_ = false;
    done_ = options_.first_only;
    ++given_;
    return events_.end_document();
  }

  const YamlOptions& options_;
  YamlEvents& events_;
  YamlCursor cursor_;
  YamlScalarReader scalars_;
  YamlFlowReader flows_;
  std::vector<Block> blocks_;
  std::size_t given_ = 0;
  std::size_t documents_ = 0;
  bool in_document_ = false;
  bool has_root_ = false;
  bool stopped_ = false;
  bool done_ = false;
};

}  // namespace

Result<YamlBlockReading> read_yaml_blocks(std::string_view text, std::size_t base,
                                          const YamlOptions& options, YamlEvents& events) {
  const Characters characters = characters_of(text);
  if (characters == Characters::unusual) return YamlBlockReading{};
  const YamlCursor begin(text, base, characters == Characters::ascii);
  return BlockReader(begin, options, events).read();
}

}  // namespace rumbo::codec
