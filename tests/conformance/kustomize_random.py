#!/usr/bin/env python3
"""Random overlays, built by Rumbo and by the real kustomize, compared byte for byte.

  kustomize_random.py --rumbo PATH [--kustomize PATH] [--seed N] [--cases N] [--wide] [--keep DIR] [--only CASE]

Case K of seed N is always the same tree. Standard output must be equal, and both must succeed or both
must fail; what messages say is not compared. Without a kustomize on the PATH (or by --kustomize) nothing
is compared, and it says so. Exit status 0: all equal, or nothing to compare with; 1: differences.
Expects kustomize 5.8.1; another version is compared, with a warning. Python's standard library only."""
import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile

WORDS = ["web", "api", "db", "cache", "queue", "mail", "auth", "cart", "pay", "log"]
IMAGES = ["nginx", "nginx:1.2", "registry.example.org/app:1.0", "redis@sha256:" + "a" * 64, "busybox:latest",
          "localhost:5000/team/tool", "gcr.io/x/y:v1"]
SCALARS = ["text", "yes", "on", "y", "true", "007", "0x1F", "1e3", "1.0", "12:30:45", "2024-01-02", "~", "null",
           "", " lead", "trail ", "a: b", "a #b", "- dash", "*star", "&amp", "!bang", "%pct", "@at", "`tick`",
           "two\nlines", "two\nlines\n", "end\n\n", "\ttab", "quote'", 'double"', "back\\slash", "é", "日本",
           "x" * 120, "word " * 30, "{flow}", "[list]", "=", "<<", "1_000", ".5", "+1", "-1", "::", "?", "|", ">"]


class Tree:
    """One case: files by path."""

    def __init__(self, seed, number):
        self.rng = random.Random(f"{seed}/{number}")
        self.files = {}
        self.names = []

    def pick(self, *choices):
        return self.rng.choice(choices)

    def maybe(self, chance):
        return self.rng.random() < chance

    def scalar(self):
        return self.rng.choice(SCALARS)

    def texts(self, most=4):
        keys = ["a", "b", "c.d", "e-f", "g_h", "key.txt"] + (["y", "on", "1"] if self.maybe(0.02) else [])
        return {self.rng.choice(keys): self.scalar() for _ in range(self.rng.randint(0, most))}

    def labels(self):
        return {self.rng.choice(["app", "tier", "team", "example.org/x"]): self.rng.choice(WORDS)
                for _ in range(self.rng.randint(1, 2))}

    def metadata(self, name, namespaced=True):
        meta = {"name": name}
        if namespaced and self.maybe(0.3):
            meta["namespace"] = self.pick("default", "shop", "other")
        if self.maybe(0.4):
            meta["labels"] = self.labels()
        if self.maybe(0.2):
            meta["annotations"] = self.texts(2)
        return meta

    def container(self, name):
        made = {"name": name, "image": self.rng.choice(IMAGES)}
        if self.maybe(0.5):
            made["ports"] = [dict({"containerPort": port}, **({"protocol": self.pick("TCP", "UDP")} if self.maybe(0.3)
                                                              else {}), **({"name": f"p{port}"} if self.maybe(0.3) else {}))
                             for port in self.rng.sample([80, 443, 8080, 9090], self.rng.randint(1, 3))]
        if self.maybe(0.5):
            made["env"] = [{"name": f"E{i}", "value": self.scalar()} for i in range(self.rng.randint(1, 3))]
            if self.maybe(0.4):
                made["env"].append({"name": "REF", "valueFrom": {self.pick("configMapKeyRef", "secretKeyRef"):
                                                                 {"name": self.rng.choice(WORDS) + "-conf", "key": "a"}}})
        if self.maybe(0.3):
            made["envFrom"] = [{"configMapRef": {"name": self.rng.choice(WORDS) + "-conf"}}]
        if self.maybe(0.3):
            made["args"] = [self.scalar() for _ in range(self.rng.randint(1, 3))]
        if self.maybe(0.2):
            made["volumeMounts"] = [{"name": "data", "mountPath": "/data"}]
        return made

    def workload(self, name):
        kind = self.pick("Deployment", "Deployment", "StatefulSet", "DaemonSet")
        labels = {"app": name}
        spec = {"selector": {"matchLabels": dict(labels)},
                "template": {"metadata": {"labels": dict(labels)},
                             "spec": {"containers": [self.container(c) for c in
                                                     self.rng.sample(["main", "side", "proxy"], self.rng.randint(1, 2))]}}}
        if kind != "DaemonSet" and self.maybe(0.7):
            spec["replicas"] = self.rng.randint(0, 5)
        if kind == "StatefulSet":
            spec["serviceName"] = self.rng.choice(WORDS)
        pod = spec["template"]["spec"]
        if self.maybe(0.4):
            pod["volumes"] = [{"name": "data", **self.rng.choice([
                {"emptyDir": {}}, {"configMap": {"name": self.rng.choice(WORDS) + "-conf"}},
                {"secret": {"secretName": self.rng.choice(WORDS) + "-secret"}},
                {"persistentVolumeClaim": {"claimName": self.rng.choice(WORDS)}}])}]
        if self.maybe(0.2):
            pod["serviceAccountName"] = self.rng.choice(WORDS)
        if self.maybe(0.2):
            pod["initContainers"] = [self.container("init")]
        return {"apiVersion": "apps/v1", "kind": kind, "metadata": self.metadata(name), "spec": spec}

    def resource(self, name):
        what = self.rng.random()
        if what < 0.45:
            return self.workload(name)
        if what < 0.6:
            return {"apiVersion": "v1", "kind": "Service", "metadata": self.metadata(name),
                    "spec": {"selector": {"app": name}, "ports": [{"port": p} for p in
                                                                  self.rng.sample([80, 443, 53], self.rng.randint(1, 2))]}}
        if what < 0.75:
            return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": self.metadata(name + "-conf"),
                    "data": self.texts()}
        if what < 0.8:
            return {"apiVersion": "v1", "kind": "Secret", "metadata": self.metadata(name + "-secret"),
                    "stringData": self.texts()}
        if what < 0.85:
            return {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": self.metadata(name)}
        if what < 0.9:
            return {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata": self.metadata(name),
                    "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": self.rng.choice(WORDS)},
                    "subjects": [{"kind": "ServiceAccount", "name": self.rng.choice(WORDS + ["default"]),
                                  "namespace": self.pick("default", "shop")}]}
        if what < 0.95:
            return {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": self.metadata(name),
                    "spec": {"rules": [{"host": name + ".example.org", "http": {"paths": [
                        {"path": "/", "pathType": "Prefix", "backend": {"service": {"name": self.rng.choice(WORDS),
                                                                                    "port": {"number": 80}}}}]}}]}}
        return {"apiVersion": "example.org/v1", "kind": "Ring", "metadata": self.metadata(name),
                "spec": {"list": [{"name": "a", "v": self.scalar()}, {"name": "b"}], "deep": {"x": self.texts()}}}

    def patch_of(self, target):
        """A strategic or JSON patch for an object, as an entry of `patches`."""
        name = {"kind": target["kind"], "name": target["metadata"]["name"]}
        if self.maybe(0.5):
            body = {"apiVersion": target["apiVersion"], "kind": target["kind"],
                    "metadata": {"name": target["metadata"]["name"], "annotations": self.texts(2)}}
            if "namespace" in target["metadata"]:
                body["metadata"]["namespace"] = target["metadata"]["namespace"]
            spec = target.get("spec", {})
            if "template" in spec:
                container = self.rng.choice(spec["template"]["spec"]["containers"])["name"]
                patch = {"name": self.rng.choice([container, "added"]), "image": self.rng.choice(IMAGES)}
                if self.maybe(0.3):
                    patch["env"] = [{"name": "E0", "value": self.scalar()}]
                if self.maybe(0.2):
                    patch["ports"] = [{"containerPort": 80, "name": "patched"}]
                if self.maybe(0.15):
                    patch = {"name": container, "$patch": "delete"}
                body["spec"] = {"template": {"spec": {"containers": [patch]}}}
                if self.maybe(0.3):
                    body["spec"]["replicas"] = self.pick(None, 7)
            elif "data" in target:
                body["data"] = {"a": self.pick(None, "patched"), "new": self.scalar()}
            return {"patch": self.yaml(body)} if self.maybe(0.5) else {"path": self.file("patch", body)}
        possible = [{"op": "add", "path": "/metadata/annotations", "value": self.texts(2)},
                    {"op": "add", "path": "/metadata/labels", "value": self.labels()},
                    {"op": "test", "path": "/kind", "value": target["kind"]}]
        if "labels" in target["metadata"] or self.maybe(0.02):
            possible.append({"op": "remove", "path": "/metadata/labels"})
        if "template" in target.get("spec", {}) or self.maybe(0.02):
            possible += [{"op": "add", "path": "/spec/replicas", "value": 3},
                         {"op": "replace", "path": "/spec/template/spec/containers/0/image", "value": "patched:1"},
                         {"op": "add", "path": "/spec/template/spec/containers/-", "value": self.container("last")}]
        operations = [self.rng.choice(possible) for _ in range(self.rng.randint(1, 2))]
        if self.maybe(0.1):
            name = {"kind": target["kind"], "name": self.pick(".*", target["metadata"]["name"][:2] + ".*")}
        return {"target": name, "patch": self.yaml(operations)}

    def yaml(self, value):
        """As JSON, which is YAML: the styles of its scalars are the readers' business."""
        return json.dumps(value, ensure_ascii=self.maybe(0.5), indent=self.pick(None, 2)) + "\n"

    def file(self, stem, value, folder=None):
        folder = self.folder if folder is None else folder
        name = f"{stem}{len(self.files)}.yaml"
        self.files[f"{folder}/{name}"] = self.yaml(value)
        return name

    def kustomization(self, folder, below):
        """A kustomization in `folder` over the folders `below`; returns the objects it adds."""
        self.folder = folder
        resources, made = [os.path.relpath(one, folder) for one in below], []
        for _ in range(self.rng.randint(0 if below else 1, 4)):
            free = [w for w in WORDS if w not in self.names]
            if not free:
                break
            name = self.rng.choice(free)
            self.names.append(name)
            made.append(self.resource(name))
            resources.append(self.file("r", made[-1]))
        self.objects += made
        out = {"resources": resources}
        if self.maybe(0.3):
            out["namePrefix"] = self.pick("p-", "dev-")
        if self.maybe(0.2):
            out["nameSuffix"] = self.pick("-s", "-v2")
        if self.maybe(0.3):
            out["namespace"] = self.pick("shop", "stage")
        if self.maybe(0.3):
            out["labels"] = [{"pairs": self.labels(), **({"includeSelectors": True} if self.maybe(0.4) else {}),
                              **({"includeTemplates": True} if self.maybe(0.4) else {})}]
        if self.maybe(0.15):
            out["commonLabels"] = self.labels()
        if self.maybe(0.2):
            out["commonAnnotations"] = {"note": self.scalar()}
        if self.maybe(0.4):
            out["images"] = [{"name": self.pick("nginx", "registry.example.org/app", "busybox", "redis"),
                              **self.rng.choice([{"newTag": "9.9"}, {"newName": "mirror/x"}, {"digest": "sha256:" + "b" * 64},
                                                 {"newName": "m/y", "newTag": "2"}])}]
        if self.maybe(0.4):
            free = "-conf" if self.maybe(0.1) else f"-gen{len(self.files)}"
            out["configMapGenerator"] = [{"name": self.rng.choice(WORDS) + free,
                                          "literals": [f"{k}={v}" for k, v in self.texts().items() if "\n" not in v],
                                          **({"options": {"disableNameSuffixHash": True}} if self.maybe(0.2) else {}),
                                          **({"behavior": self.pick("merge", "replace")} if free == "-conf" else {})}]
        if self.maybe(0.2):
            out["secretGenerator"] = [{"name": self.rng.choice(WORDS) + f"-sec{len(self.files)}", "literals": ["a=" + "z" * self.pick(1, 90)]}]
        if self.maybe(0.2):
            out["generatorOptions"] = {"labels": self.labels(), "disableNameSuffixHash": self.maybe(0.3)}
        if self.objects and self.maybe(0.7):
            out["patches"] = [self.patch_of(self.rng.choice(self.objects)) for _ in range(self.rng.randint(1, 3))]
        if self.objects and self.maybe(0.2):
            workloads = [o for o in self.objects if "replicas" in o.get("spec", {})]
            if workloads:
                out["replicas"] = [{"name": self.rng.choice(workloads)["metadata"]["name"], "count": 4}]
        if self.objects and self.maybe(0.3):
            source, target = self.rng.choice(self.objects), self.rng.choice(self.objects)
            pods = "template" in target.get("spec", {})
            path = self.pick(*(["metadata.annotations.copied", "metadata.labels.copied"] +
                               (["spec.template.spec.containers.*.image", "spec.template.spec.containers.0.image",
                                 "spec.template.metadata.annotations.copied"] if pods else [])))
            image = path.endswith("image")
            out["replacements"] = [{
                "source": {"kind": source["kind"], "name": source["metadata"]["name"],
                           "fieldPath": self.pick("metadata.name", "kind")},
                "targets": [{"select": {"kind": target["kind"], "name": target["metadata"]["name"]}, "fieldPaths": [path],
                             "options": self.pick({}, {"delimiter": ":", "index": 0}, {"delimiter": "/", "index": 5})
                             if image else {"create": True}}]}]
        if self.maybe(0.1):
            out["buildMetadata"] = [self.pick("originAnnotations", "managedByLabel", "transformerAnnotations")]
        if self.maybe(0.1):
            out["sortOptions"] = {"order": self.pick("fifo", "legacy")}
        self.made[folder] = out
        self.files[f"{folder}/kustomization.yaml"] = self.yaml(out)

    def write(self, root):
        """Writes the case below `root`; returns the folder to build."""
        self.objects, self.made = [], {}
        bases = [f"base{i}" for i in range(self.rng.randint(1, 2))]
        for base in bases:
            self.kustomization(base, [])
        self.kustomization("overlay", bases)
        top = "overlay"
        if self.maybe(0.3):
            self.kustomization("top", ["overlay"])
            top = "top"
        for path, text in self.files.items():
            place = os.path.join(root, path)
            os.makedirs(os.path.dirname(place), exist_ok=True)
            with open(place, "w", encoding="utf-8") as out:
                out.write(text)
        return os.path.join(root, top)


def run(argv):
    done = subprocess.run(argv, capture_output=True, timeout=60)
    return done.returncode, done.stdout, done.stderr


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rumbo", required=True)
    parser.add_argument("--kustomize", default=shutil.which("kustomize"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cases", type=int, default=200)
    parser.add_argument("--wide", action="store_true", help="also what kustomize_wide.py adds")
    parser.add_argument("--only", type=int, help="this case alone, with both outputs")
    parser.add_argument("--keep", help="keep the trees that differ below this folder")
    asked = parser.parse_args()
    if not asked.kustomize:
        print("no kustomize on the PATH: nothing compared")
        return 0
    version = run([asked.kustomize, "version"])[1].decode().strip()
    if not version.endswith("v5.8.1"):
        print(f"warning: {version} is not v5.8.1, whose output Rumbo follows")
    make = Tree
    if asked.wide:
        from kustomize_wide import WideTree
        make = WideTree
    differ = refused = 0
    for number in [asked.only] if asked.only is not None else range(asked.cases):
        root = tempfile.mkdtemp()
        try:
            folder = make(asked.seed, number).write(root)
            theirs, ours = run([asked.kustomize, "build", folder]), run([asked.rumbo, "render", folder])
            same = theirs[1] == ours[1] and (theirs[0] == 0) == (ours[0] == 0)
            refused += theirs[0] != 0
            if asked.only is not None:
                print(theirs[1].decode() + theirs[2].decode(), "----", ours[1].decode() + ours[2].decode(), sep="\n")
            if same:
                continue
            differ += 1
            print(f"case {number} of seed {asked.seed} differs: exit {theirs[0]} and {ours[0]}, "
                  f"{len(theirs[1])} and {len(ours[1])} bytes\n  kustomize: {theirs[2].decode()[:300].strip()}\n"
                  f"  rumbo:     {ours[2].decode()[:300].strip()}")
            if asked.keep:
                shutil.copytree(root, os.path.join(asked.keep, f"{asked.seed}-{number}"), dirs_exist_ok=True)
        finally:
            shutil.rmtree(root)
    count = 1 if asked.only is not None else asked.cases
    print(f"{count - differ} of {count} equal ({refused} refused by both or one)")
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
