#include "store/feed.h"

#include <utility>

namespace rumbo::store {

class Feed::Ticket : public Journal::Subscription {
 public:
  Ticket(std::shared_ptr<Shared> shared, std::uint64_t id) : shared_(std::move(shared)), id_(id) {}
  ~Ticket() override {
    MutexLock lock(shared_->mutex);
    shared_->sinks.erase(id_);
  }

 private:
  const std::shared_ptr<Shared> shared_;
  const std::uint64_t id_;
};

std::unique_ptr<Journal::Subscription> Feed::subscribe(std::function<void(const Record&)> sink) {
  MutexLock lock(shared_->mutex);
  const std::uint64_t id = shared_->next++;
  shared_->sinks.emplace(id, std::move(sink));
  return std::make_unique<Ticket>(shared_, id);
}

void Feed::queue(std::shared_ptr<const Record> record) {
  MutexLock lock(waiting_mutex_);
  waiting_.push_back(std::move(record));
}

void Feed::deliver(Seq up_to) {
  // One thread delivers at a time, or records could overtake each other.
  MutexLock lock(shared_->mutex);
  for (;;) {
    std::shared_ptr<const Record> record;
    {
      MutexLock waiting(waiting_mutex_);
      if (waiting_.empty() || waiting_.front()->seq > up_to) return;
      record = std::move(waiting_.front());
      waiting_.pop_front();
    }
    for (const auto& [id, sink] : shared_->sinks) sink(*record);
  }
}

}  // namespace rumbo::store
