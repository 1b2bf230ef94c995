#include "target/podman/ready_file.h"

#include "base/log.h"
#include "codec/json.h"

namespace rumbo::target::podman {

ReadyFile::ReadyFile(io::FileSystem& files, std::string path, std::string boot_id)
    : files_(files), path_(std::move(path)), boot_id_(std::move(boot_id)) {
  const auto text = files_.read_all(path_, 16 << 20);
  if (!text) return;
  const auto value = codec::parse_json(*text);
  if (!value || (*value)["bootId"].as_string() != boot_id_) return;
  for (const Member& pod : (*value)["pods"].members()) {
    for (const Member& container : pod.value.members()) {
      before_[std::string(pod.key())].emplace(container.key(),
                                              static_cast<int>(container.value.as_int()));
    }
  }
  written_ = before_;
}

bool ReadyFile::was_ready(const std::string& pod, const std::string& container, int pid) const {
  const auto at = before_.find(pod);
  if (at == before_.end()) return false;
  const auto process = at->second.find(container);
  return process != at->second.end() && process->second == pid;
}

std::map<std::string, int> ReadyFile::noted(const std::string& pod) const {
  const auto at = written_.find(pod);
  return at == written_.end() ? std::map<std::string, int>{} : at->second;
}

void ReadyFile::write(ReadyProcesses now) {
  if (now == written_) return;
  std::vector<Member> pods;
  for (const auto& [pod, containers] : now) {
    std::vector<Member> processes;
    for (const auto& [container, pid] : containers) processes.emplace_back(container, pid);
    pods.emplace_back(pod, Value::object(std::move(processes)));
  }
  const Value value =
      Value::object({{"bootId", boot_id_}, {"pods", Value::object(std::move(pods))}});
  if (auto done = files_.write_atomic(path_, codec::to_json(value)); !done) {
    log(LogLevel::info, "podman", "{}", done.error().to_string());
    return;
  }
  written_ = std::move(now);
}

}  // namespace rumbo::target::podman
