#!/usr/bin/env python3
"""Whole process: `rumbo render` beside `helm template` over the cases of a Helm corpus.

usage: bench/chart_peers.py RUMBO HELM CORPUS [CASES]

CORPUS is a folder with cases.json, charts/ and values/. A third each of the cases prints below 4 KiB,
up to 64 KiB and more, at most CASES (120) in all, and only those count whose bytes are the same. Each
runs three times with either program, in turn; the medians are compared. Prints rows of a Markdown table.
"""
import itertools, json, os, random, sys, tarfile, tempfile
import peer

SIZES = [("below 4 KiB", 0, 4 << 10), ("4 to 64 KiB", 4 << 10, 64 << 10), ("above 64 KiB", 64 << 10, 1 << 60)]
LARGE = "kube-prometheus-stack"
ROUNDS = 3


def unpack(corpus, case, into):
    """The folder of the case's chart: a packed chart holds one."""
    packed = os.path.join(corpus, case["chart"])
    folder = os.path.join(into, case["sha256"])
    if not os.path.isdir(folder):
        with tarfile.open(packed) as archive:
            archive.extractall(folder, filter="tar")
    return os.path.join(folder, os.listdir(folder)[0])


def measure(rumbo, helm, corpus, case, into):
    chart = unpack(corpus, case, into)
    places = {"@chart/": chart + "/", "@values/": os.path.join(corpus, "values") + "/"}
    flags = ["--namespace", case["namespace"]]
    for word in case["args"]:
        place = next((mark for mark in places if word.startswith(mark)), "")
        flags.append(places.get(place, "") + word[len(place):])
    ours = [rumbo, "render", chart, "--helm", "--release-name", case["release"]] + flags
    return peer.compare(ours, [helm, "template", case["release"], chart] + flags, corpus, ROUNDS)


def main():
    rumbo, helm, corpus = map(os.path.abspath, sys.argv[1:4])
    most = int(sys.argv[4]) if len(sys.argv) > 4 else 120
    with open(os.path.join(corpus, "cases.json")) as file:
        cases = [case for case in json.load(file) if case["expect"] == "ok" and "bytes" in case]
    random.Random(7).shuffle(cases)
    with tempfile.TemporaryDirectory() as into:
        measured = lambda chosen: (one for case in chosen if (one := measure(rumbo, helm, corpus, case, into)))
        for name, low, high in SIZES:
            of_size = (case for case in cases if low <= case["bytes"] < high)
            found = list(itertools.islice(measured(of_size), most // 3))
            if found:
                peer.row(f"charts with output {name}, whole process, beside `helm template`", "≥ 30x", found, "Helm")
        large = list(measured(case for case in cases if LARGE in case["chart"]))
        if large:
            peer.row(f"{LARGE}, whole process, beside `helm template`", "≥ 30x", large, "Helm")


if __name__ == "__main__":
    main()
