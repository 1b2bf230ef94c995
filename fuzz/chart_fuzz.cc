// A chart from outside, packed or not: never crashes. A text that is no gzip stream is taken for a
// tar archive, so that mutation reaches what is inside.
#include <cstdint>
#include <string_view>

#include "codec/tar.h"
#include "render/helm/chart_files.h"
#include "render/helm/chart_loader.h"

using namespace rumbo;
namespace helm = render::helm;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  helm::ChartLimits limits;
  limits.max_bytes = 1 << 20;
  limits.max_files = 200;
  std::vector<helm::ChartFile> files;
  if (auto read = helm::read_chart_archive(bytes, limits)) {
    files = *std::move(read);
  } else if (const auto entries = codec::read_tar(bytes, {.max_entries = 200})) {
    for (const auto& entry : *entries) {
      files.push_back({entry.name.substr(entry.name.find('/') + 1), Value(entry.data)});
    }
  }
  std::vector<std::string> warnings;
  helm::LoadOptions options;
  options.limits = limits;
  static_cast<void>(helm::load_chart(files, options, warnings));
  return 0;
}
