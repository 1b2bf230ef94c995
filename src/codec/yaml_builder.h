// YamlBuilder: turns the events of one document into a tree, within bounds.
//
// It knows anchors, merge keys, duplicate keys and the meaning of scalars; the text itself and
// libyaml are the reader's.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "codec/yaml.h"
#include "codec/yaml_events.h"
#include "codec/yaml_scalar.h"

namespace rumbo::codec {

class YamlBuilder : public YamlEvents {
 public:
  /// What the documents are wanted for: nodes that know their children, or their Values alone.
  enum class Keep { nodes, values };

  /// `file` and `options` must outlive the builder.
  YamlBuilder(std::string_view file, const YamlOptions& options, Keep keep = Keep::nodes)
      : file_(file), options_(options), keep_(names_merged_maps() ? Keep::nodes : keep) {}

  Result<> scalar(const NodeEvent& event, const ScalarEvent& scalar) override;
  Result<> alias(const YamlSpan& span, std::string_view name) override;
  Result<> open(const NodeEvent& event, YamlKind kind) override;
  Result<> close(const YamlMark& end) override;
  /// Keeps the document unless it was empty. Anchors end with it.
  Result<> end_document() override;

  std::vector<YamlNode> take_documents() { return std::move(documents_); }

 private:
  struct Frame {
    YamlNode node;                    // without children yet
    std::size_t first = 0;            // in pending_: keys and values in turn, or items
    std::size_t anchor = 0;           // number of the anchor, 0 for none
    std::size_t expanded = 0;         // expanded_ when it began
    int height = 0;                   // of the tallest child
    std::vector<std::size_t> merges;  // of a mapping: which entries are merge keys
  };
  struct Anchor {
    std::size_t number = 0;
    bool open = true;
    YamlNode node;
    std::size_t expanded = 0;  // nodes in it with aliases expanded
    int height = 0;
  };

  bool expects_key() const;
  std::size_t define_anchor(std::string_view name);
  void complete_anchor(const YamlNode& node, std::size_t number, std::size_t expanded, int height);
  bool count_node();
  tl::unexpected<Error> too_many_nodes(const YamlMark& at) const;
  std::size_t entry_number() const;
  Result<Value> node_value(const ScalarEvent& scalar, bool is_key, const YamlMark& at);
  void add(YamlNode node, int height);
  Result<> finish_sequence(Frame& frame);
  Result<> finish_mapping(Frame& frame);
  Result<> check_duplicates(std::span<const YamlEntry> entries) const;
  /// True if an error may have to name one of several maps that are merged.
  bool names_merged_maps() const { return options_.strict && options_.go_exact; }
  Result<> check_twice_set(std::span<const YamlEntry> entries) const;
  Result<> merge(const YamlNode& source, std::vector<Member>& members) const;
  Result<Value> scalar_value(const ResolvedScalar& scalar, const YamlMark& at) const;
  Result<Value> key_text(const ResolvedScalar& scalar, const YamlMark& at) const;
  tl::unexpected<Error> wrong(const YamlMark& at, std::string message,
                              Code code = Code::invalid) const;
  bool v2() const { return options_.dialect == YamlDialect::yaml_v2; }

  std::string_view file_;
  const YamlOptions& options_;
  Keep keep_;
  std::vector<YamlEntry> entries_;  // of the mapping that ends, if its nodes are not kept
  std::vector<Frame> frames_;
  std::vector<YamlNode> pending_;
  std::vector<YamlNode> documents_;
  std::map<std::string, Anchor, std::less<>> anchors_;
  std::size_t anchor_count_ = 0;
  std::size_t nodes_ = 0;     // written in the text, all documents
  std::size_t expanded_ = 0;  // nodes of this document, aliases expanded
  std::size_t aliased_ = 0;   // those of them that aliases brought
  bool root_is_empty_ = false;
};

}  // namespace rumbo::codec
