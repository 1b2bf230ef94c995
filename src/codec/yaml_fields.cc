#include "codec/yaml_fields.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/strings.h"
#include "codec/yaml_builder.h"
#include "codec/yaml_events.h"

namespace rumbo::codec {
namespace {

/// Gives a builder the events of what was asked for, and a null for the rest, which it looks
/// through for whatever may be wrong in it or mean something elsewhere.
class WantedEvents : public YamlEvents {
 public:
  WantedEvents(YamlBuilder& builder, const YamlOptions& options,
               std::span<const std::string_view> names)
      : builder_(builder), options_(options), names_(names) {}

  Result<> scalar(const NodeEvent& event, const ScalarEvent& scalar) override {
    if (!count()) return give_up();
    if (skipping()) return skip_scalar(event, scalar);
    if (at_root_key()) {
      at_key_ = false;
      const std::string key = to_lower(scalar.text);
      skips_next_ = std::find(names_.begin(), names_.end(), key) == names_.end();
      // A merge brings members of its own: then all are read.
      return is_merge_key(scalar, options_.dialect) ? give_up() : builder_.scalar(event, scalar);
    }
    end_member();
    return builder_.scalar(event, scalar);
  }

  Result<> alias(const YamlSpan& span, std::string_view name) override {
    if (!count() || skipping() || at_root_key()) return give_up();
    end_member();
    return builder_.alias(span, name);
  }

  Result<> open(const NodeEvent& event, YamlKind kind) override {
    if (!count()) return give_up();
    if (skipping()) return skip_open(event, kind);
    if (at_root_key()) return give_up();
    if (depth_++ == 0) {
      in_map_ = at_key_ = kind == YamlKind::mapping;
    }
    return builder_.open(event, kind);
  }

  Result<> close(const YamlMark& end) override {
    if (!skipped_.empty()) {
      skipped_.pop_back();
      return skipped_.empty() ? end_skipped() : Result<>();
    }
    --depth_;
    end_member();
    return builder_.close(end);
  }

  Result<> end_document() override { return builder_.end_document(); }

 private:
  struct Skipped {
    bool map;
    bool at_key;
  };

  bool skipping() const { return skips_next_ && depth_ == 1 && in_map_; }

  bool at_root_key() const { return depth_ == 1 && at_key_; }

  /// Ends the reading. Nobody sees the error: all is read then as usual.
  static Result<> give_up() { return fail(Code::invalid, "to be read in full"); }

  void end_member() {
    if (depth_ == 1) at_key_ = in_map_;
  }

  Result<> end_skipped() {
    skips_next_ = false;
    end_member();
    ScalarEvent null;
    null.plain_implicit = true;
    return builder_.scalar({}, null);
  }

  /// True if the scalar needs no more than to be read over: what it means fits into JSON, and it
  /// is known under no name.
  bool is_harmless(const NodeEvent& event, const ScalarEvent& scalar, bool is_key) const {
    if (!event.anchor.empty() || !event.tag.empty()) return false;
    if (scalar.quoted) return true;
    constexpr std::string_view kBeginnings = "~nN.+-<0123456789";
    if (!scalar.text.empty() && kBeginnings.find(scalar.text.front()) == kBeginnings.npos) {
      return true;
    }
    if (is_key && is_merge_key(scalar, options_.dialect)) return false;
    const auto resolved = resolve_scalar(scalar, options_.dialect);
    if (!resolved) return false;
    const Value& value = resolved->value;
    if (value.kind() == Value::Kind::real) return std::isfinite(value.as_double());
    return !is_key || !(value.is_null() || value.kind() == Value::Kind::unsigned_integer);
  }

  bool count() { return ++nodes_ <= options_.limits.max_nodes; }

  Result<> skip_scalar(const NodeEvent& event, const ScalarEvent& scalar) {
    bool is_key = false;
    if (!skipped_.empty() && skipped_.back().map) {
      is_key = skipped_.back().at_key;
      skipped_.back().at_key = !is_key;
    }
    if (!is_harmless(event, scalar, is_key)) return give_up();
    return skipped_.empty() ? end_skipped() : Result<>();
  }

  Result<> skip_open(const NodeEvent& event, YamlKind kind) {
    const bool too_deep = static_cast<int>(skipped_.size()) + 1 >= options_.limits.max_depth;
    if (too_deep || !event.anchor.empty() || !event.tag.empty()) return give_up();
    if (!skipped_.empty() && skipped_.back().map) {
      if (skipped_.back().at_key) return give_up();
      skipped_.back().at_key = true;
    }
    const bool map = kind == YamlKind::mapping;
    skipped_.push_back({map, map});
    return {};
  }

  YamlBuilder& builder_;
  const YamlOptions& options_;
  std::span<const std::string_view> names_;
  int depth_ = 0;            // of what the builder gets
  bool in_map_ = false;      // the root is a map
  bool at_key_ = false;      // of the root
  bool skips_next_ = false;  // the member whose key was the last
  std::vector<Skipped> skipped_;
  std::size_t nodes_ = 0;
};

}  // namespace

Result<Value> parse_yaml_fields(std::string_view text, std::string_view file,
                                const YamlOptions& options,
                                std::span<const std::string_view> names) {
  YamlOptions first = options;
  first.first_only = true;
  if (!options.strict) {  // else the keys of every map have to be compared
    YamlBuilder builder(file, first, YamlBuilder::Keep::values);
    WantedEvents wanted(builder, first, names);
    const auto read = read_yaml_events(text, file, first, wanted);
    if (read) {
      const auto documents = builder.take_documents();
      return documents.empty() ? Value() : documents.front().value;
    }
  }
  // Whatever is wrong is found, and told, by who reads all.
  return parse_yaml_value(text, file, options);
}

}  // namespace rumbo::codec
