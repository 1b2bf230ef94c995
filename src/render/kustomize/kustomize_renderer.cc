// The renderer of applications.
#include "base/strings.h"
#include "render/helm/recorded_host.h"
#include "render/kustomize/kustomize.h"
#include "render/kustomize/remote_locations.h"
#include "render/object_reader.h"

namespace rumbo::render {

Result<InputsNeeded> KustomizeRenderer::inputs_needed(const Snapshot& snapshot,
                                                      const RenderSpec& spec,
                                                      const RenderInputs& inputs) const {
  return kustomize::remote_locations(snapshot, spec.path, inputs,
                                     TRY(kustomize::read_options(spec.options)));
}

Result<Rendered> KustomizeRenderer::render(const Snapshot& snapshot, const RenderSpec& spec,
                                           const RenderInputs& inputs) const {
  auto options = TRY(kustomize::read_options(spec.options));
  helm::RecordedHost host(inputs);
  options.helm.host = &host;
  options.traces = traces_ || inputs.trace;
  options.generates_missing = true;
  auto built = TRY(kustomize::build(snapshot, spec.path, inputs, options));
  Rendered rendered;
  ObjectReader reader;
  for (kustomize::BuiltObject& one : built.objects) {
    Object object;
    object.value = std::move(one.value);
    object.origin = {std::move(one.file), one.line};
    object.fields = std::move(one.fields);
    TRY(reader.add(std::move(object)));
  }
  rendered.manifest.objects = TRY(reader.finish(spec.ns));
  if (options.helm.enabled) rendered.to_record = host.recorded();
  rendered.used_capabilities = built.used_capabilities;
  rendered.manifest.files_read = std::move(built.files_read);
  rendered.warnings = snapshot.warnings();
  for (std::string& warning : built.warnings) rendered.warnings.push_back(std::move(warning));
  for (std::string& warning : reader.take_warnings()) {
    rendered.warnings.push_back(std::move(warning));
  }
  return rendered;
}

}  // namespace rumbo::render
