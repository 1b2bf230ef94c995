// HttpTransport: the real Transport. Requests go over a few HTTP/2 connections, watches and logs
// over others, so that neither waits for the other; changing requests pass a ConcurrencyGate.
//
// Threads: any. It outlives its calls.
#pragma once

#include <memory>

#include "base/guarded.h"
#include "io/env.h"
#include "io/http_pool.h"
#include "target/kubernetes/access.h"
#include "target/kubernetes/concurrency_gate.h"
#include "target/kubernetes/credentials.h"
#include "target/kubernetes/transport.h"

namespace rumbo::target::kubernetes {

struct HttpTransportOptions {
  bool http2 = true;
  std::string user_agent = "rumbo";
  std::map<std::string, std::string> environment;  ///< what exec plugins are started with
};

class HttpTransport : public Transport {
 public:
  /// `env` outlives it.
  HttpTransport(Access access, io::Env env, HttpTransportOptions options);

  /// A 401 is tried once more with renewed credentials, where they can be renewed.
  Result<ApiResponse> send(const ApiRequest& request, const Cancel& cancel) override;
  Result<ApiResponse> stream(const ApiRequest& request, const PieceSink& sink,
                             const Cancel& cancel) override;

  const Access& access() const { return access_; }
  /// How many changing requests may be under way now.
  int admitted() const { return gate_.admitted(); }

 private:
  struct Pools {
    std::uint64_t tls_serial = 0;
    std::shared_ptr<io::HttpPool> calls, streams;
  };

  Pools pools_for(const Credential& credential);
  Result<ApiResponse> attempt(const ApiRequest& request, const PieceSink* sink,
                              const Cancel& cancel);
  Result<ApiResponse> once(const ApiRequest& request, const PieceSink* sink,
                           const Credential& credential, const Cancel& cancel);

  const Access access_;
  const io::Env env_;
  const HttpTransportOptions options_;
  Credentials credentials_;
  ConcurrencyGate gate_;
  Guarded<Pools> pools_;
};

/// The environment of this process, for exec plugins and for finding kubeconfigs.
std::map<std::string, std::string> process_environment();

}  // namespace rumbo::target::kubernetes
