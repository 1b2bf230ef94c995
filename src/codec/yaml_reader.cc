#include "codec/yaml_reader.h"

#include <fmt/format.h>
#include <limits>
#include <yaml.h>

#include "base/strings.h"
#include "codec/utf8.h"
#include "codec/yaml_block_reader.h"
#include "codec/yaml_builder.h"
#include "codec/yaml_escape.h"
#include "codec/yaml_hint.h"
#include "codec/yaml_marks.h"

namespace rumbo::codec {
namespace {

constexpr std::string_view kBom = "\xef\xbb\xbf";

std::string_view view(const yaml_char_t* text) {
  return text == nullptr ? std::string_view() : reinterpret_cast<const char*>(text);
}

YamlStyle style_of(yaml_scalar_style_t style) {
  switch (style) {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE:
      return YamlStyle::single_quoted;
    case YAML_DOUBLE_QUOTED_SCALAR_STYLE:
      return YamlStyle::double_quoted;
    case YAML_LITERAL_SCALAR_STYLE:
      return YamlStyle::literal;
    case YAML_FOLDED_SCALAR_STYLE:
      return YamlStyle::folded;
    default:
      return YamlStyle::plain;
  }
}

struct Event : yaml_event_t {
  Event() : yaml_event_t{} {}
  ~Event() { yaml_event_delete(this); }
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
};

class Reader {
 public:
  Reader(std::string_view text, std::string_view file, const YamlOptions& options,
         YamlEvents& events)
      : text_(text.starts_with(kBom) ? text.substr(kBom.size()) : text),
        base_(text.size() - text_.size()),
        file_(file),
        options_(options),
        marks_(text_),
        events_(events) {
    ok_ = yaml_parser_initialize(&parser_) != 0;
    if (!ok_) return;
    // The library refuses a null pointer, which a text of no bytes may have.
    yaml_parser_set_input_string(&parser_, as_bytes(text_.empty() ? "" : text_).data(),
                                 text_.size());
    yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
  }
  ~Reader() {
    if (ok_) yaml_parser_delete(&parser_);
  }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  Result<> read() {
    if (!ok_) return fail(Code::exhausted, "out of memory for the YAML scanner");
    while (!done_) {
      Event event;
      if (yaml_parser_parse(&parser_, &event) == 0) return problem();
      TRY(handle(event));
    }
    return {};
  }

 private:
  YamlMark mark(const yaml_mark_t& at) const {
    return {static_cast<std::uint32_t>(at.line + 1), static_cast<std::uint32_t>(at.column + 1),
            static_cast<std::uint32_t>(base_ + marks_.byte_of(at.index))};
  }
  YamlSpan span(const yaml_event_t& event) const {
    return {mark(event.start_mark), mark(event.end_mark)};
  }

  Result<> handle(const yaml_event_t& event) {
    switch (event.type) {
      case YAML_SCALAR_EVENT:
        return scalar(event);
      case YAML_ALIAS_EVENT:
        return events_.alias(span(event), view(event.data.alias.anchor));
      case YAML_SEQUENCE_START_EVENT: {
        const auto& data = event.data.sequence_start;
        const bool flow = data.style == YAML_FLOW_SEQUENCE_STYLE;
        return events_.open({span(event), flow ? YamlStyle::flow : YamlStyle::block,
                             view(data.anchor), view(data.tag)},
                            YamlKind::sequence);
      }
      case YAML_MAPPING_START_EVENT: {
        const auto& data = event.data.mapping_start;
        const bool flow = data.style == YAML_FLOW_MAPPING_STYLE;
        return events_.open({span(event), flow ? YamlStyle::flow : YamlStyle::block,
                             view(data.anchor), view(data.tag)},
                            YamlKind::mapping);
      }
      case YAML_SEQUENCE_END_EVENT:
      case YAML_MAPPING_END_EVENT:
        return events_.close(mark(event.end_mark));
      case YAML_DOCUMENT_START_EVENT:
        return begin_document(event);
      case YAML_DOCUMENT_END_EVENT:
        return end_document(event);
      case YAML_STREAM_END_EVENT:
        done_ = true;
        return {};
      default:
        return {};
    }
  }

  Result<> scalar(const yaml_event_t& event) {
    const auto& data = event.data.scalar;
    const YamlStyle style = style_of(data.style);
    ScalarEvent scalar;
    scalar.text = {reinterpret_cast<const char*>(data.value), data.length};
    scalar.tag = view(data.tag);
    scalar.plain_implicit = data.plain_implicit != 0;
    scalar.quoted = style != YamlStyle::plain;
    if (options_.go_exact && style == YamlStyle::double_quoted) TRY(check_escapes(event));
    return events_.scalar({span(event), style, view(data.anchor), scalar.tag}, scalar);
  }

  Result<> check_escapes(const yaml_event_t& event) const {
    const std::size_t from = marks_.byte_of(event.start_mark.index);
    const std::size_t to = marks_.byte_of(event.end_mark.index);
    const auto at = slash_escape(text_.substr(from, to - from));
    if (!at) return {};
    return fail(Error(Code::invalid, "found unknown escape character")
                    .at(marks_.locate(from + *at, file_))
                    .with_hint("write / without a backslash"));
  }

  /// go-yaml takes no other version than 1.1, and so a file must not pass here that fails in Helm.
  Result<> begin_document(const yaml_event_t& event) const {
    const yaml_version_directive_t* version = event.data.document_start.version_directive;
    if (version == nullptr || (version->major == 1 && version->minor == 1)) return {};
    return fail(Error(Code::invalid, fmt::format("a document of YAML {}.{} cannot be read",
                                                 version->major, version->minor))
                    .at(location(mark(event.start_mark)))
                    .with_hint("leave out the line `%YAML`"));
  }

  Result<> end_document(const yaml_event_t& event) {
    TRY(events_.end_document());
    done_ = options_.first_only;
    if (++document_count_ > options_.limits.max_documents) {
      return fail(Error(Code::too_large,
                        fmt::format("more than {} documents", options_.limits.max_documents))
                      .at(location(mark(event.end_mark))));
    }
    return {};
  }

  Location location(const YamlMark& at) const {
    return {std::string(file_), static_cast<int>(at.line), static_cast<int>(at.column)};
  }

  /// libyaml's complaint as an Error. Its words are kept: people search for them.
  tl::unexpected<Error> problem() const {
    if (parser_.error == YAML_MEMORY_ERROR) {
      return fail(Code::exhausted, "out of memory in the YAML scanner");
    }
    std::string message = parser_.problem != nullptr ? parser_.problem : "YAML cannot be read";
    if (parser_.error == YAML_READER_ERROR) {
      const std::size_t byte = std::min(parser_.problem_offset, text_.size());
      Error error(Code::invalid, message);
      return fail(std::move(error)
                      .at(marks_.locate(byte, file_))
                      .with_hint(yaml_hint(message, text_, byte)));
    }
    const std::size_t byte = marks_.byte_of(parser_.problem_mark.index);
    const std::string hint = yaml_hint(message, text_, byte);
    if (parser_.context != nullptr) message += fmt::format(" {}", parser_.context);
    // A key without its colon is only noticed later: what is wrong stands where the key begins.
    const bool at_context = parser_.context != nullptr && message.starts_with("could not find");
    if (parser_.context != nullptr && !at_context &&
        parser_.context_mark.line != parser_.problem_mark.line) {
      message += fmt::format(" that begins in line {}", parser_.context_mark.line + 1);
    }
    Location place = location(mark(at_context ? parser_.context_mark : parser_.problem_mark));
    // libyaml puts the end of a text without a line end into a line of its own.
    if (!at_context && byte >= text_.size()) place = marks_.locate(text_.size(), file_);
    Error error(Code::invalid, std::move(message));
    return fail(std::move(error).at(std::move(place)).with_hint(hint));
  }

  std::string_view text_;  // without the byte order mark
  std::size_t base_;       // its size
  std::string_view file_;
  const YamlOptions& options_;
  YamlMarks marks_;
  YamlEvents& events_;
  yaml_parser_t parser_{};
  std::size_t document_count_ = 0;
  bool ok_ = false;
  bool done_ = false;
};

/// Drops the first events, which were given before.
class RestOfEvents : public YamlEvents {
 public:
  RestOfEvents(YamlEvents& events, std::size_t given) : events_(events), given_(given) {}

  Result<> scalar(const NodeEvent& event, const ScalarEvent& scalar) override {
    return was_given() ? Result<>() : events_.scalar(event, scalar);
  }
  Result<> alias(const YamlSpan& span, std::string_view name) override {
    return was_given() ? Result<>() : events_.alias(span, name);
  }
  Result<> open(const NodeEvent& event, YamlKind kind) override {
    return was_given() ? Result<>() : events_.open(event, kind);
  }
  Result<> close(const YamlMark& end) override {
    return was_given() ? Result<>() : events_.close(end);
  }
  Result<> end_document() override { return was_given() ? Result<>() : events_.end_document(); }

 private:
  bool was_given() { return given_ > 0 && given_-- > 0; }

  YamlEvents& events_;
  std::size_t given_;
};

Result<> read_any(std::string_view text, std::string_view file, const YamlOptions& options,
                  YamlEvents& events) {
  const std::size_t base = text.starts_with(kBom) ? kBom.size() : 0;
  const auto reading = TRY(read_yaml_blocks(text.substr(base), base, options, events));
  if (reading.complete) return {};
  RestOfEvents rest(events, reading.events);
  return Reader(text, file, options, rest).read();
}

}  // namespace

Result<> read_with_libyaml(std::string_view text, std::string_view file, const YamlOptions& options,
                           YamlEvents& events) {
  return Reader(text, file, options, events).read();
}

Result<> read_yaml_events(std::string_view text, std::string_view file, const YamlOptions& options,
                          YamlEvents& events) {
  const std::size_t most =
      std::min<std::size_t>(options.limits.max_bytes, std::numeric_limits<std::int32_t>::max());
  if (text.size() > most) {
    return fail(Error(Code::too_large,
                      fmt::format("YAML of {} bytes exceeds the limit of {}", text.size(), most))
                    .at({std::string(file)}));
  }
  if (const auto converted = utf16_to_utf8(text)) {
    return read_any(*converted, file, options, events);
  }
  if (options.go_exact) {
    if (const auto known = without_quote_escapes(text)) {
      return read_any(*known, file, options, events);
    }
  }
  return read_any(text, file, options, events);
}

Result<std::vector<YamlNode>> parse_yaml(std::string_view text, std::string_view file,
                                         const YamlOptions& options) {
  YamlBuilder builder(file, options);
  TRY(read_yaml_events(text, file, options, builder));
  return builder.take_documents();
}

Result<Value> parse_yaml_value(std::string_view text, std::string_view file,
                               const YamlOptions& options) {
  YamlOptions first = options;
  first.first_only = true;
  YamlBuilder builder(file, first, YamlBuilder::Keep::values);
  TRY(read_yaml_events(text, file, first, builder));
  const auto documents = builder.take_documents();
  return documents.empty() ? Value() : documents.front().value;
}

}  // namespace rumbo::codec
