// Record: a Go struct inside a template, made of fields that do not change.
//
// Threads: one at a time.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "script/native.h"

namespace rumbo::render::helm {

class Record final : public script::Native {
 public:
  struct Field {
    std::string name;
    script::Any value;
  };

  Record(const script::Type& type, std::vector<Field> fields)
      : type_(type), fields_(std::move(fields)) {}

  /// What String() of the pointer to it says: seen where the field itself is printed.
  void set_text(std::string text) { text_ = std::move(text); }
  /// How %v prints it.
  void set_printed(std::string printed) { printed_ = std::move(printed); }
  /// What encoding/json makes of it, in the order of the struct's fields.
  void set_json(std::vector<Field> members) { json_ = std::move(members); }
  void set_unexported(std::string name) { unexported_ = std::move(name); }

  const script::Type& type() const override { return type_; }
  std::optional<script::Any> field(std::string_view name) const override;
  std::optional<std::string> printed() const override { return text_; }
  std::string print_struct() const override { return printed_; }
  Value to_value() const override;
  std::optional<std::vector<std::pair<std::string, script::Any>>> json_members() const override;
  bool unexported(std::string_view name) const override { return name == unexported_; }

 private:
  const script::Type& type_;
  std::vector<Field> fields_;
  std::optional<std::string> text_;
  std::string printed_ = "{}";
  std::vector<Field> json_;
  std::string unexported_;
};

}  // namespace rumbo::render::helm
