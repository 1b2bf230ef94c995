#include "script/object.h"

#include <vector>

namespace rumbo::script {

void Object::destroy(Object* object) noexcept {
  thread_local std::vector<Object*> pending;
  thread_local bool busy = false;
  pending.push_back(object);
  if (busy) return;
  busy = true;
  while (!pending.empty()) {
    Object* next = pending.back();
    pending.pop_back();
    delete next;
  }
  busy = false;
}

}  // namespace rumbo::script
