// The one file that knows Boost.Beast. Everything in Connection and the connection set happens on
// the I/O thread; other threads reach it by post().
#include "api/server.h"

#include <atomic>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <set>
#include <thread>
#include <unistd.h>

#include "api/error_body.h"
#include "api/local_socket.h"
#include "api/outbox.h"
#include "api/worker_pool.h"
#include "base/guarded.h"
#include "base/log.h"
#include "base/strings.h"

namespace rumbo::api {
namespace {

namespace net = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using ErrorCode = boost::system::error_code;

/// Local now and TCP later are the same to a Connection.
using Socket = net::generic::stream_protocol::socket;
using SocketStream = beast::basic_stream<net::generic::stream_protocol>;

constexpr Duration kLinger = 2s;
constexpr std::size_t kMostDiscarded = 8u << 20;
constexpr Duration kAcceptPause = 100ms;

Response busy(const char* what) {
  Response response = error_response(Error(Code::unavailable, what, Retry::later));
  response.headers.emplace_back("Retry-After", "1");
  return response;
}

/// What to tell a client whose request could not be read; nullopt if it is gone.
std::optional<Response> refusal_of(const ErrorCode& error) {
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    return error_response(Error(Code::too_large, "the request's header is too large"), 431);
  }
  if (error == http::error::body_limit) {
    return error_response(Error(Code::too_large, "the request's body is too large"));
  }
  const bool malformed = error.category() == make_error_code(http::error::bad_value).category();
  if (!malformed || error == http::error::end_of_stream || error == http::error::partial_message) {
    return std::nullopt;
  }
  return error_response(Error(Code::invalid, "this is no HTTP request: " + error.message()));
}

/// The handler's answer, whatever it throws.
Reply answer_of(const Handler& handler, const Request& request) {
  try {
    return handler(request);
  } catch (const std::exception& e) {
    log(LogLevel::error, "api", "{} {} failed: {}", request.method, printable(request.target, 200),
        e.what());
    return error_response(Error(Code::internal, std::string("the request failed: ") + e.what()));
  }
}

bool run_stream(const StreamReply& reply, Stream& out) {
  try {
    reply.run(out);
    return true;
  } catch (const std::exception& e) {
    log(LogLevel::error, "api", "a streamed answer failed: {}", e.what());
    return false;
  }
}

}  // namespace

struct Server::Parts {
  class Connection;

  Parts(ServerOptions chosen, Handler answers)
      : options(std::move(chosen)),
        handler(std::move(answers)),
        workers(options.workers, options.most_waiting),
        streams(options.most_streams, 0) {}

  void accept();
  void accepted(net::local::stream_protocol::socket socket);
  void add(const std::shared_ptr<Connection>& connection);
  void remove(const std::shared_ptr<Connection>& connection);

  const ServerOptions options;
  const Handler handler;
  net::io_context io{1};
  net::local::stream_protocol::acceptor acceptor{io};
  net::steady_timer accept_pause{io};
  std::set<std::shared_ptr<Connection>> connections;
  bool stopping = false;
  Mutex mutex;
  Condition drained;
  std::size_t open GUARDED_BY(mutex) = 0;  ///< connections.size(), for stop()
  bool stopped GUARDED_BY(mutex) = false;
  std::thread thread;
  // Destroyed first: jobs post to io.
  WorkerPool workers;
  WorkerPool streams;
};

/// One client: reads a request, has it answered, sends the answer, and so on.
class Server::Parts::Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Parts& server, Socket socket, std::optional<Peer> peer)
      : server_(server),
        stream_(std::move(socket)),
        buffer_(server.options.most_header_bytes + (64u << 10)),
        beat_(server.io),
        peer_(peer) {}

  void read() {
    state_ = State::reading;
    parser_.emplace();
    parser_->header_limit(server_.options.most_header_bytes);
    parser_->body_limit(server_.options.most_body_bytes);
    stream_.expires_after(server_.options.idle_timeout);
    http::async_read_header(
        stream_, buffer_, *parser_,
        [self = shared_from_this()](ErrorCode error, std::size_t) { self->read_body(error); });
  }

  void send(const Response& response, bool keep_alive) {
    state_ = State::writing;
    keep_alive = keep_alive && !server_.stopping;
    out_ = response_head(response, static_cast<long long>(response.body.size()), false, keep_alive);
    if (!head_only_) out_ += response.body;
    stream_.expires_after(server_.options.write_timeout);
    net::async_write(stream_, net::buffer(out_),
                     [self = shared_from_this(), keep_alive](ErrorCode error, std::size_t) {
                       if (error) return self->close();
                       if (keep_alive && !self->server_.stopping) return self->read();
                       self->linger();
                     });
  }

  /// The server stops: whoever waits for nothing is closed.
  void wind_down() {
    if (state_ == State::reading) return close();
    if (outbox_ != nullptr) outbox_->cancel().cancel();
  }

  void close() {
    if (state_ == State::closed) return;
    state_ = State::closed;
    if (outbox_ != nullptr) outbox_->close();
    beat_.cancel();
    stream_.close();
    server_.remove(shared_from_this());
  }

 private:
  enum class State { reading, working, streaming, writing, lingering, closed };

  void read_body(ErrorCode error) {
    if (error) return refuse(error);
    stream_.expires_after(server_.options.request_timeout);
    http::async_read(stream_, buffer_, *parser_,
                     [self = shared_from_this()](ErrorCode failed, std::size_t) {
                       if (failed) return self->refuse(failed);
                       self->dispatch();
                     });
  }

  void refuse(ErrorCode error) {
    const auto response = refusal_of(error);
    if (!response) return close();
    head_only_ = false;
    send(*response, false);
  }

  void dispatch() {
    state_ = State::working;
    stream_.expires_never();
    auto& message = parser_->get();
    const auto request = std::make_shared<Request>();
    request->method = std::string(message.method_string());
    request->target = std::string(message.target());
    for (const auto& field : message) {
      request->headers.emplace_back(to_lower(std::string(field.name_string())),
                                    std::string(field.value()));
    }
    request->body = std::move(message.body());
    request->peer = peer_;
    keep_alive_ = message.keep_alive();
    head_only_ = message.method() == http::verb::head;
    chunked_ = message.version() >= 11;
    const bool taken = server_.workers.submit([self = shared_from_this(), request] {
      auto reply = std::make_shared<Reply>(answer_of(self->server_.handler, *request));
      net::post(self->server_.io, [self, reply] { self->reply(std::move(*reply)); });
    });
    if (!taken) send(busy("too many requests wait for an answer"), keep_alive_);
  }

  void reply(Reply reply) {
    if (state_ == State::closed) return;
    if (auto* response = std::get_if<Response>(&reply)) return send(*response, keep_alive_);
    start_stream(std::move(std::get<StreamReply>(reply)));
  }

  void start_stream(StreamReply reply) {
    Outbox::Options limits{reply.content_type,
                           reply.heartbeat,
                           reply.when_full,
                           chunked_,
                           server_.options.most_buffered,
                           server_.options.patience};
    const auto outbox =
        std::make_shared<Outbox>(std::move(limits), Cancel(), [weak = weak_from_this()] {
          if (const auto self = weak.lock()) self->wake();
        });
    const auto job = std::make_shared<StreamReply>(std::move(reply));
    if (!server_.streams.submit([outbox, job] { outbox->end(run_stream(*job, *outbox)); })) {
      return send(busy("too many streams are open"), keep_alive_);
    }
    state_ = State::streaming;
    outbox_ = outbox;
    if (server_.stopping) outbox_->cancel().cancel();
    if (job->begin_at_once) outbox_->begin();
    watch();
    schedule_beat();
    pump();
  }

  /// From any thread. One pump on its way is enough.
  void wake() {
    if (waking_.exchange(true)) return;
    net::post(server_.io, [self = shared_from_this()] {
      self->waking_ = false;
      self->pump();
    });
  }

  void pump() {
    if (state_ != State::streaming || writing_) return;
    Outbox::Batch batch = outbox_->take();
    if (batch.cut) {
      log(LogLevel::warn, "api", "a client that reads too slowly was cut");
      return close();
    }
    if (batch.bytes.empty()) {
      if (batch.last) linger();
      return;
    }
    writing_ = true;
    out_ = std::move(batch.bytes);
    stream_.expires_after(server_.options.write_timeout);
    schedule_beat();
    net::async_write(stream_, net::buffer(out_),
                     [self = shared_from_this()](ErrorCode error, std::size_t) {
                       self->writing_ = false;
                       if (error) return self->close();
                       self->pump();
                     });
  }

  /// Reads on while nothing is expected: the only way to hear that a client left.
  void watch() {
    watching_ = true;
    stream_.expires_never();
    stream_.async_read_some(net::buffer(scratch_),
                            [self = shared_from_this()](ErrorCode error, std::size_t size) {
                              if (self->state_ == State::closed) return;
                              self->discarded_ += size;
                              if (error || self->discarded_ > kMostDiscarded) return self->close();
                              self->watch();
                            });
  }

  void schedule_beat() {
    beat_.expires_after(server_.options.heartbeat);
    beat_.async_wait([self = shared_from_this()](ErrorCode error) {
      if (error || self->state_ != State::streaming) return;
      self->outbox_->beat();
      self->schedule_beat();
    });
  }

  /// Closing at once could take the answer from a client that is still sending.
  void linger() {
    state_ = State::lingering;
    if (outbox_ != nullptr) outbox_->close();
    ErrorCode ignored;
    stream_.socket().shutdown(Socket::shutdown_send, ignored);
    beat_.expires_after(kLinger);
    beat_.async_wait([self = shared_from_this()](ErrorCode error) {
      if (!error) self->close();
    });
    if (!watching_) watch();
  }

  Parts& server_;
  SocketStream stream_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  net::steady_timer beat_;
  const std::optional<Peer> peer_;
  State state_ = State::reading;
  bool keep_alive_ = false;
  bool head_only_ = false;
  bool chunked_ = true;
  bool writing_ = false;
  bool watching_ = false;
  std::atomic<bool> waking_{false};
  std::shared_ptr<Outbox> outbox_;
  std::string out_;
  std::array<char, 4096> scratch_{};
  std::size_t discarded_ = 0;
};

void Server::Parts::accept() {
  acceptor.async_accept([this](ErrorCode error, net::local::stream_protocol::socket socket) {
    if (error == net::error::operation_aborted || !acceptor.is_open()) return;
    if (!error) {
      accepted(std::move(socket));
      return accept();
    }
    // Out of descriptors, most likely: those who are served must leave first.
    log(LogLevel::warn, "api", "a connection was not accepted: {}", error.message());
    accept_pause.expires_after(kAcceptPause);
    accept_pause.async_wait([this](ErrorCode cancelled) {
      if (!cancelled) accept();
    });
  });
}

void Server::Parts::accepted(net::local::stream_protocol::socket socket) {
  const auto peer = peer_of(socket.native_handle());
  const Result<> allowed = peer ? authorize(*peer, ::geteuid()) : fail(peer.error());
  const auto connection = std::make_shared<Connection>(
      *this, Socket(std::move(socket)), peer ? std::optional<Peer>(*peer) : std::nullopt);
  const bool full = connections.size() >= options.most_connections;
  add(connection);
  if (!allowed) return connection->send(error_response(allowed.error()), false);
  if (full) return connection->send(busy("too many connections are open"), false);
  connection->read();
}

void Server::Parts::add(const std::shared_ptr<Connection>& connection) {
  connections.insert(connection);
  MutexLock lock(mutex);
  open = connections.size();
}

void Server::Parts::remove(const std::shared_ptr<Connection>& connection) {
  connections.erase(connection);
  {
    MutexLock lock(mutex);
    open = connections.size();
  }
  drained.notify_all();
}

Server::Server(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Result<std::unique_ptr<Server>> Server::start(ServerOptions options, Handler handler) {
  const int listening = TRY(listen_local(options.socket_path));
  auto parts = std::make_unique<Parts>(std::move(options), std::move(handler));
  ErrorCode error;
  parts->acceptor.assign(net::local::stream_protocol(), listening, error);
  if (error) {
    ::close(listening);
    return fail(Code::unavailable, "the socket cannot be served: " + error.message());
  }
  parts->accept();
  parts->thread = std::thread([&p = *parts] {
    const auto work = net::make_work_guard(p.io);
    p.io.run();
  });
  return std::unique_ptr<Server>(new Server(std::move(parts)));
}

void Server::stop(Duration grace) {
  Parts& p = *parts_;
  {
    MutexLock lock(p.mutex);
    if (std::exchange(p.stopped, true)) return;
  }
  // Removed first: whoever comes now sees that there is no daemon.
  ::unlink(p.options.socket_path.c_str());
  const auto each = [&p](void (Parts::Connection::*act)()) {
    const auto connections = p.connections;
    for (const auto& connection : connections) ((*connection).*act)();
  };
  net::post(p.io, [&p, each] {
    p.stopping = true;
    p.accept_pause.cancel();
    ErrorCode ignored;
    p.acceptor.close(ignored);
    each(&Parts::Connection::wind_down);
  });
  const auto until = std::chrono::steady_clock::now() + grace;
  {
    MutexLock lock(p.mutex);
    while (p.open > 0) {
      if (p.drained.wait_until(p.mutex, until) == std::cv_status::timeout) break;
    }
  }
  net::post(p.io, [&p, each] {
    each(&Parts::Connection::close);
    p.io.stop();
  });
  p.thread.join();
}

Server::~Server() {
  stop(Duration(0));
}

}  // namespace rumbo::api
