#include "render/helm/value_options.h"

#include <fmt/format.h>

#include "base/strings.h"
#include "render/helm/chart_loader.h"
#include "render/helm/go_value.h"

namespace rumbo::render::helm {
namespace {

Result<> set_all(SetKind kind, std::string_view flag, const std::vector<std::string>& texts,
                 Value& into, const ReadFile& read, Profile profile) {
  for (const std::string& text : texts) {
    auto done = set_values(kind, text, into, read, profile);
    if (!done) {
      return fail(done.error().code(),
                  fmt::format("failed parsing {} data: {}", flag, done.error().message()));
    }
  }
  return {};
}

Result<> set_json(const std::vector<std::string>& texts, Value& into, Profile profile) {
  for (const std::string& text : texts) {
    const std::string_view trimmed = trim(text);
    if (profile == Profile::helm4 && trimmed.starts_with('{')) {
      std::size_t used = 0;
      auto read = decode_json(trimmed, used);
      if (!read || used != trimmed.size()) {
        return fail(Code::invalid, "failed parsing --set-json data JSON: " + text);
      }
      into = merge_maps(into, *read);
    } else if (!set_values(SetKind::json, text, into, {}, profile)) {
      return fail(Code::invalid, "failed parsing --set-json data " + text);
    }
  }
  return {};
}

}  // namespace

Result<Value> merge_value_options(const ValueOptions& options, const ReadFile& read,
                                  Profile profile) {
  Value all = Value::object();
  for (const std::string& file : options.files) {
    const std::string text = TRY(read(file));
    auto values = load_values(text, profile);
    if (!values) {
      return fail(values.error().code(),
                  fmt::format("failed to parse {}: {}", file, values.error().message()));
    }
    all = merge_maps(all, *values);
  }
  if (!options.over_files.is_null()) all = merge_maps(all, options.over_files);
  if (!options.inline_values.is_null()) {
    all = merge_maps(all, as_float64(options.inline_values));
  }
  TRY(set_json(options.set_json, all, profile));
  TRY(set_all(SetKind::typed, "--set", options.set, all, read, profile));
  TRY(set_all(SetKind::string, "--set-string", options.set_string, all, read, profile));
  TRY(set_all(SetKind::file, "--set-file", options.set_file, all, read, profile));
  TRY(set_all(SetKind::literal, "--set-literal", options.set_literal, all, read, profile));
  return all;
}

}  // namespace rumbo::render::helm
