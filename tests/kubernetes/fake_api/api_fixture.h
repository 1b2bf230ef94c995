// ApiFixture: a fake API server, virtual time, and short ways to ask it.
#pragma once

#include <gtest/gtest.h>

#include "base/strings.h"
#include "codec/json.h"
#include "codec/yaml.h"
#include "fake_api.h"
#include "sim/clock.h"

namespace rumbo::fake_api {

using target::kubernetes::ApiRequest;
using target::kubernetes::ApiResponse;

inline Value yaml(std::string_view text) {
  const auto value = codec::parse_yaml_value(text);
  EXPECT_TRUE(value) << text;
  return value.value_or(Value());
}

class ApiFixture : public ::testing::Test {
 protected:
  static constexpr const char* kMaps = "/api/v1/namespaces/default/configmaps";

  struct Answer {
    int status = 0;
    Value body;
    std::map<std::string, std::string> headers;
    std::string version() const { return body["metadata"]["resourceVersion"].str(); }
    std::string reason() const { return body["reason"].str(); }
    std::string message() const { return body["message"].str(); }
  };

  Answer ask(const std::string& method, const std::string& path, const Value& body = {},
             const std::string& type = "application/json") {
    ApiRequest request;
    request.method = method;
    request.path = path;
    request.content_type = type;
    if (!body.is_null()) request.body = codec::to_json(body);
    const auto response = api.send(request, Cancel());
    EXPECT_TRUE(response) << method << " " << path;
    if (!response) return {};
    return {response->status, codec::parse_json(response->body).value_or(Value(response->body)),
            response->headers};
  }
  Answer apply(const std::string& path, const Value& object, const std::string& more = "") {
    return ask(
        "PATCH",
        path + "/" + object["metadata"]["name"].str() + "?fieldManager=rumbo&force=false" + more,
        object, "application/apply-patch+yaml");
  }
  Value map_of(const std::string& name, const std::string& value) {
    return yaml("{apiVersion: v1, kind: ConfigMap, metadata: {name: '" + name + "'}, data: {k: '" +
                value + "'}}");
  }
  /// The events of a watch until it has nothing more to say.
  std::vector<Value> watch(const std::string& path, int idles = 0) {
    ApiRequest request;
    request.path = path;
    std::string text;
    api.on_idle([&] { return idles-- > 0; });
    last_watch = api.stream(
        request,
        [&](std::string_view piece) {
          text += piece;
          return true;
        },
        Cancel());
    std::vector<Value> events;
    for (const std::string_view line : split(text, '\n')) {
      if (const auto event = codec::parse_json(line); event) events.push_back(*event);
    }
    return events;
  }

  sim::SimClock clock;
  FakeApi api{clock, {}, [this](Duration d) { clock.advance(d); }};
  Result<ApiResponse> last_watch;
};

}  // namespace rumbo::fake_api
