// ChartHttp: requests to one chart repository or registry, with its credentials and certificates,
// which never go to any other host.
//
// Threads: one at a time.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "io/env.h"
#include "model/source.h"
#include "source/chart_location.h"

namespace rumbo::source {

/// Answers of status other than 200 and 304 as errors: denied, not_found, unavailable (try later).
Error http_error(const io::HttpResponse& response, const std::string& what);

/// A header's value by its lower-case name; empty without it.
std::string header(const io::HttpResponse& response, std::string_view name);

class ChartHttp {
 public:
  /// Reads the credentials file. `env` outlives it.
  static Result<ChartHttp> open(const ChartSpec& spec, const ChartLocation& location, io::Env& env);

  struct Ask {
    std::string url;
    std::uint64_t max_body = 0;
    std::vector<std::pair<std::string, std::string>> headers = {};
    std::string method = "GET";
    bool basic = true;  ///< with the credentials, if the URL is the repository's own host
  };
  /// Any status is an answer. Redirects are followed; credentials stay behind.
  Result<io::HttpResponse> send(const Ask& ask, const Cancel& cancel) const;
  /// The body of an answer of status 200.
  Result<std::string> get(const Ask& ask, const Cancel& cancel) const;
  /// The same from a registry's token service, which may be another host: it is asked with the
  /// credentials.
  Result<std::string> get_token(const Ask& ask, const Cancel& cancel) const;

 private:
  Result<io::HttpResponse> send(const Ask& ask, bool trusted, const Cancel& cancel) const;
  static Result<std::string> body_of(io::HttpResponse response, const Ask& ask);

  ChartHttp(io::Env& env, std::string origin, std::string ca_file)
      : env_(&env), origin_(std::move(origin)), ca_file_(std::move(ca_file)) {}

  io::Env* env_;
  std::string origin_, ca_file_, user_;
  Secret<std::string> password_;
};

}  // namespace rumbo::source
