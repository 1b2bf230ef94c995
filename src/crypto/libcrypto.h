// OpenSSL's library, loaded when the first of its functions is called. Linked in, it is a third of
// the program, and its tables are written at every start although few commands need it.
//
// A source file that calls EVP_sha256 declares `RUMBO_LIBCRYPTO(EVP_sha256)` in its own namespace:
// an object of that name, which hides the function and is called as it is. Threads: any.
#pragma once

#include <atomic>

namespace rumbo::crypto {

/// A function of libcrypto.so.3. Where the library or the function is missing the process ends with
/// a word, as if it had been linked.
void* libcrypto_function(const char* name);

/// What does not depend on the function's type.
class ImportedName {
 protected:
  explicit constexpr ImportedName(const char* name) : name_(name) {}
  void* address() const {
    void* known = address_.load(std::memory_order_acquire);
    if (known == nullptr) {
      known = libcrypto_function(name_);
      address_.store(known, std::memory_order_release);
    }
    return known;
  }

 private:
  const char* name_;
  mutable std::atomic<void*> address_{nullptr};
};

template <class Function>
class Imported;

template <class R, class... A>
class Imported<R(A...)> : ImportedName {
 public:
  explicit constexpr Imported(const char* name) : ImportedName(name) {}
  R operator()(A... arguments) const {
    return reinterpret_cast<R (*)(A...)>(address())(arguments...);
  }
};

template <class R, class... A>
class Imported<R(A..., ...)> : ImportedName {
 public:
  explicit constexpr Imported(const char* name) : ImportedName(name) {}
  template <class... More>
  R operator()(A... arguments, More... more) const {
    return reinterpret_cast<R (*)(A..., ...)>(address())(arguments..., more...);
  }
};

/// For a std::unique_ptr: frees with that function of the library.
template <const auto& Free>
struct FreedBy {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};

#define RUMBO_LIBCRYPTO(name) \
  constinit const ::rumbo::crypto::Imported<decltype(::name)> name(#name);

}  // namespace rumbo::crypto
