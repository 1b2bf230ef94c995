// NodeArena: where the nodes of one text live, side by side, until all go at once. A chart has
// a hundred thousand of them, and most renders end before any is looked at a second time.
//
// Threads: one at a time while parsing; what was made may be read by any.
#pragma once

#include <algorithm>
#include <memory_resource>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

namespace rumbo::script {

class NodeArena {
 public:
  /// `text_size` is that of the text to be parsed, for a good guess at the first piece of memory.
  explicit NodeArena(std::size_t text_size) : memory_(text_size * kBytesPerByte + kSmallest) {}

  /// An object that needs no destructor.
  template <class T, class... Arguments>
  T* make(Arguments&&... arguments) {
    static_assert(std::is_trivially_destructible_v<T>);
    return std::pmr::polymorphic_allocator<>(&memory_).new_object<T>(
        std::forward<Arguments>(arguments)...);
  }

  /// A copy of the items.
  template <class T>
  std::span<const T> copy(std::span<const T> items) {
    static_assert(std::is_trivially_copyable_v<T>);
    if (items.empty()) return {};
    T* const place = std::pmr::polymorphic_allocator<>(&memory_).allocate_object<T>(items.size());
    std::copy(items.begin(), items.end(), place);
    return {place, items.size()};
  }
  std::string_view copy(std::string_view text) {
    const auto copied = copy(std::span<const char>(text));
    return {copied.data(), copied.size()};
  }

 private:
  static constexpr std::size_t kBytesPerByte = 2;
  static constexpr std::size_t kSmallest = 256;

  std::pmr::monotonic_buffer_resource memory_;
};

}  // namespace rumbo::script
