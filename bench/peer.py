"""One program beside another over many cases: what overlay_peers.py and chart_peers.py share."""
import os, shutil, statistics, subprocess, tempfile, time

ENVIRONMENT = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LANG": "C.UTF-8"}


def run(command, folder):
    """Milliseconds of the clock and of processors, and what it printed; None if it fails."""
    with tempfile.TemporaryFile() as out:
        begin = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=out,
                                   stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(process.pid, 0)
        took = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        return None if status else (1000 * took, 1000 * (used.ru_utime + used.ru_stime), out.read())


def peak(command, folder):
    """The most memory it held, in MiB; 0 without GNU time. A child of this process would count
    what Python held before it became the program."""
    program = shutil.which("time")
    if program is None:
        return 0
    with tempfile.NamedTemporaryFile() as found:
        subprocess.run([program, "-q", "-f", "%M", "-o", found.name] + command, cwd=folder, env=ENVIRONMENT,
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return int(found.read() or 0) / 1024


def compare(ours, theirs, folder, rounds):
    """Both commands in turn: (clock, processors, peak) of ours and of theirs, the first two as medians,
    and the size of the output; None if one fails or they do not print the same."""
    pairs = []
    for _ in range(rounds):
        pair = run(ours, folder), run(theirs, folder)
        if None in pair or pair[0][2] != pair[1][2]:
            return None
        pairs.append(pair)
    median = lambda side, what: statistics.median(pair[side][what] for pair in pairs)
    return ((median(0, 0), median(0, 1), peak(ours, folder)), (median(1, 0), median(1, 1), peak(theirs, folder)),
            len(pairs[0][0][2]))


def row(what, goal, found, name):
    """Prints a row of the table: `found` holds what compare() gave for each case, `name` is the peer's."""
    ratios = [theirs[0] / ours[0] for ours, theirs, _ in found]
    spent = [theirs[1] / ours[1] for ours, theirs, _ in found]
    middle = lambda side, at: statistics.median(one[side][at] for one in found)
    print(f"| {what} | {goal} | median {statistics.median(ratios):.1f}x (min {min(ratios):.1f}, "
          f"max {max(ratios):.1f}, {len(found)} cases): {middle(0, 0):.1f} ms, {name} {middle(1, 0):.1f} ms; "
          f"processor time {statistics.median(spent):.1f}x: {middle(0, 1):.1f} and {middle(1, 1):.1f} ms; "
          f"peak memory {middle(0, 2):.1f} and {middle(1, 2):.1f} MiB |", flush=True)
