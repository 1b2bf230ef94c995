#include "app/print_objects.h"

#include <string>

#include "codec/diff.h"
#include "model/object.h"

namespace rumbo::app {

void print_objects(const Session& session, const std::vector<Value>& objects) {
  const bool open = session.invocation().has("show-secrets");
  std::vector<Value> items;
  std::string names;
  for (const Value& object : objects) {
    items.push_back(open ? object : codec::mask_secret(object));
    names += key_of(object).to_string() + "\n";
  }
  if (session.format() == Format::name) {
    session.print(names);
    return;
  }
  session.print_value(Value::object(
      {{"apiVersion", "v1"}, {"kind", "List"}, {"items", Value::array(std::move(items))}}));
}

}  // namespace rumbo::app
