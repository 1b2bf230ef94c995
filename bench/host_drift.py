#!/usr/bin/env python3
"""usage: host_drift.py RUMBO STATE CONFIG PODMAN…  – in the namespaces of bench/host.sh, with its daemon
running: how soon a killed container leaves the routes and serves again, how soon a removed pod and a removed
route are noticed and mended. Prints rows for docs/benchmarks.md."""
import json
import socket
import statistics
import subprocess
import sys
import threading
import time

RUMBO, STATE, CONFIG, PODMAN = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:]
ROUNDS = 5


def run(*words):
    return subprocess.run(words, capture_output=True, text=True, check=False).stdout


def rumbo(*words):
    return json.loads(run(RUMBO, *words, "-o", "json", "--state", STATE, "--config", CONFIG) or "{}")


def podman(*words):
    return run(*PODMAN, *words)


def pod_of(application):
    names = [n for n in podman("pod", "ps", "--filter", "status=running", "--filter", "status=degraded",
                               "--format", "{{.Name}}").split() if n.startswith(f"bench-{application}-")]
    return names[0] if names else ""


def inspect(container, what):
    return podman("inspect", "--format", what, container).strip()


def serves(address):
    try:
        with socket.create_connection((address, 8080), timeout=0.2):
            return True
    except OSError:
        return False


def wait(what, most=30.0):
    began = time.monotonic()
    while time.monotonic() - began < most:
        if what():
            return time.monotonic()
        time.sleep(0.002)
    return float("nan")


class Monitor:
    """Times at which the kernel told of a change of the ruleset."""

    def __init__(self):
        self.times = []
        self.process = subprocess.Popen(["nft", "monitor"], stdout=subprocess.PIPE, text=True)
        threading.Thread(target=self.read, daemon=True).start()
        time.sleep(0.5)

    def read(self):
        for _ in self.process.stdout:
            self.times.append(time.monotonic())

    def first_after(self, moment):
        return wait(lambda: any(t > moment for t in self.times)) and min(t for t in self.times if t > moment)


def row(what, goal, seconds):
    ms = sorted(1000 * s for s in seconds)
    print(f"| {what} | {goal} | median {statistics.median(ms):.0f} ms (min {ms[0]:.0f}, max {ms[-1]:.0f}, "
          f"{len(ms)} runs) |", flush=True)


def own_start(pod):
    container = pod + "-app"
    took = []
    for _ in range(3):
        podman("stop", "-t", "0", container)
        began = time.monotonic()
        podman("start", container)
        took.append(time.monotonic() - began)
    return took


def main():
    monitor = Monitor()
    seen, again, removed, route = [], [], [], []
    for i in range(ROUNDS):
        pod = pod_of(f"app{i + 1}")
        container = pod + "-app"
        address = inspect(podman("inspect", "--format", "{{.Pod}}", container).strip() or pod,
                          "{{.InfraContainerID}}")
        address = inspect(address, "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}")
        pid = inspect(container, "{{.State.Pid}}")
        wait(lambda: serves(address))
        began = time.monotonic()
        run("kill", "-9", pid)
        seen.append(monitor.first_after(began) - began)
        again.append(wait(lambda: serves(address)) - began)
        time.sleep(2)
    for _ in range(ROUNDS):
        began = time.monotonic()
        run("nft", "flush", "ruleset")
        flushed = time.monotonic()
        mended = wait(lambda: "rumbo_" in run("nft", "list", "tables"))
        route.append(mended - flushed)
        del began
        time.sleep(1)
    for i in range(ROUNDS):
        name = f"app{i + 1}"
        pod = pod_of(name)
        podman("pod", "rm", "-f", "-t", "0", pod)
        gone = time.time()
        told = float("nan")
        for _ in range(200):
            records = rumbo("log", "--max", "50").get("records", [])
            mine = [r for r in records if "drift" in json.dumps(r) and f"{name}@dev" in json.dumps(r)]
            stamps = [time.mktime(time.strptime(r["at"][:19], "%Y-%m-%dT%H:%M:%S")) - time.timezone
                      + float("0" + r["at"][19:-1]) for r in mine]
            late = [s for s in stamps if s > gone - 2]
            if late:
                told = late[0] - gone
                break
            time.sleep(0.05)
        removed.append(max(0.0, told))
        wait(lambda: pod_of(name) not in ("", pod), 60)
        time.sleep(6)
    row("a killed container is out of the routes (death seen, containers listed, batch written)",
        "seen ≤ 50 ms", seen)
    row("it serves again", "own start + 200 ms", again)
    row("a flushed ruleset is back", "≤ 200 ms", route)
    row("a removed pod is in the journal as drift, after `podman pod rm` returned", "≤ 300 ms", removed)
    row("beside it: `podman start` of one such container", "–", own_start(pod_of("app1")))
    monitor.process.kill()


main()
