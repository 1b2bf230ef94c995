// RawClient: a socket that sends what it is told, well-formed or not.
#pragma once

#include <string>
#include <string_view>

namespace rumbo::apitest {

class RawClient {
 public:
  explicit RawClient(const std::string& path);
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  bool connected() const { return fd_ >= 0; }
  /// False if the server closed.
  bool send(std::string_view bytes);
  /// Reads until the text is in what was received, the server closes, or ten seconds pass; all that
  /// was received.
  std::string read_until(std::string_view text);
  /// Until the server closes.
  std::string read_all() { return read_until({}); }
  void close();

 private:
  int fd_ = -1;
  std::string received_;
};

/// A directory that is removed with all in it.
class TempDirectory {
 public:
  TempDirectory();
  ~TempDirectory();
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace rumbo::apitest
