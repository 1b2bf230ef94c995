// How the heap grows in a process that makes one thing and ends.
#pragma once

namespace rumbo::app {

/// Keeps what is freed and takes memory from the system in large pieces, huge pages where the
/// system has them: a fresh page costs microseconds, as much as a line of output. Not for the
/// daemon, which gives back what it does not need. May be called from the first thread only, before
/// others run.
void grow_heap_for_one_job();

}  // namespace rumbo::app
