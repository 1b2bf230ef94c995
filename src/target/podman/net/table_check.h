// What must hold of a Table before it becomes text: nothing in it can break out of its place in an
// nft script, and no two routes claim the same traffic.
//
// Threads: pure functions.
#pragma once

#include "target/podman/net/table.h"

namespace rumbo::target::podman {

Result<> check(const Table& table);

}  // namespace rumbo::target::podman
