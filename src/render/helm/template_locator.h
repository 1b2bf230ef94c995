// TemplateLocator: where the fields of an object that Helm rendered come from: the line of the
// template, and the value it puts in.
//
// Templates leave no trace in what they print, so the line is found again by its text: the same
// line, else the nearest one with the field's name.
//
// Threads: immutable.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "model/object.h"

namespace rumbo::render::helm {

/// What templates were rendered with. Texts by file name, the weaker files first.
struct ValueSources {
  std::vector<std::pair<std::string, std::string>> files;
  std::vector<std::string> set;  ///< `--set` and its like: "a.b=c"
};

class TemplateLocator : public Locator {
 public:
  /// `rendered` finds fields in the printed text. An empty `source`: the template's text is not
  /// known.
  TemplateLocator(std::shared_ptr<const Locator> rendered, std::string printed, std::string file,
                  std::string source, std::shared_ptr<const ValueSources> values);
  ~TemplateLocator() override;

  Location locate(std::string_view pointer) const override;
  std::vector<Layer> layers(std::string_view pointer) const override;

 private:
  int template_line(std::string_view pointer) const;

  const std::shared_ptr<const Locator> rendered_;
  const std::string printed_, file_, source_;
  const std::vector<std::string_view> printed_lines_, source_lines_;
  const std::shared_ptr<const ValueSources> values_;
};

}  // namespace rumbo::render::helm
