#include "codec/yaml_flow_reader.h"

#include <utility>

namespace rumbo::codec {
namespace {

constexpr int kMostDepth = 16;

}  // namespace

const std::vector<YamlFlowReader::Piece>* YamlFlowReader::read() {
  pieces_.clear();
  return collection(0) ? &pieces_ : nullptr;
}

void YamlFlowReader::bracket(Piece::Kind kind) {
  const YamlMark start = cursor_.mark();
  cursor_.skip();
  pieces_.push_back({kind, {start, cursor_.mark()}, YamlStyle::flow, {}});
}

bool YamlFlowReader::collection(int depth) {
  if (depth > kMostDepth) return false;
  const bool map = cursor_.peek() == '{';
  const char closing = map ? '}' : ']';
  bracket(map ? Piece::Kind::mapping : Piece::Kind::sequence);
  cursor_.skip_spaces();
  while (cursor_.peek() != closing) {
    if ((map && !key()) || !node(depth)) return false;
    cursor_.skip_spaces();
    if (cursor_.peek() == closing) break;
    if (cursor_.peek() != ',') return false;
    cursor_.skip();
    cursor_.skip_spaces();
  }
  bracket(Piece::Kind::end);
  return true;
}

bool YamlFlowReader::key() {
  const auto read = scalars_.read_in_flow();
  if (!read || !read->is_key) return false;
  pieces_.push_back({Piece::Kind::scalar, read->span, read->style, std::string(read->text)});
  cursor_.skip_spaces();
  cursor_.skip();  // the colon
  cursor_.skip_spaces();
  return true;
}

bool YamlFlowReader::node(int depth) {
  if (cursor_.peek() == '{' || cursor_.peek() == '[') return collection(depth + 1);
  const auto read = scalars_.read_in_flow();
  if (!read || read->is_key) return false;
  pieces_.push_back({Piece::Kind::scalar, read->span, read->style, std::string(read->text)});
  return true;
}

}  // namespace rumbo::codec
