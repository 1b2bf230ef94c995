// Value: an immutable JSON-like tree, 16 bytes a node, shared by reference count.
//
// Copies are O(1) and share subtrees, so a plan over 100,000 objects costs what its differences
// cost. Objects keep their members sorted by key (bytewise), as encoding/json and sigs.k8s.io/yaml
// print them: digests and diffs are stable. Strings up to 14 bytes live in the node itself.
//
// Threads: a Value may be read and copied from any thread; there is no mutation.
#pragma once

#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace rumbo {

class Value;
struct Member;

class Value {
 public:
  enum class Kind : std::uint8_t {
    null,
    boolean,
    integer,           ///< int64
    unsigned_integer,  ///< uint64 above the int64 range
    real,              ///< IEEE double
    string,
    array,
    object,
  };

  Value() noexcept { std::memset(raw_, 0, sizeof raw_); }
  Value(std::nullptr_t) noexcept : Value() {}
  Value(bool b) noexcept;  // NOLINT(google-explicit-constructor): literals read as JSON
  Value(double d) noexcept;
  Value(const char* text) : Value(std::string_view(text)) {}
  Value(const std::string& text) : Value(std::string_view(text)) {}
  Value(std::string_view text);
  template <class T>
    requires(std::is_integral_v<T> && !std::is_same_v<T, bool>)
  Value(T number) noexcept {
    if constexpr (std::is_signed_v<T>) {
      set_integer(static_cast<std::int64_t>(number));
    } else {
      set_unsigned(static_cast<std::uint64_t>(number));
    }
  }
  Value(const Value& other) noexcept;
  Value(Value&& other) noexcept;
  Value& operator=(const Value& other) noexcept;
  Value& operator=(Value&& other) noexcept;
  ~Value() { release(); }

  /// An array of these elements.
  static Value array(std::vector<Value> items = {});
  /// An object of these members; sorted here; of equal keys the last wins.
  static Value object();
  static Value object(std::vector<Member> members);
  static Value object(std::initializer_list<Member> members);

  Kind kind() const noexcept { return static_cast<Kind>(raw_[0]); }
  bool is_null() const noexcept { return kind() == Kind::null; }
  bool is_bool() const noexcept { return kind() == Kind::boolean; }
  bool is_integer() const noexcept { return kind() == Kind::integer; }
  bool is_number() const noexcept {
    return kind() == Kind::integer || kind() == Kind::unsigned_integer || kind() == Kind::real;
  }
  bool is_string() const noexcept { return kind() == Kind::string; }
  bool is_array() const noexcept { return kind() == Kind::array; }
  bool is_object() const noexcept { return kind() == Kind::object; }

  // The readers below return the fallback when the value is of another kind: code that must tell
  // the difference asks kind() first.
  bool as_bool(bool fallback = false) const noexcept;
  std::int64_t as_int(std::int64_t fallback = 0) const noexcept;
  std::uint64_t as_uint(std::uint64_t fallback = 0) const noexcept;
  double as_double(double fallback = 0) const noexcept;
  /// Valid as long as this Value (or a copy for strings over 14 bytes) lives.
  std::string_view as_string(std::string_view fallback = {}) const& noexcept;
  std::string_view as_string(std::string_view fallback = {}) && = delete;  // would dangle
  std::string str(std::string_view fallback = {}) const { return std::string(as_string(fallback)); }

  /// Elements of an array or members of an object; 0 for scalars.
  std::size_t size() const noexcept;
  bool empty() const noexcept { return size() == 0; }
  /// Elements of an array; empty for other kinds.
  std::span<const Value> items() const noexcept;
  /// Members of an object in key order; empty for other kinds.
  std::span<const Member> members() const noexcept;

  /// The member's value, or nullptr if this is no object or has no such member.
  const Value* find(std::string_view key) const noexcept;
  /// The member's value or a shared null: `v["spec"]["replicas"].as_int(1)`.
  const Value& operator[](std::string_view key) const noexcept;
  const Value& operator[](const char* key) const noexcept { return (*this)[std::string_view(key)]; }
  const Value& operator[](std::size_t index) const noexcept;
  const Value& operator[](int index) const noexcept {
    return (*this)[static_cast<std::size_t>(index)];
  }
  bool contains(std::string_view key) const noexcept { return find(key) != nullptr; }

  /// A copy of this object with one member set (null counts as an empty object).
  Value with(std::string_view key, Value value) const;
  /// A copy of this object without that member.
  Value without(std::string_view key) const;
  /// A copy with the value at a path of keys set, creating objects on the way.
  Value with_path(std::span<const std::string_view> path, Value value) const;
  Value with_path(std::initializer_list<std::string_view> path, Value value) const {
    return with_path(std::span(path.begin(), path.size()), std::move(value));
  }

  /// Structural equality. 1 and 1.0 differ; an integer equals the same unsigned integer.
  friend bool operator==(const Value& a, const Value& b) noexcept { return a.equals(b); }
  /// True if both share the same storage (a fast "unchanged").
  bool same(const Value& other) const noexcept {
    return std::memcmp(raw_, other.raw_, sizeof raw_) == 0;
  }

 private:
  struct Heap;
  struct Text;
  struct Array;
  struct Members;

  void set_integer(std::int64_t number) noexcept;
  void set_unsigned(std::uint64_t number) noexcept;
  void set_heap(Kind kind, const Heap* heap) noexcept;
  const Heap* heap() const noexcept;
  bool on_heap() const noexcept { return raw_[0] >= 5 && raw_[1] == kHeap; }
  void release() noexcept;
  bool equals(const Value& other) const noexcept;

  static constexpr unsigned char kHeap = 0xff;  // raw_[1]: on the heap; else the inline length
  // raw_[0] kind · raw_[1] inline length or kHeap · strings: bytes 2..15 · else payload at 8..15
  alignas(8) unsigned char raw_[16];
};

/// One member of an object. The key is a string Value, so long keys are shared too.
struct Member {
  Value name;
  Value value;
  Member(std::string_view key, Value v) : name(key), value(std::move(v)) {}
  std::string_view key() const noexcept { return name.as_string(); }
};

std::string_view to_string(Value::Kind kind);

}  // namespace rumbo
