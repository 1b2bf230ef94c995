#include "base/value.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <new>

namespace rumbo {

struct Value::Heap {
  mutable std::atomic<std::uint32_t> references{1};
};
struct Value::Text : Heap {
  std::size_t size = 0;

  static const Text* make(std::string_view text) {
    auto* out = new (::operator new(sizeof(Text) + text.size())) Text;
    out->size = text.size();
    std::memcpy(reinterpret_cast<char*>(out + 1), text.data(), text.size());
    return out;
  }
  void destroy() const { ::operator delete(const_cast<Text*>(this)); }
  std::string_view view() const { return {reinterpret_cast<const char*>(this + 1), size}; }
};

namespace {

/// Elements behind their count, as one block with it.
template <class T, class Heap>
struct Row : Heap {
  std::size_t size = 0;

  static const Row* make(std::span<T> elements) {  // moves them
    static_assert(sizeof(Row) % alignof(T) == 0);
    auto* out = new (::operator new(sizeof(Row) + elements.size_bytes())) Row;
    out->size = elements.size();
    std::uninitialized_move(elements.begin(), elements.end(), reinterpret_cast<T*>(out + 1));
    return out;
  }
  void destroy() const {
    std::destroy_n(reinterpret_cast<const T*>(this + 1), size);
    ::operator delete(const_cast<Row*>(this));
  }
  std::span<const T> view() const { return {reinterpret_cast<const T*>(this + 1), size}; }
};

}  // namespace

struct Value::Array : Row<Value, Heap> {};
struct Value::Members : Row<Member, Heap> {};

namespace {

constexpr std::size_t kInlineText = 14;

const Value& null_value() {
  static const Value null;
  return null;
}

bool key_less(const Member& member, std::string_view key) {
  return member.key() < key;
}

}  // namespace

Value::Value(bool b) noexcept : Value() {
  raw_[0] = static_cast<unsigned char>(Kind::boolean);
  raw_[8] = b ? 1 : 0;
}

Value::Value(double d) noexcept : Value() {
  raw_[0] = static_cast<unsigned char>(Kind::real);
  std::memcpy(raw_ + 8, &d, sizeof d);
}

Value::Value(std::string_view text) : Value() {
  if (text.size() <= kInlineText) {
    raw_[0] = static_cast<unsigned char>(Kind::string);
    raw_[1] = static_cast<unsigned char>(text.size());
    if (!text.empty()) std::memcpy(raw_ + 2, text.data(), text.size());
  } else {
    set_heap(Kind::string, Text::make(text));
  }
}

Value::Value(const Value& other) noexcept {
  std::memcpy(raw_, other.raw_, sizeof raw_);
  if (on_heap()) heap()->references.fetch_add(1, std::memory_order_relaxed);
}

Value::Value(Value&& other) noexcept {
  std::memcpy(raw_, other.raw_, sizeof raw_);
  std::memset(other.raw_, 0, sizeof other.raw_);
}

Value& Value::operator=(const Value& other) noexcept {
  Value copy(other);
  return *this = std::move(copy);
}

Value& Value::operator=(Value&& other) noexcept {
  if (this != &other) {
    unsigned char old[sizeof raw_];
    std::memcpy(old, raw_, sizeof raw_);
    std::memcpy(raw_, other.raw_, sizeof raw_);
    std::memcpy(other.raw_, old, sizeof raw_);
    other.release();
    std::memset(other.raw_, 0, sizeof other.raw_);
  }
  return *this;
}

void Value::set_integer(std::int64_t number) noexcept {
  std::memset(raw_, 0, sizeof raw_);
  raw_[0] = static_cast<unsigned char>(Kind::integer);
  std::memcpy(raw_ + 8, &number, sizeof number);
}

void Value::set_unsigned(std::uint64_t number) noexcept {
  if (number <= static_cast<std::uint64_t>(INT64_MAX)) {
    set_integer(static_cast<std::int64_t>(number));
    return;
  }
  std::memset(raw_, 0, sizeof raw_);
  raw_[0] = static_cast<unsigned char>(Kind::unsigned_integer);
  std::memcpy(raw_ + 8, &number, sizeof number);
}

void Value::set_heap(Kind kind, const Heap* heap) noexcept {
  raw_[0] = static_cast<unsigned char>(kind);
  raw_[1] = kHeap;
  const void* const pointer = heap;
  std::memcpy(raw_ + 8, &pointer, sizeof pointer);
}

const Value::Heap* Value::heap() const noexcept {
  const void* pointer = nullptr;
  std::memcpy(&pointer, raw_ + 8, sizeof pointer);
  return static_cast<const Heap*>(pointer);
}

void Value::release() noexcept {
  if (!on_heap()) return;
  const Heap* held = heap();
  if (held->references.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  switch (kind()) {
    case Kind::string:
      static_cast<const Text*>(held)->destroy();
      break;
    case Kind::array:
      static_cast<const Array*>(held)->destroy();
      break;
    default:
      static_cast<const Members*>(held)->destroy();
      break;
  }
}

Value Value::array(std::vector<Value> items) {
  Value out;
  out.set_heap(Kind::array, Array::make(items));
  return out;
}

Value Value::object() {
  return object(std::vector<Member>());
}

Value Value::object(std::vector<Member> members) {
  const auto by_key = [](const Member& a, const Member& b) { return a.key() < b.key(); };
  if (!std::is_sorted(members.begin(), members.end(), by_key)) {
    std::stable_sort(members.begin(), members.end(), by_key);
  }
  // Of equal keys the last wins: keep the last of each run.
  auto out_at = members.begin();
  for (auto it = members.begin(); it != members.end(); ++it) {
    const auto next = std::next(it);
    if (next != members.end() && next->key() == it->key()) continue;
    if (out_at != it) *out_at = std::move(*it);
    ++out_at;
  }
  Value out;
  out.set_heap(Kind::object, Members::make(std::span(members.begin(), out_at)));
  return out;
}

Value Value::object(std::initializer_list<Member> members) {
  return object(std::vector<Member>(members));
}

bool Value::as_bool(bool fallback) const noexcept {
  return is_bool() ? raw_[8] != 0 : fallback;
}

std::int64_t Value::as_int(std::int64_t fallback) const noexcept {
  if (kind() != Kind::integer) return fallback;
  std::int64_t number = 0;
  std::memcpy(&number, raw_ + 8, sizeof number);
  return number;
}

std::uint64_t Value::as_uint(std::uint64_t fallback) const noexcept {
  if (kind() != Kind::integer && kind() != Kind::unsigned_integer) return fallback;
  if (kind() == Kind::integer && as_int() < 0) return fallback;
  std::uint64_t number = 0;
  std::memcpy(&number, raw_ + 8, sizeof number);
  return number;
}

double Value::as_double(double fallback) const noexcept {
  switch (kind()) {
    case Kind::integer:
      return static_cast<double>(as_int());
    case Kind::unsigned_integer:
      return static_cast<double>(as_uint());
    case Kind::real: {
      double number = 0;
      std::memcpy(&number, raw_ + 8, sizeof number);
      return number;
    }
    default:
      return fallback;
  }
}

std::string_view Value::as_string(std::string_view fallback) const& noexcept {
  if (!is_string()) return fallback;
  if (on_heap()) return static_cast<const Text*>(heap())->view();
  return {reinterpret_cast<const char*>(raw_ + 2), raw_[1]};
}

std::span<const Value> Value::items() const noexcept {
  if (!is_array()) return {};
  return static_cast<const Array*>(heap())->view();
}

std::span<const Member> Value::members() const noexcept {
  if (!is_object()) return {};
  return static_cast<const Members*>(heap())->view();
}

std::size_t Value::size() const noexcept {
  if (is_array()) return items().size();
  return members().size();
}

const Value* Value::find(std::string_view key) const noexcept {
  const auto all = members();
  const auto it = std::lower_bound(all.begin(), all.end(), key, key_less);
  if (it == all.end() || it->key() != key) return nullptr;
  return &it->value;
}

const Value& Value::operator[](std::string_view key) const noexcept {
  const Value* found = find(key);
  return found != nullptr ? *found : null_value();
}

const Value& Value::operator[](std::size_t index) const noexcept {
  const auto all = items();
  return index < all.size() ? all[index] : null_value();
}

Value Value::with(std::string_view key, Value value) const {
  const auto all = members();
  std::vector<Member> copy;
  copy.reserve(all.size() + 1);
  const auto it = std::lower_bound(all.begin(), all.end(), key, key_less);
  copy.insert(copy.end(), all.begin(), it);
  copy.emplace_back(key, std::move(value));
  copy.insert(copy.end(), it != all.end() && it->key() == key ? std::next(it) : it, all.end());
  return object(std::move(copy));
}

Value Value::without(std::string_view key) const {
  if (!contains(key)) return *this;
  std::vector<Member> copy;
  copy.reserve(size());
  for (const Member& member : members()) {
    if (member.key() != key) copy.push_back(member);
  }
  return object(std::move(copy));
}

Value Value::with_path(std::span<const std::string_view> path, Value value) const {
  if (path.empty()) return value;
  return with(path[0], (*this)[path[0]].with_path(path.subspan(1), std::move(value)));
}

bool Value::equals(const Value& other) const noexcept {
  if (same(other)) return true;
  if (kind() != other.kind()) return false;
  switch (kind()) {
    case Kind::string:
      return as_string() == other.as_string();
    case Kind::real:
      return as_double() == other.as_double();
    case Kind::array: {
      const auto a = items();
      const auto b = other.items();
      return std::equal(a.begin(), a.end(), b.begin(), b.end());
    }
    case Kind::object: {
      const auto a = members();
      const auto b = other.members();
      return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                        [](const Member& x, const Member& y) {
                          return x.key() == y.key() && x.value == y.value;
                        });
    }
    default:
      return false;  // equal scalars have equal bytes, found by same()
  }
}

std::string_view to_string(Value::Kind kind) {
  switch (kind) {
    case Value::Kind::null:
      return "null";
    case Value::Kind::boolean:
      return "boolean";
    case Value::Kind::integer:
    case Value::Kind::unsigned_integer:
      return "integer";
    case Value::Kind::real:
      return "number";
    case Value::Kind::string:
      return "string";
    case Value::Kind::array:
      return "array";
    case Value::Kind::object:
      return "object";
  }
  return "unknown";
}

}  // namespace rumbo
