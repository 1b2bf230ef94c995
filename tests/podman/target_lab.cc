#include "target_lab.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>

#include "base/log.h"
#include "codec/json.h"
#include "codec/yaml.h"
#include "engine/health.h"
#include "engine/stages.h"
#include "isolation.h"
#include "target/podman/net/ipv6.h"
#include "target/podman/service.h"

namespace rumbo::podman_test {
namespace {

const Scope kScope{"shop", "dev", TargetId{"podman"}};
const InstallationId kInstall{"0123456789ab"};

target::podman::PodmanOptions options_in(const std::string& directory) {
  target::podman::PodmanOptions out;
  out.directory = directory + "/t";
  out.root = directory + "/root";
  out.install = kInstall;
  return out;
}

}  // namespace

TargetLab::TargetLab(std::string& why, bool ipv6)
    : files_(io::real_filesystem()),
      env_{io::real_clock(),    files_, io::real_process(), io::real_http(), io::real_random(),
           io::real_env().sleep},
      ipv6_(ipv6) {
  if (!isolate(why)) return;
  if (std::getenv("RUMBO_TEST_LOG") != nullptr) {
    set_log_sink([](LogLevel, std::string_view, std::string_view text) {
      std::fprintf(stderr, "log: %.*s\n", static_cast<int>(text.size()), text.data());
    });
  }
  directory_ = scratch_directory() + "/host";
  std::filesystem::create_directories(directory_);
  build_image();
  open(true);
}

TargetLab::~TargetLab() {
  if (!target_) return;
  clear();
  target_.reset();
  std::filesystem::remove_all("/run/rumbo-" + kInstall.value);
}

void TargetLab::build_image() {
  target::podman::ServiceOptions service;
  service.run_directory = directory_ + "/t/run";
  service.root = directory_ + "/root";
  std::filesystem::create_directories(directory_ + "/t");
  auto opened = target::podman::Service::open(env_, service, Cancel());
  ASSERT_TRUE(opened) << opened.error().to_string();
  const std::string context = directory_ + "/context";
  std::filesystem::create_directories(context);
  std::filesystem::copy_file("/bin/busybox", context + "/busybox",
                             std::filesystem::copy_options::overwrite_existing);
  std::ofstream(context + "/Containerfile")
      << "FROM scratch\nCOPY busybox /bin/busybox\nCOPY busybox /bin/sh\n";
  io::Command command;
  command.argv = (*opened)->command();
  for (const char* word : {"build", "-q", "-t", "localhost/app:1"}) command.argv.emplace_back(word);
  command.argv.push_back(context);
  command.env = (*opened)->environment();
  const auto built = env_.process.run(command, Cancel());
  ASSERT_TRUE(built) << built.error().to_string();
  ASSERT_EQ(built->status, 0) << built->err;
}

void TargetLab::open(bool started) {
  auto options = options_in(directory_);
  options.ipv6 = ipv6_;
  auto opened = target::podman::PodmanTarget::open(options, env_);
  ASSERT_TRUE(opened) << opened.error().to_string();
  target_ = std::move(*opened);
  if (started) target_->start();
}

void TargetLab::reopen(bool started) {
  target_.reset();
  open(started);
}

void TargetLab::reboot() {
  target_.reset();
  files_.fail_replacing("", 0);
  podman({"pod", "kill", "-a"});
  podman({"pod", "stop", "-t", "0", "-a"});
  io::Command flush;
  flush.argv = {"nft", "flush", "ruleset"};
  flush.env = io::minimal_environment();
  EXPECT_TRUE(env_.process.run(flush, Cancel()));
  std::filesystem::remove_all("/run/rumbo-" + kInstall.value);
  static int boots = 0;
  const std::string file = directory_ + "/boot-id";
  std::ofstream(file) << "00000000-0000-0000-0000-00000000000" << ++boots << "\n";
  files_.set_boot_id_file(file);
  open(true);
}

void TargetLab::clear() {
  Deployment run = begin("t-clear", "");
  for (const Step& one : run.plan.steps) EXPECT_TRUE(perform(run, one));
  release(run);
  if (eventually([&] { return pods().empty(); }, 20s)) return;
  ADD_FAILURE() << "pods stay: " << pods().at(0);
  target_.reset();
  podman({"pod", "rm", "-f", "-a", "-t", "0"});
  std::filesystem::remove(directory_ + "/t/record.json");
  open(true);
}

std::vector<Value> TargetLab::parse(const std::string& yaml) {
  std::vector<Value> out;
  const auto documents = codec::parse_yaml(yaml);
  EXPECT_TRUE(documents) << documents.error().to_string();
  if (!documents) return out;
  for (const auto& document : *documents) {
    if (Value object = document.to_value(); object.is_object()) out.push_back(std::move(object));
  }
  return out;
}

Deployment TargetLab::begin(const std::string& txn, const std::string& yaml) {
  Deployment run;
  run.fence = {kInstall, TxnId{txn}, 1, 1};
  engine::PlanInput input;
  input.install = kInstall;
  engine::ScopeInput scope;
  scope.scope = kScope;
  scope.policy.allow_empty = true;
  scope.policy.prune = true;
  scope.policy.allow_destructive = {"Namespace", "PersistentVolumeClaim"};
  for (const Value& object : parse(yaml)) {
    scope.manifest.objects.push_back({key_of(object), object, {}});
    run.outline.objects.push_back(scope.manifest.objects.back());
  }
  const auto owned = target_->list_owned(kInstall, Cancel());
  EXPECT_TRUE(owned);
  std::vector<ObjectKey> keys;
  for (const Owned& one : *owned) {
    scope.inventory.push_back(one.key);
    keys.push_back(one.key);
  }
  for (const Object& object : scope.manifest.objects) keys.push_back(object.key);
  engine::ParticipantInput participant;
  participant.id = kScope.target;
  participant.capabilities = target_->capabilities();
  const auto live = target_->observe(keys, Consistency::fresh, Cancel());
  EXPECT_TRUE(live) << live.error().to_string();
  if (live) participant.live = *live;
  input.scopes.push_back(std::move(scope));
  input.participants.push_back(std::move(participant));
  run.plan = engine::make_plan(input);
  for (const auto& refusal : run.plan.refusals) ADD_FAILURE() << refusal.message;
  run.outline.txn = run.fence.txn;
  run.outline.scopes = {kScope};
  const auto reservation = target_->prepare(run.outline, run.fence, Cancel());
  EXPECT_TRUE(reservation) << reservation.error().to_string();
  if (!reservation) return run;
  for (Step& one : run.plan.steps) {
    one.reservation = reservation->opaque;
    for (Item& item : one.items) {
      if (item.want_object.is_object()) item.want = BlobRef{"sha256:test"};
    }
  }
  for (const Step& one : run.plan.steps) {
    if (one.kind == StepKind::scaffold) {
      EXPECT_TRUE(perform(run, one));
    }
  }
  return run;
}

Result<Receipt> TargetLab::perform(const Deployment& run, const Step& step) {
  Result<Receipt> done;
  eventually([&] {
    done = target_->perform(step, run.fence, Cancel());
    return done || done.error().retry() != Retry::later;
  });
  if (!done) std::fprintf(stderr, "perform: %s\n", done.error().to_string().c_str());
  return done;
}

Result<Reverted> TargetLab::revert(const Step& step, const Fence& fence) {
  Result<Reverted> done;
  eventually([&] {
    done = target_->revert(step, nullptr, fence, Cancel());
    return done || done.error().retry() != Retry::later;
  });
  return done;
}

const Step& TargetLab::step(const Deployment& run, StepKind kind,
                            const std::string& object_kind) const {
  for (const Step& one : run.plan.steps) {
    if (one.kind == kind && (object_kind.empty() || one.items.at(0).key.kind == object_kind)) {
      return one;
    }
  }
  ADD_FAILURE() << "no step " << to_string(kind) << " of " << object_kind;
  static const Step none;
  return none;
}

void TargetLab::stage_all(const Deployment& run, Duration most) {
  for (const engine::Stage& stage : engine::stages_of(run.plan)) {
    if (stage.phase != engine::StagePhase::beside && stage.phase != engine::StagePhase::quiesce &&
        stage.phase != engine::StagePhase::exclusive) {
      continue;
    }
    for (const StepId id : stage.steps) ASSERT_TRUE(perform(run, run.plan.steps[id]));
    for (const StepId id : stage.gate) {
      EXPECT_TRUE(becomes(run.plan.steps[id].items.at(0).key, HealthStatus::ready, most));
    }
  }
}

void TargetLab::perform_kind(const Deployment& run, StepKind kind) {
  for (const Step& one : run.plan.steps) {
    if (one.kind == kind) {
      EXPECT_TRUE(perform(run, one));
    }
  }
}

void TargetLab::commit(const Deployment& run) {
  stage_all(run);
  perform_kind(run, StepKind::switch_over);
  for (const Step& one : run.plan.steps) {
    if (one.kind != StepKind::stage) continue;
    EXPECT_TRUE(becomes(one.items.at(0).key, HealthStatus::ready));
  }
  perform_kind(run, StepKind::retire);
  perform_kind(run, StepKind::prune);
  release(run);
}

void TargetLab::undo(const Deployment& run) {
  Fence newer = run.fence;
  ++newer.attempt;
  EXPECT_TRUE(target_->fence(run.plan.steps, newer, Cancel()));
  const auto stages = engine::stages_of(run.plan);
  for (auto stage = stages.rbegin(); stage != stages.rend(); ++stage) {
    if (!engine::before_commit(stage->phase)) continue;
    for (auto id = stage->steps.rbegin(); id != stage->steps.rend(); ++id) {
      const auto undone = revert(run.plan.steps[*id], newer);
      EXPECT_TRUE(undone) << undone.error().to_string();
    }
  }
  release(run);
}

void TargetLab::release(const Deployment& run) {
  const auto done = target_->release(run.fence.txn, run.fence, Cancel());
  EXPECT_TRUE(done) << done.error().to_string();
}

Observation TargetLab::observe(const ObjectKey& key) {
  auto seen = target_->observe({key}, Consistency::fresh, Cancel());
  EXPECT_TRUE(seen) << seen.error().to_string();
  return seen ? seen->at(0) : Observation{};
}

Health TargetLab::health(const ObjectKey& key) {
  return engine::assess(observe(key));
}

bool TargetLab::eventually(const std::function<bool()>& what, Duration most) {
  const MonoTime end = env_.clock.mono() + most;
  while (true) {
    if (what()) return true;
    if (env_.clock.mono() >= end) return false;
    env_.sleep(50ms);
  }
}

::testing::AssertionResult TargetLab::becomes(const ObjectKey& key, HealthStatus status,
                                              Duration most) {
  Health last;
  if (eventually(
          [&] {
            last = health(key);
            return last.status == status;
          },
          most)) {
    return ::testing::AssertionSuccess();
  }
  return ::testing::AssertionFailure()
         << key.to_string() << " is " << to_string(last.status) << ": " << last.reason;
}

std::string TargetLab::service_address(const std::string& name) {
  const Observation seen = observe({"", "Service", "shop-dev", name});
  return seen.object["status"]["rumbo"]["address"].str();
}

std::vector<std::string> TargetLab::service_addresses(const std::string& name) {
  const Value status = observe({"", "Service", "shop-dev", name}).object["status"]["rumbo"];
  std::vector<std::string> out;
  for (const Value& one : status["addresses"].items()) out.push_back(one.str());
  if (out.empty() && status["address"].is_string()) out.push_back(status["address"].str());
  return out;
}

std::string TargetLab::get(const std::string& service, const std::string& path) {
  return fetch(service_address(service), 80, path);
}

std::string TargetLab::fetch(const std::string& address, int port, const std::string& path) {
  io::HttpRequest request;
  request.url =
      "http://" + target::podman::with_port(address, static_cast<std::uint16_t>(port)) + path;
  request.connect_timeout = 2s;
  const auto answer = env_.http.send(request, Cancel().with_deadline(env_.clock.mono() + 5s));
  if (!answer) return "error: " + answer.error().to_string();
  if (answer->status != 200) return "error: HTTP " + std::to_string(answer->status);
  return answer->body;
}

io::Exit TargetLab::podman(std::vector<std::string> words) {
  words.insert(words.begin(), {"podman", "--tmpdir", directory_ + "/t/run/run/libpod"});
  return over_storage(std::move(words));
}

io::Exit TargetLab::buildah(std::vector<std::string> words) {
  words.insert(words.begin(), "buildah");
  return over_storage(std::move(words));
}

io::Exit TargetLab::over_storage(std::vector<std::string> words) {
  words.insert(words.begin() + 1,
               {"--root", directory_ + "/root", "--runroot", directory_ + "/t/run/run"});
  io::Command command;
  command.argv = std::move(words);
  command.env = io::minimal_environment();
  command.env["CONTAINERS_CONF"] = directory_ + "/t/run/containers.conf";
  command.env["HOME"] = "/";
  auto ran = env_.process.run(command, Cancel());
  EXPECT_TRUE(ran) << ran.error().to_string();
  return ran ? *ran : io::Exit{.status = -1, .out = {}, .err = {}};
}

std::vector<std::string> TargetLab::pods() {
  const io::Exit ran = podman({"pod", "ps", "--format", "{{.Name}}"});
  EXPECT_EQ(ran.status, 0) << ran.err;
  std::vector<std::string> out;
  std::istringstream lines(ran.out);
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty()) out.push_back(line);
  }
  return out;
}

Load::Load(io::Env& env, std::string url)
    : thread_([this, &env, url = std::move(url)] {
        while (!ending_) {
          io::HttpRequest request;
          request.url = url;
          request.headers = {{"Connection", "close"}};
          request.connect_timeout = 2s;
          const auto answer = env.http.send(request, Cancel().with_deadline(env.clock.mono() + 5s));
          if (answer && answer->status == 200) {
            ++answers_[answer->body];
            continue;
          }
          ++failed_;
          if (!first_error_.empty()) continue;
          first_error_ =
              answer ? "HTTP " + std::to_string(answer->status) : answer.error().to_string();
        }
      }) {}

void Load::stop() {
  ending_ = true;
  if (thread_.joinable()) thread_.join();
}

}  // namespace rumbo::podman_test
