// image_keep: which images the record still needs: of what runs, of open transactions, and of the
// last committed states of each application, for the way back.
//
// Threads: pure functions.
#pragma once

#include <set>
#include <string>

#include "target/podman/record.h"

namespace rumbo::target::podman {

/// If the transaction committed anything: remembers its images, and forgets those of all but the
/// last `most` states of the application. A heal replaces the state it brought back.
void note_generation(Record& record, const TxnId& txn, int most);

/// The pins that are needed.
std::set<std::string> wanted_pins(const Record& record);

/// References that Rumbo pulled and nothing needs any more.
std::set<std::string> pulled_for_nothing(const Record& record);

}  // namespace rumbo::target::podman
