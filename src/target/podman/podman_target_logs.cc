// logs: what the containers of a workload's pods wrote.
#include <algorithm>
#include <fmt/core.h>
#include <thread>

#include "base/guarded.h"
#include "target/podman/target_parts.h"

namespace rumbo::target::podman {
namespace {

constexpr std::size_t kMostStreams = 64;  // followed at once, each a thread and a connection

struct Stream {
  std::string pod, container;
};

Result<std::vector<std::string>> containers_of(const Thing& thing, const std::string& asked,
                                               const LogOptions& options, const ObjectKey& key) {
  const PodShape shape = TRY(shape_of(thing.object));
  std::vector<std::string> all, main;
  for (const ContainerShape& one : shape.containers) {
    all.push_back(one.name);
    if (!one.init && !one.sidecar) main.push_back(one.name);
  }
  if (options.all_containers) return all;
  if (asked.empty()) return std::vector<std::string>(main.begin(), main.begin() + !main.empty());
  if (std::find(all.begin(), all.end(), asked) != all.end()) return std::vector{asked};
  std::string names;
  for (const std::string& name : all) names += (names.empty() ? "" : ", ") + name;
  return fail(Error(Code::not_found, key.to_string() + " has no container `" + asked + "`")
                  .with_hint("there are: " + names));
}

Result<> read_stream(const Client& client, const Stream& stream, const LogOptions& options,
                     const LineSink& sink, const Cancel& cancel) {
  const std::string prefix =
      options.named ? fmt::format("[pod/{}/{}] ", stream.pod, stream.container) : "";
  std::size_t lines = 0;
  const auto write = [&](std::string_view line) {
    ++lines;
    return prefix.empty() ? sink(line) : sink(prefix + std::string(line));
  };
  TRY(client.logs(container_name(stream.pod, stream.container), options, write, cancel));
  if (options.previous && lines == 0) {
    return fail(Code::not_found, "container " + stream.container + " of pod " + stream.pod +
                                     " did not run before: it has no earlier log");
  }
  return {};
}

/// All at once: each on a thread of its own, one line at a time.
Result<> follow_all(const Client& client, const std::vector<Stream>& streams,
                    const LogOptions& options, const LineSink& sink, const Cancel& cancel) {
  Mutex writing;
  bool open = true;
  Cancel stop = cancel;
  Guarded<Result<>> first_error;
  std::vector<std::thread> readers;
  for (const Stream& stream : streams) {
    readers.emplace_back([&, stream] {
      const auto write = [&](std::string_view line) {
        MutexLock lock(writing);
        open = open && sink(line);
        return open;
      };
      auto done = read_stream(client, stream, options, write, stop);
      if (done) return;
      first_error.with([&](Result<>& first) {
        if (first) first = std::move(done);
      });
    });
  }
  for (std::thread& reader : readers) reader.join();
  return first_error.copy();
}

}  // namespace

Result<> PodmanTarget::logs(const ObjectKey& key, const std::string& container,
                            const LogOptions& options, const LineSink& sink, const Cancel& cancel) {
  const auto record = parts_->store->read();
  const Thing* thing = record->find_current(key);
  for (const auto& [at, staged] : record->staged) {
    if (thing == nullptr && at.second == key) thing = &staged;
  }
  if (thing == nullptr) return fail(Code::not_found, key.to_string() + " does not exist");
  const auto replicas = record->replicas_of(thing->revision);
  if (replicas.empty()) return fail(Code::not_found, key.to_string() + " has no pods");
  std::vector<Stream> streams;
  for (const std::string& name : TRY(containers_of(*thing, container, options, key))) {
    for (const Replica* replica : replicas) streams.push_back({replica->name, name});
  }
  if (!options.follow) {
    // Of several, those that never restarted have nothing to add to what was before.
    bool any = false;
    Result<> none;
    for (const Stream& stream : streams) {
      auto read = read_stream(parts_->client(), stream, options, sink, cancel);
      const bool silent = !read && options.previous && read.error().code() == Code::not_found;
      if (!read && !silent) return read;
      any = any || read.has_value();
      if (!read && none) none = std::move(read);
    }
    return any ? Result<>() : none;
  }
  if (streams.size() > kMostStreams) {
    return fail(Error(Code::too_large, fmt::format("{} containers to follow are more than {}",
                                                   streams.size(), kMostStreams))
                    .with_hint("name one by -c"));
  }
  if (streams.size() == 1) {
    return read_stream(parts_->client(), streams[0], options, sink, cancel);
  }
  return follow_all(parts_->client(), streams, options, sink, cancel);
}

}  // namespace rumbo::target::podman
