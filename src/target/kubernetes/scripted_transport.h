// ScriptedTransport: for unit tests of what is built on Transport; answers come from a function.
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "io/fake/manual_clock.h"
#include "target/kubernetes/api_client.h"

namespace rumbo::target::kubernetes {

class ScriptedTransport : public Transport {
 public:
  Result<ApiResponse> send(const ApiRequest& request, const Cancel&) override {
    requests.push_back(request);
    return answer(request);
  }
  /// A 200's body goes to the sink in pieces of `piece` bytes.
  Result<ApiResponse> stream(const ApiRequest& request, const PieceSink& sink,
                             const Cancel&) override {
    requests.push_back(request);
    auto response = answer(request);
    if (!response || response->status != 200) return response;
    const std::string body = std::exchange(response->body, {});
    for (std::size_t at = 0; at < body.size(); at += piece) {
      if (!sink(std::string_view(body).substr(at, piece))) break;
    }
    return response;
  }

  std::function<Result<ApiResponse>(const ApiRequest&)> answer;
  std::vector<ApiRequest> requests;
  std::size_t piece = 7;
};

/// A client on it under virtual time.
struct ScriptedClient {
  ScriptedTransport transport;
  io::fake::ManualClock clock;
  ApiClient client{transport, clock, [this](Duration time) { clock.advance(time); }};
  Cancel cancel;

  /// Answers these in turn; the last one for ever.
  void answers(std::vector<ApiResponse> list) {
    transport.answer = [list = std::move(list),
                        next = std::size_t{0}](const ApiRequest&) mutable -> Result<ApiResponse> {
      return list[next + 1 < list.size() ? next++ : next];
    };
  }
};

inline ApiResponse response(int status, std::string body, std::string retry_after = {}) {
  ApiResponse out;
  out.status = status;
  out.body = std::move(body);
  if (!retry_after.empty()) out.headers["retry-after"] = std::move(retry_after);
  return out;
}

}  // namespace rumbo::target::kubernetes
