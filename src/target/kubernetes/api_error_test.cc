#include "target/kubernetes/api_error.h"

#include <gtest/gtest.h>

#include "target/kubernetes/scripted_transport.h"

namespace rumbo::target::kubernetes {
namespace {

struct Case {
  int status;
  const char* body;
  ApiFailure failure;
  Code code;
  Retry retry;
};

std::string status(std::string_view reason, std::string_view rest) {
  return R"({"kind":"Status","apiVersion":"v1","status":"Failure","reason":")" +
         std::string(reason) + R"(",)" + std::string(rest) + "}";
}

TEST(ApiErrorTest, TellsFailuresApart) {
  const std::string conflict = status(
      "Conflict",
      R"("message":"Apply failed with 1 conflict","details":{"causes":[{"reason":"FieldManagerConflict","message":"conflict with \"kubectl\" using apps/v1","field":".spec.replicas"}]},"code":409)");
  const std::string lock = status(
      "Conflict",
      R"("message":"the object has been modified","details":{"name":"web","kind":"deployments"},"code":409)");
  const std::string exists =
      status("AlreadyExists", R"("message":"already exists","details":{"name":"web"},"code":409)");
  const std::string uid = status(
      "Invalid",
      R"("message":"uid: field is immutable","details":{"name":"w","causes":[{"reason":"FieldValueInvalid","message":"immutable","field":"metadata.uid"}]},"code":422)");
  const std::string invalid = status(
      "Invalid",
      R"("message":"bad port","details":{"name":"w","causes":[{"reason":"FieldValueInvalid","message":"bad","field":"spec.ports"}]},"code":422)");
  const std::string absent = status(
      "NotFound", R"("message":"not found","details":{"name":"w","kind":"pods"},"code":404)");
  const std::string ending = status(
      "Forbidden",
      R"("message":"being terminated","details":{"name":"w","causes":[{"reason":"NamespaceTerminating","message":"x","field":"metadata.namespace"}]},"code":403)");
  const std::string schema =
      R"({"kind":"Status","message":"failed to create typed patch object: .spec.foo: field not declared in schema","code":500})";
  const std::string type =
      R"({"kind":"Status","message":"failed to create typed patch object (s/c; /v1, Kind=ConfigMap): .data.x: expected string, got &value.valueUnstructured{Value:true}","code":500})";
  const std::string webhook = status(
      "InternalError", R"("message":"Internal error occurred: failed calling webhook \"x\"")");
  const std::string etcd = status("InternalError", R"("message":"etcdserver: request timed out")");
  const std::string big =
      status("InternalError", R"("message":"etcdserver: request is too large")");
  const Case cases[] = {
      {409, conflict.c_str(), ApiFailure::owned_elsewhere, Code::conflict, Retry::never},
      {409, lock.c_str(), ApiFailure::version_conflict, Code::conflict, Retry::never},
      {409, exists.c_str(), ApiFailure::exists, Code::conflict, Retry::never},
      {422, uid.c_str(), ApiFailure::version_conflict, Code::conflict, Retry::never},
      {422, invalid.c_str(), ApiFailure::invalid, Code::invalid, Retry::never},
      {404, absent.c_str(), ApiFailure::absent, Code::not_found, Retry::never},
      {404, "404 page not found\n", ApiFailure::not_served, Code::not_found, Retry::later},
      {403, ending.c_str(), ApiFailure::terminating, Code::denied, Retry::never},
      {403, "{}", ApiFailure::forbidden, Code::denied, Retry::never},
      {401, "Unauthorized", ApiFailure::unauthorized, Code::denied, Retry::later},
      {410, "", ApiFailure::gone, Code::unavailable, Retry::now},
      {413, "", ApiFailure::too_large, Code::too_large, Retry::never},
      {429, "", ApiFailure::throttled, Code::unavailable, Retry::later},
      {500, schema.c_str(), ApiFailure::invalid, Code::invalid, Retry::never},
      {500, type.c_str(), ApiFailure::invalid, Code::invalid, Retry::never},
      {500, webhook.c_str(), ApiFailure::server, Code::unavailable, Retry::later},
      {500, etcd.c_str(), ApiFailure::server, Code::unavailable, Retry::unknown_outcome},
      {500, big.c_str(), ApiFailure::too_large, Code::too_large, Retry::never},
      {504, "", ApiFailure::server, Code::unavailable, Retry::unknown_outcome},
      {302, "", ApiFailure::invalid, Code::invalid, Retry::never},
  };
  for (const Case& one : cases) {
    const ApiError error = api_error(response(one.status, one.body), "apply Deployment.apps s/w");
    EXPECT_EQ(error.failure, one.failure) << one.status << one.body;
    EXPECT_EQ(error.error.code(), one.code) << one.status << one.body;
    EXPECT_EQ(error.error.retry(), one.retry) << one.status << one.body;
    EXPECT_TRUE(error.error.message().starts_with("cannot apply Deployment.apps s/w: "));
  }
}

TEST(ApiErrorTest, KeepsCausesAndRetryAfter) {
  const std::string body = status(
      "Conflict",
      R"("details":{"retryAfterSeconds":3,"causes":[{"reason":"FieldManagerConflict","message":"m","field":".a"}]},"code":409)");
  const ApiError error = api_error(response(409, body), "apply X y");
  ASSERT_EQ(error.causes.size(), 1u);
  EXPECT_EQ(error.causes[0].field, ".a");
  EXPECT_EQ(error.retry_after, Duration(3s));
  EXPECT_EQ(api_error(response(429, "", "7"), "x").retry_after, Duration(7s));
  EXPECT_EQ(api_error(response(429, "", "99999999999"), "x").retry_after, Duration(1h));
  EXPECT_EQ(api_error(response(429, "", "-1"), "x").retry_after, std::nullopt);
}

TEST(ApiErrorTest, NeverRepeatsValuesOfSecrets) {
  const std::string body =
      R"({"kind":"Status","message":".stringData.pin: expected string, got &value{hush}: oh","details":{"causes":[{"message":"Invalid value: \"hush\": no"}]},"code":500})";
  const ApiError error = api_error(response(500, body), "apply Secret s/w");
  EXPECT_EQ(error.error.to_string().find("hush"), std::string::npos) << error.error.to_string();
  EXPECT_EQ(error.causes[0].message.find("hush"), std::string::npos);
}

TEST(ApiErrorTest, TryPassesItOnInBothWorlds) {
  const auto failing = []() -> ApiResult<int> {
    return fail(api_error(Error(Code::timeout, "late", Retry::later)));
  };
  const auto api = [&]() -> ApiResult<std::string> { return std::to_string(TRY(failing())); };
  const auto plain = [&]() -> Result<std::string> { return std::to_string(TRY(failing())); };
  EXPECT_EQ(api().error().error.code(), Code::timeout);
  EXPECT_EQ(plain().error().message(), "late");
}

}  // namespace
}  // namespace rumbo::target::kubernetes
