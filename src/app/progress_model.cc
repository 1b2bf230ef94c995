#include "app/progress_model.h"

#include <array>
#include <fmt/core.h>

#include "app/table.h"
#include "base/strings.h"

namespace rumbo::app {
namespace {

constexpr std::array<std::string_view, 10> kSpinner{"⠋", "⠙", "⠹", "⠸", "⠼",
                                                    "⠴", "⠦", "⠧", "⠇", "⠏"};
constexpr std::int64_t kNone = -1;
constexpr Duration kBetweenWaits = 3s;

/// "Deployment web, Service web and 3 more".
std::string items_text(const Value& items) {
  std::string out;
  std::size_t named = 0;
  for (const Value& item : items.items()) {
    if (named == 3) break;
    const Value& key = item["key"];
    if (!key["kind"].is_string()) continue;
    out += (named++ ? ", " : "") + key["kind"].str() + " " + key["name"].str();
  }
  if (items.size() > named && named > 0) out += fmt::format(" and {} more", items.size() - named);
  return out;
}

std::string scopes_text(const Value& scopes) {
  std::string out;
  for (const Value& scope : scopes.items()) {
    if (!out.empty()) out += ", ";
    // A transaction's scope, or the scope alone.
    const Value& named = scope["scope"].is_object() ? scope["scope"] : scope;
    out += named.is_string() ? named.str()
                             : named["application"].str() + "@" + named["environment"].str();
  }
  return out;
}

/// The step a record is about; records without one carry none or the largest number.
std::int64_t step_of(const Value& record) {
  if (!record["step"].is_integer()) return kNone;
  const std::int64_t step = record["step"].as_int();
  return step < 1'000'000 ? step : kNone;
}

std::string phase_after(std::string_view type, std::string_view before) {
  if (type == "plan") return "preparing";
  if (type == "prepared" || type == "resumed") return "applying";
  if (type == "abort" || type == "undo_intent") return "undoing";
  if (type == "commit") return "committed, tidying up";
  if (type == "suspended") return "suspended";
  if (type == "needs_operator") return "needs an operator";
  return std::string(before);
}

}  // namespace

void ProgressModel::take_plan(TxnView& txn, const Value& steps) {
  std::int64_t index = 0;
  for (const Value& step : steps.items()) {
    const std::int64_t id = step["id"].as_int(index++);
    StepView& view = txn.steps[id];
    const std::string items = items_text(step["items"]);
    view.text =
        fmt::format("{:<9}{}", step["kind"].str(), items.empty() ? step["reason"].str() : items);
    view.wave = static_cast<int>(step["wave"].as_int());
  }
}

void ProgressModel::take_record(TxnView& txn, const Value& record, MonoTime now) {
  const std::string type = record["type"].str();
  const Value& body = record["body"];
  if (type == "begin") txn.scopes = scopes_text(body["scopes"]);
  if (type == "plan") {
    take_plan(txn, body["plan"]["steps"]);
    if (body["steps"].is_array()) take_plan(txn, body["steps"]);
  }
  txn.phase = phase_after(type, txn.phase);
  txn.waiting.clear();
  txn.told.reset();
  txn.told_message.clear();
  if (const std::int64_t step = step_of(record); step != kNone) {
    StepView& view = txn.steps[step];
    if (view.text.empty()) view.text = record["message"].str();
    if (type == "intent" || type == "undo_intent" || type == "reap_intent") {
      view.mark = Mark::running;
    } else if (type == "done" || type == "reap_done") {
      view.mark = Mark::done;
    } else if (type == "failed") {
      view.mark = Mark::failed;
    } else if (type == "undo_done") {
      view.mark = Mark::undone;
    }
  }
  if (type == "end" || type == "needs_operator" || type == "suspended") {
    txn.outcome = type == "end" ? body["outcome"].str(record["message"].as_string()) : txn.phase;
    txn.took = now - txn.began;
  }
}

std::string ProgressModel::plain_line(const TxnView& txn, const Value& record) const {
  const std::string at = record["at"].str();
  std::string text = record["message"].str();
  const std::string type = record["type"].str();
  const auto step = txn.steps.find(step_of(record));
  if (step != txn.steps.end() && !step->second.text.empty()) {
    // What the step does says more than its number; a failure says why.
    text = type == "failed" ? step->second.text + ": " + text : step->second.text;
  } else if (text.empty()) {
    text = type == "begin" ? txn.scopes : type == "end" ? txn.outcome : "";
  }
  return fmt::format("{} {} {:<13} {}", at.size() >= 19 ? at.substr(11, 8) : at,
                     record["txn"].str("-"), type, printable(text));
}

std::optional<std::string> ProgressModel::hear(const Value& event, MonoTime now) {
  const bool is_record = event["record"].is_object();
  const Value& about = is_record ? event["record"] : event;
  const std::string id = about["txn"].str();
  if (id.empty()) return std::nullopt;
  auto [found, added] = txns_.try_emplace(id);
  TxnView& txn = found->second;
  if (added) {
    order_.push_back(id);
    txn.began = now;
  }
  if (is_record) {
    take_record(txn, about, now);
    return plain_line(txn, about);
  }
  const std::string message = printable(event["message"].as_string());
  if (message.empty()) return std::nullopt;
  txn.waiting = message;
  if (message == txn.told_message) return std::nullopt;
  // What flaps (a container that dies again and again) must not flood a log. The same with its
  // reason is told.
  const bool says_more = !txn.told_message.empty() && message.starts_with(txn.told_message);
  if (!says_more && txn.told && now - *txn.told < kBetweenWaits) return std::nullopt;
  txn.told = now;
  txn.told_message = message;
  return fmt::format("         {} {:<13} {}", id, "waiting", message);
}

std::vector<std::string> ProgressModel::lines(MonoTime now, std::size_t frame, std::size_t width,
                                              std::size_t height, const Paint& paint) const {
  std::vector<std::string> out;
  const std::string spin(kSpinner[frame % kSpinner.size()]);
  const auto add = [&](const std::string& sign, const std::string& text) {
    out.push_back(sign + " " + cut(text, width > 6 ? width - 6 : width));
  };
  for (const std::string& id : order_) {
    const TxnView& txn = txns_.at(id);
    const bool ended = !txn.outcome.empty();
    const Duration took = ended ? txn.took : now - txn.began;
    const bool good = txn.outcome == "committed";
    const std::string sign = !ended ? paint.warn(spin) : good ? paint.good("✓") : paint.bad("✗");
    add(sign, fmt::format("{}  {}  {}  {}", id, txn.scopes, ended ? txn.outcome : txn.phase,
                          to_string(took)));
    if (ended) continue;
    for (const auto& [number, step] : txn.steps) {
      const std::string mark = step.mark == Mark::running  ? paint.warn(spin)
                               : step.mark == Mark::done   ? paint.good("✓")
                               : step.mark == Mark::failed ? paint.bad("✗")
                               : step.mark == Mark::undone ? paint.warn("↶")
                                                           : paint.dim("·");
      add("  " + mark,
          printable(step.text) +
              (step.wave != 0 ? fmt::format("  (wave {})", step.wave) : std::string()));
    }
    if (!txn.waiting.empty()) add("   ", paint.dim("waiting: ") + txn.waiting);
  }
  if (out.size() > height) {
    const std::size_t hidden = out.size() - height + 1;
    out.erase(out.begin() + 1, out.begin() + 1 + static_cast<std::ptrdiff_t>(hidden));
    out.insert(out.begin() + 1, paint.dim(fmt::format("  … {} lines above", hidden)));
  }
  return out;
}

}  // namespace rumbo::app
