#include "app/show_origin.h"

#include <algorithm>
#include <map>

#include "app/traced_objects.h"
#include "base/strings.h"
#include "codec/diff.h"
#include "codec/pointer.h"
#include "codec/yaml.h"
#include "control/field_query.h"

namespace rumbo::app {
namespace {

using codec::Pointer;

/// The field that begins on each line of an object's text; the innermost one.
void fields_by_line(const codec::YamlNode& node, const Pointer& pointer,
                    std::map<std::uint32_t, Pointer>& lines) {
  for (const codec::YamlEntry& entry : node.entries()) {
    const Pointer inner = pointer.child(entry.key.value.as_string());
    lines[entry.key.span.start.line] = inner;
    fields_by_line(entry.value, inner, lines);
  }
  std::size_t index = 0;
  for (const codec::YamlNode& item : node.items()) {
    const Pointer inner = pointer.child(index++);
    if (item.is_scalar()) lines[item.span.start.line] = inner;
    fields_by_line(item, inner, lines);
  }
}

struct Line {
  std::string origin, text;
};

Result<std::vector<Line>> lines_of(const TracedObjects& traced, const Object& object,
                                   bool with_secrets) {
  const std::string text =
      codec::emit_yaml(with_secrets ? object.value : codec::mask_secret(object.value));
  const auto documents = TRY(codec::parse_yaml(text));
  std::map<std::uint32_t, Pointer> fields;
  if (!documents.empty()) fields_by_line(documents.front(), Pointer(), fields);
  std::vector<Line> out;
  std::uint32_t number = 0;
  for (const auto line : split(text, '\n')) {
    ++number;
    Line one{"", std::string(line)};
    if (const auto found = fields.find(number); found != fields.end()) {
      const auto layers = traced.layers(object, found->second.to_string());
      if (!layers.empty()) {
        one.origin = place_of(layers.back());
        const bool tells = layers.back().what != "file" && !layers.back().place.file.empty();
        if (tells) one.origin += " " + layers.back().what;
      }
    }
    out.push_back(std::move(one));
  }
  while (!out.empty() && out.back().text.empty()) out.pop_back();
  return out;
}

void print_lines(const Session& session, const std::vector<Line>& lines) {
  std::size_t width = 0;
  for (const Line& line : lines) width = std::max(width, line.origin.size());
  std::string out;
  for (const Line& line : lines) {
    std::string gutter = printable(line.origin);
    if (gutter.size() < width) gutter.append(width - gutter.size(), ' ');
    out += session.paint().dim(gutter + " |") + (line.text.empty() ? "" : " ") + line.text + "\n";
  }
  session.print(out);
}

/// Places of all scalars and empty collections by pointer.
void add_places(const TracedObjects& traced, const Object& object, const Value& value,
                const Pointer& pointer, std::vector<Member>& out) {
  if (value.is_object() && !value.empty()) {
    for (const Member& member : value.members()) {
      add_places(traced, object, member.value, pointer.child(member.key()), out);
    }
    return;
  }
  if (value.is_array() && !value.empty()) {
    for (std::size_t at = 0; at < value.items().size(); ++at) {
      add_places(traced, object, value.items()[at], pointer.child(at), out);
    }
    return;
  }
  const std::string text = pointer.to_string();
  std::vector<Value> layers;
  for (const Layer& layer : traced.layers(object, text))
    layers.push_back(control::layer_value(layer));
  out.emplace_back(text, Value::array(std::move(layers)));
}

Value described(const TracedObjects& traced, const Object& object) {
  std::vector<Member> fields;
  add_places(traced, object, object.value, Pointer(), fields);
  return Value::object(
      {{"object", object.key.to_string()},
       {"file", object.origin.file.empty() ? Value() : Value(traced.shown(object.origin.file))},
       {"line", object.origin.line},
       {"fields", Value::object(std::move(fields))}});
}

}  // namespace

Result<int> run_show_origin(Session& session, const std::string& path) {
  const TracedObjects traced = TRY(trace_objects(session, path));
  for (const std::string& warning : traced.warnings) session.note("warning: " + warning + "\n");
  if (session.machine()) {
    std::vector<Value> objects;
    for (const Object& object : traced.objects) objects.push_back(described(traced, object));
    session.print_value(Value::object({{"objects", Value::array(std::move(objects))}}));
    return kOk;
  }
  const bool with_secrets = session.invocation().has("show-secrets");
  std::vector<Line> all;
  for (const Object& object : traced.objects) {
    if (!all.empty()) all.push_back({"", "---"});
    for (Line& line : TRY(lines_of(traced, object, with_secrets))) all.push_back(std::move(line));
  }
  print_lines(session, all);
  return kOk;
}

}  // namespace rumbo::app
