// A journal that somebody edited: lines of JSON, each a record. Any bytes are refused or
// understood, a record that is understood writes the same bytes again, and folding any sequence of
// such records never crashes, nor does what people are shown of them.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/strings.h"
#include "codec/json.h"
#include "control/record_view.h"
#include "engine/scope_state.h"
#include "engine/txn_state.h"
#include "model/record.h"

using namespace rumbo;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  engine::TxnState txn;
  engine::ScopeStates scopes;
  bool sound = true;
  for (const std::string_view line :
       split(std::string_view(reinterpret_cast<const char*>(data), size), '\n')) {
    const auto value = codec::parse_json(line);
    if (!value) continue;
    const auto record = record_from(*value);
    if (!record) {
      if (record.error().to_string().empty()) std::abort();
      continue;
    }
    const Value written = canonical_value(*record);
    const auto again = record_from(written);
    if (!again || codec::to_json(canonical_value(*again)) != codec::to_json(written)) std::abort();
    scopes.apply(*record);
    sound = sound && engine::fold(txn, *record);
    static_cast<void>(control::record_value(*record));
  }
  return 0;
}
