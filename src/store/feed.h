// Feed: hands durable records to subscribers, in order.
//
// Threads: any. A sink runs under the feed's lock: it must not block, call the journal or end its
// own subscription. A subscription may outlive the journal.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>

#include "base/guarded.h"
#include "model/journal.h"

namespace rumbo::store {

class Feed {
 public:
  std::unique_ptr<Journal::Subscription> subscribe(std::function<void(const Record&)> sink);

  /// Keeps the record until deliver(); in the order of seq.
  void queue(std::shared_ptr<const Record> record);
  /// Calls the sinks with every kept record up to this one, which is durable.
  void deliver(Seq up_to);

 private:
  class Ticket;
  struct Shared {
    Mutex mutex;
    std::map<std::uint64_t, std::function<void(const Record&)>> sinks GUARDED_BY(mutex);
    std::uint64_t next GUARDED_BY(mutex) = 0;
  };
  const std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
  Mutex waiting_mutex_;
  std::deque<std::shared_ptr<const Record>> waiting_ GUARDED_BY(waiting_mutex_);
};

}  // namespace rumbo::store
