#!/usr/bin/env python3
"""Many applications on one real API server: time, requests and processor time of Rumbo, beside a bare client.

usage: bench/fleet.py RUMBO BARE [APPLICATIONS …]

RUMBO is the program, BARE build/bench/bench/bare_client, APPLICATIONS (100) the sizes. Starts a control plane of
tests/cluster with an audit log, and a daemon; an application is two ConfigMaps, a Deployment of one replica and a
Service. Creates all, changes all by one commit, syncs without a change, edits one field by hand, and commits what is
broken in three ways. The bare client
does the same writes on the same API server in namespaces of its own and waits for the same rollouts. Prints rows of a
Markdown table. Takes ports 18443 to 18448 and removes what it made.
"""
import collections, datetime, json, os, shutil, signal, statistics, subprocess, sys, tempfile, time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
PORT = 18443
LIMIT = 900  # seconds for one phase
POLICY = "apiVersion: audit.k8s.io/v1\nkind: Policy\nomitStages: [RequestReceived]\nrules: [{level: Metadata}]\n"
APPLICATION = """apiVersion: v1
kind: ConfigMap
metadata: {{name: {name}-a}}
data: {{revision: "{revision}"}}
---
apiVersion: v1
kind: ConfigMap
metadata: {{name: {name}-b}}
data: {{revision: "{revision}"}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}}}
spec:
  replicas: 1
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}}}}}
    spec:
      containers:
        - {{name: web, image: "example.org/web:{revision}", ports: [{{containerPort: 8080}}]}}
---
apiVersion: v1
kind: Service
metadata: {{name: {name}, annotations: {{revision: "{revision}"}}}}
spec: {{selector: {{app: {name}}}, ports: [{{port: 80, targetPort: 8080}}]}}
"""


def call(*command, **options):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, **options).stdout


def ticks(pid):
    """Seconds of processor time that a process has used."""
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak(pid):
    with open(f"/proc/{pid}/status") as file:
        return next(int(line.split()[1]) / 1024 for line in file if line.startswith("VmHWM"))


class Cluster:
    def __init__(self, folder):
        self.folder = os.path.join(folder, "cluster")
        self.audit = os.path.join(folder, "audit.log")
        policy = os.path.join(folder, "policy.yaml")
        with open(policy, "w") as file:
            file.write(POLICY)
        flags = f"--audit-policy-file={policy} --audit-log-path={self.audit} --audit-log-maxsize=4000"
        call(f"{ROOT}/tests/cluster/up.sh", self.folder, str(PORT), "10",
             env={**os.environ, "RUMBO_APISERVER_FLAGS": flags})
        self.kubeconfig = os.path.join(self.folder, "kubeconfig")
        with open(os.path.join(self.folder, "pids")) as file:
            self.api = next(int(line.split()[0]) for line in file if line.endswith("kube-apiserver\n"))

    def kubectl(self, *arguments, **options):
        return call(f"{self.folder}/bin/kubectl", "--kubeconfig", self.kubeconfig, *arguments, **options)

    def down(self):
        subprocess.run([f"{ROOT}/tests/cluster/down.sh", self.folder], stdout=subprocess.DEVNULL)

    def requests(self, since, agent):
        """What the audit log has from a place on, of clients whose agent begins so: counts by verb and kind, dry-runs apart."""
        found = collections.Counter()
        with open(self.audit) as file:
            file.seek(since)
            for line in file:
                event = json.loads(line)
                if event.get("userAgent", "").startswith(agent) and event["verb"] != "watch":
                    verb = "dry-run" if "dryRun=" in event["requestURI"] else event["verb"]
                    found[verb, event.get("objectRef", {}).get("resource", event["requestURI"].split("?")[0])] += 1
        return found

    def answered(self, since, agent, verb, name):
        """When the server had answered this request, by its own clock, which is this machine's."""
        with open(self.audit) as file:
            file.seek(since)
            for line in file:
                event = json.loads(line)
                if (event.get("userAgent", "").startswith(agent) and event["verb"] == verb and
                        event.get("objectRef", {}).get("name") == name):
                    return stamp(event["stageTimestamp"])
        raise RuntimeError(f"the audit log has no {verb} of {name} by {agent}")

    def place(self):
        return os.path.getsize(self.audit) if os.path.exists(self.audit) else 0


class Rumbo:
    def __init__(self, program, folder, cluster, count):
        self.program, self.folder, self.cluster, self.count = program, folder, cluster, count
        self.repo = os.path.join(folder, "repo")
        self.config = os.path.join(folder, "rumbo.yaml")
        call("git", "init", "-q", "-b", "main", self.repo)
        self.daemon = None

    def write_config(self, count):
        """A configuration with so many applications; a running daemon takes it up."""
        text = (f"apiVersion: rumbo.dev/v1alpha1\nkind: Environment\nmetadata: {{name: bench}}\nspec:\n"
                f"  target: {{kubernetes: {{kubeconfig: \"{self.cluster.kubeconfig}\"}}}}\n  namespace: rumbo\n")
        for index in range(count):
            text += (f"---\napiVersion: rumbo.dev/v1alpha1\nkind: Application\nmetadata: {{name: app-{index}}}\nspec:\n"
                     f"  source: {{git: {{url: \"file://{self.repo}\", ref: {{branch: main}}, path: app-{index}}}}}\n"
                     f"  environments: [bench]\n  pollInterval: 1h\n")
        with open(self.config + ".new", "w") as file:
            file.write(text)
        os.replace(self.config + ".new", self.config)
        if self.daemon is not None:
            self.daemon.send_signal(signal.SIGHUP)

    def verb(self, *arguments, check=True):
        done = subprocess.run([self.program, *arguments, "--state", self.folder + "/state", "--config", self.config],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if check and done.returncode != 0:
            raise RuntimeError(f"rumbo {' '.join(arguments)}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
        return done

    def commit(self, revision):
        for index in range(self.count):
            os.makedirs(f"{self.repo}/app-{index}", exist_ok=True)
            with open(f"{self.repo}/app-{index}/all.yaml", "w") as file:
                file.write(APPLICATION.format(name=f"app-{index}", revision=revision))
        call("git", "-C", self.repo, "add", "-A")
        call("git", "-C", self.repo, "-c", "user.name=bench", "-c", "user.email=bench@example.org", "commit", "-qm", revision)

    def commit_one(self, name, text, message):
        with open(f"{self.repo}/{name}/all.yaml", "w") as file:
            file.write(text)
        call("git", "-C", self.repo, "-c", "user.name=bench", "-c", "user.email=bench@example.org", "commit", "-qam", message)

    def serve(self):
        log = open(os.path.join(self.folder, "daemon.log"), "w")
        self.daemon = subprocess.Popen([self.program, "serve", "--state", self.folder + "/state", "--config", self.config],
                                       stdout=log, stderr=log)
        end = time.time() + 30
        while self.verb("status", check=False).returncode == 2 and time.time() < end:
            time.sleep(0.05)

    def committed(self, since):
        """Waits until `count` transactions after record `since` have ended; when the last of them did."""
        end, found, after = time.time() + LIMIT, [], since
        while time.time() < end:
            time.sleep(0.25)
            for record in self.records(after):
                after = record["seq"]
                if record["type"] == "end":
                    found.append(record)
            if len(found) >= self.count:
                bad = [record for record in found if record["body"].get("outcome") != "committed"]
                if bad:
                    raise RuntimeError(f"{len(bad)} transactions did not commit, the first: {bad[0]}")
                return max(stamp(record["at"]) for record in found)
        raise RuntimeError(f"{len(found)} of {self.count} ended in {LIMIT} s: {self.verb('status').stdout[-2000:]}")

    def records(self, after):
        printed = self.verb("log", "-o", "json", "--after", str(after), "--max", "100000", check=False)
        return json.loads(printed.stdout)["records"] if printed.returncode == 0 else []

    def last(self):
        return max((record["seq"] for record in self.records(0)), default=0)

    def stop(self):
        if self.daemon is not None:
            self.daemon.terminate()
            self.daemon.wait()


def stamp(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def described(requests, count):
    """"4.0 dry-run, 4.0 get, …" per application."""
    verbs = collections.Counter()
    for (verb, _), number in requests.items():
        verbs[verb] += number
    return ", ".join(f"{number / count:.2f} {verb}" for verb, number in verbs.most_common())


def row(what, goal, found):
    print(f"| {what} | {goal} | {found} |", flush=True)


def phase(what, count, cluster, rumbo, bare, work):
    """One comparison: `work` by Rumbo, the same writes by the bare client."""
    place, api, own, begin, since = cluster.place(), ticks(cluster.api), ticks(rumbo.daemon.pid), time.time(), rumbo.last()
    work()
    took = rumbo.committed(since) - begin
    api, own = ticks(cluster.api) - api, ticks(rumbo.daemon.pid) - own
    requests = cluster.requests(place, "rumbo")
    time.sleep(3)
    floor_api = ticks(cluster.api)
    floor, floor_own = map(float, bare().split())
    floor_api = ticks(cluster.api) - floor_api
    row(f"{what} {count} applications x 4 objects, beside a bare client", "≤ 1.35x time, ≤ 1.6x API server CPU, ≤ 5 ms CPU each",
        f"{took:.1f} s beside {floor:.1f} s ({took / floor:.2f}x); API server {1000 * api / count:.0f} ms each beside "
        f"{1000 * floor_api / count:.0f} ({api / floor_api:.2f}x); own CPU {1000 * own / count:.1f} ms each")
    row(f"{what} {count} applications: requests each", "1 dry-run and 1 read an object, 2 bookkeeping writes", described(requests, count))
    if "-v" in sys.argv:
        for (verb, kind), number in requests.most_common():
            print(f"    {verb} {kind} {number}", file=sys.stderr)


def quiet(count, cluster, rumbo):
    place, own, begin = cluster.place(), ticks(rumbo.daemon.pid), time.time()
    rumbo.verb("sync")
    took = time.time() - begin
    writes = {key: number for key, number in cluster.requests(place, "rumbo").items() if key[0] in ("create", "patch", "update", "delete")}
    row(f"sync of {count} applications without a change", "≤ 1 s, no write",
        f"{took:.2f} s, {sum(writes.values())} writes, own CPU {1000 * (ticks(rumbo.daemon.pid) - own) / count:.1f} ms each")


def edits(count, cluster, rumbo, rounds=10):
    """One field of one object edited by hand: from the server's answer to it until the journal tells the drift, and until
    the heal is committed."""
    seen, healed = [], []
    for index in range(rounds):
        name, place, since = f"app-{index % count}-a", cluster.place(), rumbo.last()
        cluster.kubectl("-n", "rumbo", "patch", "configmap", name, "--type=merge", "-p",
                        json.dumps({"data": {"revision": f"by hand {index}"}}))
        answered = cluster.answered(place, "kubectl", "patch", name)
        end = time.time() + 30
        while time.time() < end:
            records = rumbo.records(since)
            told = [r for r in records if r["type"] == "event" and r["body"].get("event") == "drift"]
            done = [r for r in records if r["type"] == "end"]
            if told and done:
                seen.append(1000 * (stamp(told[0]["at"]) - answered))
                healed.append(1000 * (stamp(done[0]["at"]) - answered))
                break
            time.sleep(0.2)
        time.sleep(1)
    for what, goal, found in (("seen", 50, seen), ("healed", 200, healed)):
        if not found:
            raise RuntimeError(f"no edit was {what}")
        row(f"one field edited by hand, {count} applications: {what}", f"≤ {goal} ms",
            f"median {statistics.median(found):.0f} ms (min {min(found):.0f}, max {max(found):.0f}, {len(found)} of {rounds} edits)")


TWICE = "---\n".join(f"""apiVersion: v1
kind: Service
metadata: {{name: app-0-{name}}}
spec: {{type: NodePort, selector: {{app: app-0}}, ports: [{{port: 80, nodePort: 31999}}]}}
""" for name in ("first", "second"))


def picture(cluster):
    """The objects of app-0 without what servers and controllers write."""
    found = json.loads(cluster.kubectl("-n", "rumbo", "get", "configmap,service,deployment", "-o", "json"))["items"]
    mine = [one for one in found if one["metadata"]["name"].startswith("app-0")]
    return json.dumps(sorted(json.dumps([one["kind"], one["metadata"]["name"], one.get("data"), one.get("spec")], sort_keys=True) for one in mine))


def broken(cluster, rumbo):
    """Three commits that cannot work, of one application: from the failure known until all is as before."""
    whole = APPLICATION.format(name="app-0", revision="three")
    ways = {"an image that cannot be pulled": whole.replace("web:three", "web:missing-three"),
            "a port that the dry-run rejects": whole.replace("port: 80,", "port: 99999,"),
            "two Services on one node port": whole + "---\n" + TWICE}
    for what, text in ways.items():
        before, since = picture(cluster), rumbo.last()
        rumbo.commit_one("app-0", text, what)
        rumbo.verb("refresh", "app-0", check=False)
        end = time.time() + 120
        while time.time() < end:
            records = rumbo.records(since)
            ended = [r for r in records if r["type"] == "end"]
            refused = [r for r in records if r["type"] == "event" and r["body"].get("event") in ("refused", "trouble")]
            if ended or refused:
                break
            time.sleep(0.2)
        aborts = [r for r in records if r["type"] == "abort"]
        took = (f"{stamp(ended[0]['at']) - stamp(aborts[0]['at']):.2f} s after the failure was known"
                if ended and aborts else "nothing was touched")
        same = "all objects as before" if picture(cluster) == before else "**NOT as before**"
        row(f"a broken commit: {what}", "≤ 2 s", f"{took}; {same}")


def main():
    arguments = [argument for argument in sys.argv[1:] if argument != "-v"]
    program, bare = map(os.path.abspath, arguments[:2])
    for count in map(int, arguments[2:] or ["100"]):
        folder = tempfile.mkdtemp(prefix="rumbo-fleet-")
        cluster = Cluster(folder)
        rumbo = Rumbo(program, folder, cluster, count)
        try:
            cluster.kubectl("create", "namespace", "rumbo")
            rumbo.commit("one")
            rumbo.write_config(0)
            rumbo.serve()
            peer = lambda revision: lambda: call(bare, cluster.kubeconfig, "bare", str(count), revision)
            phase("create", count, cluster, rumbo, peer("one"), lambda: rumbo.write_config(count))
            rumbo.commit("two")
            phase("one commit that changes", count, cluster, rumbo, peer("two"), lambda: rumbo.verb("refresh"))
            quiet(count, cluster, rumbo)
            edits(count, cluster, rumbo)
            broken(cluster, rumbo)
            row(f"peak memory with {count} applications", "–", f"{peak(rumbo.daemon.pid):.1f} MiB")
        finally:
            rumbo.stop()
            cluster.down()
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
