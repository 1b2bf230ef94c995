#include "app/pins_file.h"

#include "codec/yaml.h"

namespace rumbo::app {
namespace {

constexpr std::uint64_t kMostBytes = 1ull << 20;

Result<Pin> pin_of(const codec::YamlNode& entry, const std::string& path) {
  Pin pin{entry.value["location"].str(), entry.value["id"].str(), entry.value["name"].str()};
  if (!pin.location.empty() && !pin.id.empty()) return pin;
  return fail(Error(Code::invalid, "a pin needs `location` and `id`")
                  .at(entry.location(path))
                  .with_hint("remove the file to have it written anew"));
}

}  // namespace

Result<std::vector<Pin>> read_pins(io::FileSystem& files, const std::string& path) {
  const auto text = files.read_all(path, kMostBytes);
  if (!text && text.error().code() == Code::not_found) return std::vector<Pin>();
  if (!text) return fail(Error(text.error()));
  std::vector<Pin> pins;
  for (const codec::YamlNode& document : TRY(codec::parse_yaml(*text, path))) {
    const codec::YamlNode* list = document.is_mapping() ? document.find("remotes") : nullptr;
    if (list == nullptr) {
      return fail(Error(Code::invalid, "expected a map with `remotes`")
                      .at(document.location(path))
                      .with_hint("remove the file to have it written anew"));
    }
    for (const codec::YamlNode& entry : list->items()) pins.push_back(TRY(pin_of(entry, path)));
  }
  return pins;
}

Result<> write_pins(io::FileSystem& files, const std::string& path, const std::vector<Pin>& pins) {
  std::vector<Value> list;
  for (const Pin& pin : pins) {
    list.push_back(Value::object({{"location", pin.location}, {"id", pin.id}, {"name", pin.name}}));
  }
  const std::string text =
      "# Written by `rumbo render --pins`: what the overlay's remote locations stand for.\n" +
      codec::emit_yaml(Value::object({{"remotes", Value::array(std::move(list))}}));
  if (const auto before = files.read_all(path, kMostBytes); before && *before == text) return {};
  return files.write_atomic(path, text, 0644);
}

}  // namespace rumbo::app
