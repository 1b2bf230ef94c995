#include "target/podman/net/nft.h"

#include <algorithm>
#include <fmt/core.h>

#include "base/strings.h"
#include "codec/json.h"

namespace rumbo::target::podman {
namespace {

bool says_missing(const io::Exit& exit) {
  return exit.err.find("No such file or directory") != std::string::npos;
}

/// The marker's fields are the comments of the rules of the chain `marker`.
Result<std::optional<Marker>> parse_marker(std::string_view json, const std::string& install) {
  const auto document = TRY(codec::parse_json(json));
  Marker marker;
  marker.install = install;
  int fields = 0;
  for (const auto& item : document["nftables"].items()) {
    const auto comment = item["rule"]["comment"].str();
    const auto equals = comment.find('=');
    if (equals == std::string::npos) continue;
    const auto key = comment.substr(0, equals);
    const auto value = comment.substr(equals + 1);
    const auto number = static_cast<std::uint64_t>(parse_int(value).value_or(0));
    ++fields;
    if (key == "txn") {
      marker.txn = value;
    } else if (key == "generation") {
      marker.generation = number;
    } else if (key == "epoch") {
      marker.epoch = number;
    } else if (key == "seq") {
      marker.seq = number;
    } else {
      --fields;
    }
  }
  if (fields != 4) return std::nullopt;
  return marker;
}

}  // namespace

Nft::Nft(const io::Env& env, NftOptions options)
    : env_(env), options_(std::move(options)), table_(table_name(options_.install)) {}

Result<io::Exit> Nft::run(std::vector<std::string> argv, std::string input) {
  io::Command command;
  command.argv = options_.prefix;
  command.argv.insert(command.argv.end(), argv.begin(), argv.end());
  command.env = io::minimal_environment();
  command.input = std::move(input);
  command.max_output = 16u << 20;
  auto exit =
      env_.process.run(command, Cancel().with_deadline(env_.clock.mono() + options_.timeout));
  if (!exit) return fail(std::move(exit).error().with_context("running nft"));
  return exit;
}

Result<std::map<Family, std::vector<std::string>>> Nft::live_chains() {
  const auto exit = TRY(run({"nft", "-j", "list", "chains"}, ""));
  if (exit.status != 0) {
    return fail(Code::unavailable,
                fmt::format("nft cannot list chains: {}", printable(trim(exit.err), 500)),
                Retry::later);
  }
  const auto document = TRY(codec::parse_json(exit.out));
  std::map<Family, std::vector<std::string>> names;
  for (const auto& item : document["nftables"].items()) {
    const auto& chain = item["chain"];
    if (chain["table"].str() != table_) continue;
    for (const Family family : {Family::ipv4, Family::ipv6}) {
      if (chain["family"].str() == nft_family(family)) names[family].push_back(chain["name"].str());
    }
  }
  return names;
}

Result<std::optional<std::string>> Nft::listing(bool six) {
  auto text = TRY(listing(Family::ipv4));
  if (!text || !six) return text;
  return *text + TRY(listing(Family::ipv6)).value_or("");
}

Result<std::optional<std::string>> Nft::listing(Family family) {
  auto exit = TRY(
      run({"nft", "--stateless", "list", "table", std::string(nft_family(family)), table_}, ""));
  if (exit.status == 0) return std::optional(std::move(exit.out));
  if (says_missing(exit)) return std::nullopt;
  return fail(Code::unavailable,
              fmt::format("nft cannot list table {}: {}", table_, printable(trim(exit.err), 500)),
              Retry::later);
}

Result<std::string> Nft::preview(const Table& table, const std::optional<Table>& six) {
  if (table.marker.install != options_.install) {
    return fail(Code::internal, fmt::format("table of installation {} handed to the writer of {}",
                                            table.marker.install, options_.install));
  }
  auto live = TRY(live_chains());
  const auto text_of = [&](const Table& one) {
    const auto keep = chain_names(one);
    auto& stale = live[one.family];
    std::erase_if(stale, [&](const std::string& name) {
      return std::binary_search(keep.begin(), keep.end(), name);
    });
    return render(one, stale);
  };
  std::string batch = TRY(text_of(table));
  if (six) return batch + TRY(text_of(*six));
  if (live.contains(Family::ipv6)) batch += fmt::format("delete table ip6 {}\n", table_);
  return batch;
}

Result<> Nft::apply(const Table& table, const std::optional<Table>& six) {
  auto text = TRY(preview(table, six));
  auto exit = run({"nft", "-f", "-"}, std::move(text));
  if (!exit) {
    return fail(std::move(exit)
                    .error()
                    .with_retry(Retry::unknown_outcome)
                    .with_context(fmt::format("writing table {}", table_)));
  }
  if (exit->status != 0) {
    return fail(
        Code::unavailable,
        fmt::format("the kernel refused table {}: {}", table_, printable(trim(exit->err), 500)),
        Retry::later);
  }
  // Best effort: without the text state() says `unknown`, and the caller applies again.
  auto text_now = listing(six.has_value());
  applied_.with([&](auto& applied) {
    applied.reset();
    if (text_now && *text_now) applied = Applied{std::move(**text_now), six.has_value()};
  });
  return {};
}

Result<bool> Nft::present() {
  const auto chains = TRY(live_chains());
  return !chains.empty();
}

Result<std::optional<Marker>> Nft::marker() {
  const auto exit = TRY(run({"nft", "-j", "list", "chain", "ip", table_, "marker"}, ""));
  if (exit.status == 0) return parse_marker(exit.out, options_.install);
  if (says_missing(exit)) return std::nullopt;
  return fail(Code::unavailable,
              fmt::format("nft cannot read table {}: {}", table_, printable(trim(exit.err), 500)),
              Retry::later);
}

Result<Nft::State> Nft::state() {
  const bool six = applied_.with([](const auto& applied) { return applied && applied->six; });
  const auto now = TRY(listing(six));
  if (!now) return State::missing;
  return applied_.with([&](const auto& applied) {
    if (!applied) return State::unknown;
    return applied->text == *now ? State::intact : State::altered;
  });
}

Result<> Nft::remove() {
  // As one batch that is right whether the table is there or not.
  auto batch = fmt::format("add table ip {}\ndelete table ip {}\n", table_, table_);
  if (TRY(live_chains()).contains(Family::ipv6)) {
    batch += fmt::format("delete table ip6 {}\n", table_);
  }
  const auto exit = TRY(run({"nft", "-f", "-"}, std::move(batch)));
  applied_.with([](auto& applied) { applied.reset(); });
  if (exit.status == 0) return {};
  return fail(Code::unavailable,
              fmt::format("nft cannot remove table {}: {}", table_, printable(trim(exit.err), 500)),
              Retry::later);
}

}  // namespace rumbo::target::podman
