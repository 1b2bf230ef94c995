#include "api/outbox.h"

#include <array>
#include <chrono>
#include <fmt/core.h>
#include <utility>

namespace rumbo::api {
namespace {

constexpr std::array<std::pair<int, std::string_view>, 19> kReasons{{
    {200, "OK"},
    {202, "Accepted"},
    {204, "No Content"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {413, "Content Too Large"},
    {415, "Unsupported Media Type"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {507, "Insufficient Storage"},
    {304, "Not Modified"},
}};

std::string_view reason_of(int status) {
  for (const auto& [candidate, reason] : kReasons) {
    if (candidate == status) return reason;
  }
  return "Status";
}

}  // namespace

std::string response_head(const Response& response, long long length, bool chunked,
                          bool keep_alive) {
  std::string out = fmt::format("HTTP/1.1 {} {}\r\n", response.status, reason_of(response.status));
  out += "Content-Type: " + response.content_type + "\r\n";
  // Answers are the state of a moment, and a browser must take them for nothing but what they are.
  out += "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n";
  for (const auto& [name, value] : response.headers) out += name + ": " + value + "\r\n";
  if (length >= 0) out += fmt::format("Content-Length: {}\r\n", length);
  if (chunked) out += "Transfer-Encoding: chunked\r\n";
  if (!keep_alive) out += "Connection: close\r\n";
  out += "\r\n";
  return out;
}

Outbox::Outbox(Options options, Cancel cancel, std::function<void()> wake)
    : options_(std::move(options)), cancel_(std::move(cancel)), wake_(std::move(wake)) {}

void Outbox::begin_locked() {
  if (begun_ || ended_) return;
  begun_ = true;
  Response response;
  response.content_type = options_.content_type;
  waiting_ += response_head(response, -1, options_.chunked, false);
}

void Outbox::append_locked(std::string_view piece) {
  if (piece.empty()) return;  // an empty chunk would end the body
  if (options_.chunked) waiting_ += fmt::format("{:x}\r\n", piece.size());
  waiting_ += piece;
  if (options_.chunked) waiting_ += "\r\n";
}

bool Outbox::write(std::string_view piece) {
  {
    MutexLock lock(mutex_);
    if (options_.when_full == WhenFull::wait) {
      const auto until = std::chrono::steady_clock::now() + options_.patience;
      while (!closed_ && waiting_.size() >= options_.most_bytes) {
        if (room_.wait_until(mutex_, until) == std::cv_status::timeout) break;
      }
    }
    if (closed_ || ended_) return false;
    if (waiting_.size() >= options_.most_bytes) {
      closed_ = cut_ = true;
      waiting_.clear();
      cancel_.cancel();
    } else {
      begin_locked();
      append_locked(piece);
    }
  }
  wake_();
  MutexLock lock(mutex_);
  return !closed_;
}

bool Outbox::refuse(Response response) {
  {
    MutexLock lock(mutex_);
    if (begun_ || ended_) return false;
    begun_ = ended_ = true;
    if (!closed_) {
      waiting_ =
          response_head(response, static_cast<long long>(response.body.size()), false, false) +
          response.body;
    }
  }
  wake_();
  return true;
}

void Outbox::begin() {
  {
    MutexLock lock(mutex_);
    begin_locked();
  }
  wake_();
}

void Outbox::beat() {
  {
    MutexLock lock(mutex_);
    if (ended_ || closed_ || !waiting_.empty()) return;
    begin_locked();
    append_locked(options_.heartbeat);
  }
  wake_();
}

void Outbox::end(bool complete) {
  {
    MutexLock lock(mutex_);
    if (ended_) return;
    if (complete && !closed_) {
      begin_locked();
      if (options_.chunked) waiting_ += "0\r\n\r\n";
    }
    ended_ = true;
  }
  wake_();
}

void Outbox::close() {
  {
    MutexLock lock(mutex_);
    closed_ = true;
    waiting_.clear();
  }
  cancel_.cancel();
  room_.notify_all();
}

Outbox::Batch Outbox::take() {
  Batch batch;
  {
    MutexLock lock(mutex_);
    batch.bytes = std::exchange(waiting_, {});
    batch.last = ended_;
    batch.cut = cut_;
  }
  room_.notify_all();
  return batch;
}

}  // namespace rumbo::api
