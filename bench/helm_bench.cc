// How long a chart takes in this process, warm: `helm_bench CHART.tgz [VALUES-FILE…]`, as often as
// a second holds, with the parts it is made of.
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>

#include "render/helm/release.h"
#include "row.h"

namespace rumbo::bench {
namespace {

namespace helm = render::helm;

/// A clock that stands still, and bytes that are always the same.
class FixedHost : public script::Host {
 public:
  WallTime now() override { return {std::chrono::seconds(1'700'000'000)}; }
  void random(std::span<std::uint8_t> bytes) override {
    for (std::uint8_t& byte : bytes) byte = 7;
  }
};

Result<std::string> read_file(std::string_view path) {
  std::ifstream in{std::string(path), std::ios::binary};
  if (!in) return fail(Code::not_found, "open " + std::string(path));
  return std::string((std::istreambuf_iterator<char>(in)), {});
}

/// Microseconds of each run, for about a second.
template <class Work>
std::vector<double> measure(Work&& work) {
  using Clock = std::chrono::steady_clock;
  std::vector<double> found;
  const auto end = Clock::now() + std::chrono::seconds(1);
  while (found.size() < 5 || (Clock::now() < end && found.size() < 5000)) {
    const auto begin = Clock::now();
    work();
    found.push_back(std::chrono::duration<double, std::micro>(Clock::now() - begin).count());
  }
  return found;
}

int run(int count, char** words) {
  const auto packed = read_file(words[1]);
  const auto files =
      packed ? helm::read_chart_archive(*packed) : tl::unexpected<Error>(packed.error());
  if (!files) {
    std::fprintf(stderr, "%s: %s\n", words[1], files.error().to_string().c_str());
    return 2;
  }
  helm::ReleaseOptions options;
  options.release.name = "bench";
  for (int at = 2; at < count; ++at) options.values.files.emplace_back(words[at]);
  std::size_t bytes = 0;
  std::string error;
  const auto once = [&] {
    FixedHost host;
    helm::Warnings warnings(options.profile);
    const auto release = helm::render_release(*files, options, read_file, host, warnings);
    const auto text = release ? helm::print_release(*release, options)
                              : Result<std::string>(tl::unexpected<Error>(release.error()));
    bytes = text ? text->size() : 0;
    if (!text) error = text.error().to_string();
  };
  const auto found = measure(once);
  if (!error.empty()) {
    std::fprintf(stderr, "%s\n", error.c_str());
    return 2;
  }
  const auto unpacked = measure([&] { return helm::read_chart_archive(*packed).has_value(); });
  row(std::string(words[1]) + ", " + std::to_string(bytes) + " bytes printed", "–",
      spread(found, "µs", 0));
  row("of it before: the archive unpacked", "–", spread(unpacked, "µs", 0));
  return 0;
}

}  // namespace
}  // namespace rumbo::bench

int main(int count, char** words) {
  if (count < 2) {
    std::fprintf(stderr, "usage: helm_bench CHART.tgz [VALUES-FILE…]\n");
    return 2;
  }
  return rumbo::bench::run(count, words);
}
