#include "render/helm/engine.h"

#include <algorithm>
#include <deque>
#include <memory>
#include <optional>

#include "base/strings.h"
#include "render/helm/files_object.h"
#include "script/helm_error.h"
#include "script/helm_functions.h"
#include "script/helm_types.h"
#include "script/map.h"
#include "script/template_set.h"

namespace rumbo::render::helm {
namespace {

using script::Any;
using script::Map;
using script::Ref;

std::string_view base_name(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

/// One template and the data it is run with.
struct Renderable {
  Value text;
  Ref<Map> data;
  std::string base_path;
};

/// The map at a path of names joined by dots.
std::optional<Any> table_at(const Any& values, std::string_view path) {
  Any table = values;
  for (const auto name : split(path, '.')) {
    Map* map = table.map();
    if (map == nullptr) return std::nullopt;
    auto next = map->find(name);
    if (!next || next->kind() != script::Kind::map || next->map() == nullptr) return std::nullopt;
    table = *std::move(next);
  }
  return table;
}

class Collector {
 public:
  explicit Collector(const EngineInput& input)
      : input_(input),
        release_(release_object(input.release)),
        capabilities_(capabilities_object(input.capabilities, input.profile)) {}

  void collect(const Chart& chart, const Any& values, bool is_root) { add(chart, values, is_root); }
  std::map<std::string, Renderable>& all() { return all_; }

 private:
  Ref<Map> add(const Chart& chart, const Any& values, bool is_root) {
    auto subcharts = script::make<Map>();
    auto data = script::make<Map>();
    data->set("Chart", chart_object(chart.metadata, is_root, input_.profile));
    data->set("Files", files_object(chart.files, input_.profile));
    data->set("Release", release_);
    data->set("Capabilities", capabilities_);
    data->set("Values", values);
    data->set("Subcharts", Any(subcharts));
    for (const Chart& below : chart.dependencies) {
      auto its = table_at(values, below.name());
      const Any below_values = its ? its->as_type(script::types::helm_values)
                                   : Any::object(script::types::helm_values, script::make<Map>());
      subcharts->set(below.name(), Any(add(below, below_values, false)));
    }
    for (const ChartFile& file : chart.templates) {
      if (chart.metadata.library() && !base_name(file.name).starts_with('_')) continue;
      all_[chart.path + "/" + file.name] = {file.data, data, chart.path + "/templates"};
    }
    return data;
  }

  const EngineInput& input_;
  const Any release_, capabilities_;
  std::map<std::string, Renderable> all_;
};

/// Deepest first, and backwards by name within one depth: later parses win.
std::vector<std::string> parse_order(const std::map<std::string, Renderable>& all) {
  std::vector<std::pair<std::ptrdiff_t, std::string>> keys;
  for (const auto& [path, ignored] : all) {
    keys.emplace_back(std::count(path.begin(), path.end(), '/'), path);
  }
  std::sort(keys.rbegin(), keys.rend());
  std::vector<std::string> order;
  order.reserve(keys.size());
  for (auto& [depth, path] : keys) order.push_back(std::move(path));
  return order;
}

/// The templates of a chart, parsed. They are kept for the next rendering in this thread: an
/// application is rendered again and again, and its templates rarely change.
Result<std::shared_ptr<const script::TemplateSet>> compile(
    const std::vector<std::string>& order, const std::map<std::string, Renderable>& all) {
  constexpr std::size_t kKept = 4;
  constexpr std::size_t kLargest = std::size_t{8} << 20;  // bytes of text
  struct Kept {
    std::vector<std::pair<std::string, Value>> texts;
    std::shared_ptr<const script::TemplateSet> templates;
  };
  thread_local std::deque<Kept> kept;

  std::vector<std::pair<std::string, Value>> texts;
  std::size_t bytes = 0;
  for (const std::string& path : order) {
    texts.emplace_back(path, all.at(path).text);
    bytes += texts.back().second.as_string().size();
  }
  for (const Kept& one : kept) {
    if (one.texts == texts) return one.templates;
  }
  auto templates = std::make_shared<script::TemplateSet>(script::helm_functions());
  for (const auto& [path, text] : texts) {
    if (auto parsed = templates->parse(path, text.as_string()); !parsed) {
      return fail(Code::invalid, script::helm_parse_error(parsed.error(), path));
    }
  }
  if (bytes <= kLargest) kept.push_front({std::move(texts), templates});
  if (kept.size() > kKept) kept.pop_back();
  return templates;
}

tl::unexpected<Error> execution_error(const script::Failure& failure, const std::string& path,
                                      Profile profile) {
  using FailureKind = script::Failure::Kind;
  const Code code = failure.root().kind() == FailureKind::limit ? Code::too_large : Code::invalid;
  // Helm 3 prints Go's own line, and rewords only what the chart's author said.
  const bool raw = profile == Profile::helm3 && failure.root().kind() != FailureKind::asked;
  return fail(Error(code, raw ? failure.text() : script::helm_execute_error(failure, path)));
}

}  // namespace

Result<std::map<std::string, std::string>> run_templates(const EngineInput& input) {
  Collector collector(input);
  collector.collect(input.chart,
                    Any::object(script::types::helm_values, script::make<Map>(input.values)), true);
  auto& all = collector.all();
  const std::vector<std::string> order = parse_order(all);

  const auto compiled = TRY(compile(order, all));
  const script::TemplateSet& templates = *compiled;
  script::Session session(input.host, input.session);
  std::map<std::string, std::string> rendered;
  for (const std::string& path : order) {
    if (base_name(path).starts_with('_')) continue;
    Renderable& one = all[path];
    auto about = script::make<Map>();
    about->set("Name", Any(path));
    about->set("BasePath", Any(one.base_path));
    one.data->set("Template", Any::object(script::types::helm_values, about));
    auto text = templates.execute(path, Any(one.data), session);
    if (!text) return execution_error(text.error(), path, input.profile);
    rendered.emplace(path, script::remove_no_value(*std::move(text)));
  }
  return rendered;
}

Result<std::string> run_name_template(std::string_view text, script::Host& host) {
  script::TemplateSet templates(script::helm_functions());
  if (auto parsed = templates.parse("name-template", text); !parsed) {
    return fail(Code::invalid, parsed.error().text());
  }
  script::Session session(host);
  auto name = templates.execute("name-template", Any(), session);
  if (!name) return fail(Code::invalid, name.error().text());
  return *std::move(name);
}

}  // namespace rumbo::render::helm
