// Remote locations as kustomizations write them: reading one never crashes, its path never leads
// out of the repository, and what git gets is no option.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "render/kustomize/remote.h"
#include "source/git_url.h"

using namespace rumbo;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto remote = render::kustomize::parse_remote(text);
  if (!remote) return 0;
  if (remote->path.starts_with("../") || remote->path == "..") std::abort();
  const auto url = source::parse_git_url(remote->repository);
  if (url && url->remote.starts_with('-')) std::abort();
  return 0;
}
