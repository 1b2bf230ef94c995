#include "render/kustomize/build.h"

#include "render/kustomize/resource.h"

namespace rumbo::render::kustomize {

struct ResourceStore {
  std::deque<Resource> all;
};

Build::Build(const Snapshot& tree, const RenderInputs& inputs, Options options)
    : tree_(tree),
      inputs_(inputs),
      options_(std::move(options)),
      tracer_(options_.traces ? std::make_unique<Tracer>() : nullptr),
      resources_(std::make_unique<ResourceStore>()) {}

Build::~Build() = default;

Resource* Build::make_resource(Node* node) {
  Resource& made = resources_->all.emplace_back();
  made.node = node;
  return &made;
}

void Build::warn(std::string warning) {
  constexpr std::size_t kMost = 1000;
  if (warnings_.size() < kMost) warnings_.push_back(std::move(warning));
}

Result<> Build::enter_directory() {
  TRY(arena_.check());
  if (++directories_ <= kMostDirectories) return {};
  return fail(
      Error(Code::too_large, "more than 2000 kustomizations are built into one")
          .with_hint("look for bases or components that include each other again and again"));
}

}  // namespace rumbo::render::kustomize
