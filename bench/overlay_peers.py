#!/usr/bin/env python3
"""Whole process: `rumbo render` beside `kustomize build` over the cases of a Kustomize corpus.

usage: bench/overlay_peers.py RUMBO KUSTOMIZE CORPUS [CASES]

CORPUS is a folder with cases.json, expected/ and trees/. Cases are chosen by size of their output,
a third each below 4 KiB, up to 64 KiB and above, at most CASES (120) in all. Each runs three times
with either program, in turn; the medians are compared. Prints rows of a Markdown table.
"""
import json, os, random, sys, tarfile, tempfile
import peer

SIZES = [("below 4 KiB", 0, 4 << 10), ("4 to 64 KiB", 4 << 10, 64 << 10), ("above 64 KiB", 64 << 10, 1 << 60)]
ROUNDS = 3


def unpack(corpus, case, into):
    name = case["tree"].removesuffix(".tgz")
    folder = os.path.join(into, name)
    if not os.path.isdir(folder):
        with tarfile.open(os.path.join(corpus, "trees", name + ".tgz")) as archive:
            archive.extractall(folder, filter="tar")
    return folder


def measure(rumbo, kustomize, case, tree):
    target = os.path.normpath(os.path.join(tree, case["path"]))
    return peer.compare([rumbo, "render", target, "--kustomize"] + case["args"],
                        [kustomize, "build", target] + case["args"], tree, ROUNDS)


def main():
    rumbo, kustomize, corpus = map(os.path.abspath, sys.argv[1:4])
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
            found = measure(rumbo, kustomize, case, unpack(corpus, case, into))
            if found:
                group = next(name for name, low, high in SIZES if low <= found[2] < high)
                groups[group].append(found)
    for name, found in groups.items():
        if found:
            goal = "≥ 30x" if name.startswith("above") else "≥ 15x"
            peer.row(f"overlays with output {name}, whole process, beside `kustomize build`", goal, found, "Kustomize")


if __name__ == "__main__":
    main()
