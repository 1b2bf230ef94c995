#!/usr/bin/env python3
"""Whole process: `rumbo render` beside `kustomize build` over the cases of a Kustomize corpus.

usage: bench/overlay_peers.py RUMBO KUSTOMIZE CORPUS [CASES]

CORPUS is a folder with cases.json, expected/ and trees/. Cases are chosen by size of their output,
a third each below 4 KiB, up to 64 KiB and above, at most CASES (120) in all. Each runs three times
with either program, in turn; the medians are compared. Prints rows of a Markdown table.
"""
import json, os, random, statistics, subprocess, sys, tarfile, tempfile, time

SIZES = [("below 4 KiB", 0, 4 << 10), ("4 to 64 KiB", 4 << 10, 64 << 10), ("above 64 KiB", 64 << 10, 1 << 60)]
ROUNDS = 3
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LANG": "C.UTF-8"}


def run(command, folder):
    """Milliseconds and bytes of output; None if it fails."""
    begin = time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=ENVIRONMENT, stdin=subprocess.DEVNULL, capture_output=True)
    took = 1000 * (time.perf_counter() - begin)
    return (took, done.stdout) if done.returncode == 0 else None


def unpack(corpus, case, into):
    name = case["tree"].removesuffix(".tgz")
    folder = os.path.join(into, name)
    if not os.path.isdir(folder):
        with tarfile.open(os.path.join(corpus, "trees", name + ".tgz")) as archive:
            archive.extractall(folder, filter="tar")
    return folder


def compare(rumbo, kustomize, case, tree):
    """Medians of both and the size of the output; None if one fails or they differ."""
    target = os.path.normpath(os.path.join(tree, case["path"]))
    ours, theirs, size = [], [], 0
    for _ in range(ROUNDS):
        a = run([rumbo, "render", target, "--kustomize"] + case["args"], tree)
        b = run([kustomize, "build", target] + case["args"], tree)
        if a is None or b is None or a[1] != b[1]:
            return None
        ours.append(a[0])
        theirs.append(b[0])
        size = len(a[1])
    return statistics.median(ours), statistics.median(theirs), size


def main():
    rumbo, kustomize, corpus = sys.argv[1:4]
    most = int(sys.argv[4]) if len(sys.argv) > 4 else 120
    with open(os.path.join(corpus, "cases.json")) as file:
        cases = [case for case in json.load(file) if case["expect"] == "ok"]
    random.Random(7).shuffle(cases)
    groups = {name: [] for name, _, _ in SIZES}
    with tempfile.TemporaryDirectory() as into:
        for case in cases:
            packed = os.path.getsize(os.path.join(corpus, "expected", case["id"] + ".yaml.gz"))
            likely = next(name for name, low, high in SIZES if low <= packed * 5 < high)
            if len(groups[likely]) >= most // 3:
                continue
            found = compare(rumbo, kustomize, case, unpack(corpus, case, into))
            if found:
                group = next(name for name, low, high in SIZES if low <= found[2] < high)
                groups[group].append(found)
    for name, found in groups.items():
        if not found:
            continue
        ratios = [b / a for a, b, _ in found]
        goal = "≥ 30x" if name.startswith("above") else "≥ 15x"
        print(f"| overlays with output {name}, whole process, beside `kustomize build` | {goal} | "
              f"median {statistics.median(ratios):.1f}x (min {min(ratios):.1f}, max {max(ratios):.1f}, "
              f"{len(found)} cases): {statistics.median(a for a, _, _ in found):.1f} ms, "
              f"Kustomize {statistics.median(b for _, b, _ in found):.1f} ms |")


if __name__ == "__main__":
    main()
