// ObjectReader: turns YAML and JSON files into checked objects of one manifest.
//
// Threads: from one at a time.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "codec/yaml.h"
#include "model/object.h"

namespace rumbo::render {

class ObjectReader {
 public:
  static constexpr std::size_t kMaxObjects = 20'000;

  /// Reads every document of a file; lists become their items.
  Result<> read(const std::string& file, std::string_view text);

  /// Takes an object that was made elsewhere.
  Result<> add(Object object);

  /// The objects in the order read, with `ns` set on namespaced ones that name no namespace.
  /// Duplicates are an error that names both places. Ends this reader.
  Result<std::vector<Object>> finish(std::string_view ns);

  std::vector<std::string> take_warnings() { return std::move(warnings_); }

 private:
  Result<> read_object(const std::string& file, const codec::YamlNode& node, int depth,
                       const Value& list);
  Result<> read_list(const std::string& file, const codec::YamlNode& node, int depth);
  void place(Object& object, std::string_view ns);

  std::vector<Object> objects_;
  std::set<std::pair<std::string, std::string>> cluster_kinds_;  ///< from definitions among them
  std::vector<std::string> warnings_;
};

}  // namespace rumbo::render
