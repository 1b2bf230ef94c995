// The flags of verbs that render a chart: of `render` and of `helm`.
//
// Threads: constant data.
#pragma once

#include <algorithm>
#include <array>

#include "app/verb.h"

namespace rumbo::app {

/// Which chart, and how it is rendered.
inline constexpr std::array kChartFlags = std::to_array<Flag>({
    {"repo", 0, "URL", "chart: of this repository, PATH is its name"},
    {"version", 0, "VERSION", "chart: of a repository: a version or a range (the newest)"},
    {"credentials-file", 0, "FILE", "chart: `user:password` or a token for the repository"},
    {"ca-file", 0, "FILE", "chart: certificates that the repository's must be signed by"},
    {"keyring", 0, "FILE", "chart: OpenPGP keys, one of which must have signed it"},
    {"plain-http", 0, "", "chart: talk to the OCI registry without TLS"},
    {"values", 'f', "FILE", "chart: values from a file"},
    {"set", 0, "KEY=VALUE", "chart: a value; integers, true and null are what they look like"},
    {"set-string", 0, "KEY=VALUE", "chart: a value that is a string"},
    {"set-json", 0, "KEY=JSON", "chart: a value as JSON"},
    {"set-file", 0, "KEY=FILE", "chart: a value from a file"},
    {"set-literal", 0, "KEY=VALUE", "chart: a value taken as it is"},
    {"release-name", 0, "NAME", "chart: the release's name (release-name)"},
    {"name-template", 0, "TEMPLATE", "chart: a template of the release's name"},
    {"include-crds", 0, "", "chart: print its crds/ too"},
    {"skip-tests", 0, "", "chart: leave out test hooks"},
    {"no-hooks", 0, "", "chart: leave out all hooks"},
    {"is-upgrade", 0, "", "chart: .Release.IsUpgrade instead of .Release.IsInstall"},
    {"kube-version", 0, "VERSION", "chart: the version of Kubernetes to assume"},
    {"api-versions", 'a', "VERSION", "chart: an API version to assume besides the usual ones"},
    {"show-only", 's', "FILE", "chart: only what this template makes"},
    {"notes", 0, "", "chart: print its NOTES.txt instead of the objects"},
    {"output-dir", 0, "DIR", "chart: write each template's objects into a file below DIR"},
    {"debug", 0, "", "chart: print what the templates printed even if it is no YAML"},
    {"skip-schema-validation", 0, "", "chart: do not check values against its schema"},
    {"profile", 0, "NAME", "chart: imitate helm4 or helm3 (helm4)"},
});

/// The flags of a verb and of what it has in common with others.
template <std::size_t A, std::size_t B>
constexpr std::array<Flag, A + B> with_flags(const std::array<Flag, A>& own,
                                             const std::array<Flag, B>& more) {
  std::array<Flag, A + B> all{};
  std::copy(own.begin(), own.end(), all.begin());
  std::copy(more.begin(), more.end(), all.begin() + A);
  return all;
}

}  // namespace rumbo::app
