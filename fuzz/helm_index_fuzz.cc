// The index of a Helm repository, and what a registry says, from outside: never crash. The first
// byte chooses.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "source/chart_location.h"
#include "source/helm_index.h"
#include "source/oci_registry.h"
#include "source/provenance.h"

using namespace rumbo;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  switch (data[0] % 4) {
    case 0: {
      const auto releases = source::read_index(text, "web");
      if (!releases) break;
      for (const auto& one : *releases) {
        if (one.version.empty() || one.urls.empty()) std::abort();
        static_cast<void>(source::resolve_url("https://x/y/", one.urls[0]));
      }
      static_cast<void>(source::choose_release(*releases, "^1"));
      break;
    }
    case 1:
      static_cast<void>(source::BearerChallenge::parse(text));
      break;
    case 2:
      static_cast<void>(source::digest_in_provenance(text));
      break;
    default: {
      ChartSpec spec;
      spec.repo = text;
      spec.chart = "web";
      static_cast<void>(source::chart_location(spec));
    }
  }
  return 0;
}
