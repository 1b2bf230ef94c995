// Engine: runs all templates of a chart and its subcharts, as Helm's engine does.
//
// Threads: pure functions.
#pragma once

#include <map>
#include <string>

#include "base/result.h"
#include "base/value.h"
#include "render/helm/builtin_objects.h"
#include "render/helm/chart.h"
#include "script/host.h"
#include "script/session.h"

namespace rumbo::render::helm {

struct EngineInput {
  const Chart& chart;
  const Value& values;  ///< coalesced
  const ReleaseFacts& release;
  const Capabilities& capabilities;
  Profile profile = Profile::helm4;
  script::Host& host;
  script::SessionOptions session = {};
};

/// The text of every template but partials, by its full path. Errors are worded as Helm words them.
Result<std::map<std::string, std::string>> run_templates(const EngineInput& input);

/// `--name-template`: one text without data.
Result<std::string> run_name_template(std::string_view text, script::Host& host);

}  // namespace rumbo::render::helm
