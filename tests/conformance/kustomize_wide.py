"""Wider random overlays for kustomize_random.py --wide: block YAML with comments, anchors and plain scalars,
components, vars, replacements of every kind, configurations, custom schemas, generators with files and env files,
transformers and generators in files, deprecated fields, and mistakes."""
import os

from kustomize_random import SCALARS, WORDS, Tree

PLAIN = ["yes", "on", "007", "0x1F", "0o17", "1e3", "1.0", "1_000", "+5", "12:30:45", "2024-01-02", "~", "null", "true",
         ".5", "1.10", "0b11", "=", "<<", "abc", "a b", "-1", "1e20", "123456789012345678901"]


class WideTree(Tree):
    def block(self, value, indent=0):
        """Block YAML; scalars in any style, now and then a comment."""
        pad = "  " * indent
        if isinstance(value, dict) and value:
            out = ""
            for key, inner in value.items():
                if self.maybe(0.05):
                    out += f"{pad}# remark\n"
                shown = key if key.replace("-", "").replace("_", "").isalnum() and key not in ("y", "on") and not key[0].isdigit() \
                    else super().yaml(key).strip()
                if isinstance(inner, (dict, list)) and inner:
                    out += f"{pad}{shown}:\n" + self.block(
                        inner, indent + (0 if isinstance(inner, list) and self.maybe(0.5) else 1))
                else:
                    out += f"{pad}{shown}: {self.leaf(inner, indent)}\n"
            return out
        if isinstance(value, list) and value:
            out = ""
            for inner in value:
                if isinstance(inner, (dict, list)) and inner:
                    text = self.block(inner, indent + 1)
                    while text.lstrip(" ").startswith("#"):
                        text = text[text.index("\n") + 1:]
                    out += pad + "- " + text[len(pad) + 2:]
                else:
                    out += f"{pad}- {self.leaf(inner, indent)}\n"
            return out
        return pad + self.leaf(value, indent) + "\n"

    def leaf(self, value, indent):
        if not isinstance(value, str):
            return super().yaml(value).strip()
        if "\n" in value and self.maybe(0.7):
            text = value.rstrip("\n")
            ends = len(value) - len(text)
            mark = "|" + ("-" if ends == 0 else "" if ends == 1 else "+")
            if text and text[0] not in " \t\n":
                return mark + "\n" + "\n".join("  " * (indent + 2) + line if line else "" for line in text.split("\n")) + "\n" * max(0, ends - 1)
        safe = value[:1].isalpha() and all(c.isalnum() or c in "./-_@" for c in value) and value not in (
            "y", "yes", "on", "true", "null")
        if safe and self.maybe(0.8):
            return value
        if self.maybe(0.3) and value.isprintable():
            return "'" + value.replace("'", "''") + "'"
        return super().yaml(value).strip()

    def yaml(self, value):
        return self.block(value) if isinstance(value, (dict, list)) and self.maybe(0.6) else super().yaml(value)

    def resource(self, name):
        made = super().resource(name)
        if made["kind"] == "ConfigMap" and self.maybe(0.3):
            made["data"]["file.yaml"] = "a: 1\nlist:\n- x\n- y: z\n"
            made["data"]["file.json"] = '{"a": {"b": "c"}, "n": 1}'
        if made["kind"] == "Ring" and self.maybe(0.5):
            made["spec"]["conf"] = {"name": self.rng.choice(WORDS) + "-conf"}
        return made

    def write_extra(self, folder, out):
        """Adds what the plain trees lack to a kustomization."""
        pick, rng = self.pick, self.rng

        def maybe(chance):
            # Few of them at a time, or hardly a tree could be built.
            return self.maybe(chance if chance > 0.5 else chance / 3)

        objects = self.objects
        if maybe(0.25):
            files = {"app.conf": "k=v\n" + self.scalar() + "\n", "bin": "\ttab\n", "e.env": "A=1\n# c\n\n B=two \nC=\"q\"\nD='s'\nE=a=b\n"}
            for name, text in files.items():
                self.files[f"{folder}/{name}"] = text
            kind = pick("configMapGenerator", "secretGenerator")
            entry = {"name": f"files{len(self.files)}",
                     "files": [pick("app.conf", "key=app.conf", "app.conf"), pick("bin", "b.txt=bin")],
                     "envs": ["e.env"]}
            if maybe(0.3):
                entry["options"] = {"annotations": {"x": self.scalar()}, "immutable": True}
            if kind == "secretGenerator" and maybe(0.5):
                entry["type"] = pick("Opaque", "kubernetes.io/tls")
            if maybe(0.3):
                entry["namespace"] = pick("shop", "default")
            out.setdefault(kind, []).append(entry)
        if objects and maybe(0.3):
            source = rng.choice(objects)
            out["vars"] = [{"name": f"V{len(self.files)}", "objref": {"kind": source["kind"], "name": source["metadata"]["name"],
                                                                      "apiVersion": source["apiVersion"]},
                            **({"fieldref": {"fieldpath": pick("metadata.name", "metadata.namespace", "kind", "spec.replicas")}}
                               if maybe(0.6) else {})}]
            users = [o for o in objects if "template" in o.get("spec", {})]
            if users:
                user = rng.choice(users)
                container = user["spec"]["template"]["spec"]["containers"][0]["name"]
                out.setdefault("patches", []).append({"target": {"kind": user["kind"], "name": user["metadata"]["name"]}, "patch": super().yaml(
                    {"apiVersion": "apps/v1", "kind": user["kind"], "metadata": {"name": user["metadata"]["name"]},
                     "spec": {"template": {"spec": {"containers": [{"name": container, "args": [f"--x=$(V{len(self.files)})", "$$(V1)", "$(NOPE)"]}]}}}})})
        if objects and maybe(0.4):
            source, target = rng.choice(objects), rng.choice(objects)
            paths = ["metadata.annotations.a\\.b/c", "metadata.labels.app", "metadata.annotations.[x]", "metadata.name"]
            if "template" in target.get("spec", {}):
                paths += ["spec.replicas", "spec.template.spec.containers.[name=main].image", "spec.template.spec.containers.*.image",
                          "spec.template.spec.containers.[name=*].image", "spec.template.spec.containers.*.env.[name=E0].value",
                          "spec.template.spec.containers.-1.image", "spec.template.spec.volumes.[name=data].configMap.name"] * 2
            if target["kind"] == "Ring":
                paths += ["spec.list.[name=a].v", "spec.list.-", "spec.deep.x.a"] * 3
            if "data" in target:
                paths += ["data.file\\.json.a.b", "data.file\\.yaml.list.0", "data.a", "data.new"] * 2
            if target["kind"] in ("Service", "Ingress"):
                paths += ["spec.ports.0.port", "spec.rules.*.host", "spec.selector.app"]
            paths += ["spec.missing.deep"] if maybe(0.1) else []
            fields = ["metadata.name", "kind", "metadata.name", "metadata"]
            if "template" in source.get("spec", {}):
                fields += ["spec.template.spec.containers.0.image", "spec.template.spec.containers.[name=main].image", "spec.selector"]
            if "labels" in source["metadata"]:
                fields += ["metadata.labels", "metadata.labels.app"]
            if source["kind"] == "Ring":
                fields += ["spec.list", "spec.list.0.name"]
            if "data" in source:
                fields += ["data.a", "data"]
            select = {"kind": target["kind"]}
            if maybe(0.6):
                select["name"] = pick(target["metadata"]["name"], target["metadata"]["name"][:2] + ".*")
            entry = {"source": {"kind": source["kind"], "name": source["metadata"]["name"],
                                **({"fieldPath": rng.choice(fields)} if maybe(0.8) else {}),
                                **({"options": {"delimiter": pick("/", ":", "-", "."), "index": pick(0, 1, 2)}} if maybe(0.3) else {})},
                     "targets": [{"select": select, "fieldPaths": rng.sample(paths, pick(1, 1, 2)),
                                  **({"options": rng.choice([{"create": True}, {"delimiter": ":", "index": 1}, {"delimiter": "/", "index": -1},
                                                             {"delimiter": "-", "index": 0}, {"create": True, "delimiter": "/", "index": 1}])}
                                     if maybe(0.7) else {}),
                                  **({"reject": [{"name": rng.choice(WORDS)}]} if maybe(0.2) else {})}]}
            if maybe(0.15):
                entry = {"sourceValue": self.scalar(), "targets": entry["targets"]}
            if maybe(0.3):
                self.files[f"{folder}/repl.yaml"] = super().yaml(pick(entry, [entry]))
                out.setdefault("replacements", []).append({"path": "repl.yaml"})
            else:
                out.setdefault("replacements", []).append(entry)
        if maybe(0.2):
            self.files[f"{folder}/conf.yaml"] = self.yaml(rng.choice([
                {"nameReference": [{"kind": "ConfigMap", "fieldSpecs": [{"kind": "Ring", "path": "spec/conf/name"}]}]},
                {"namePrefix": [{"path": "metadata/name"}, {"path": "spec/serviceName", "kind": "StatefulSet"}]},
                {"images": [{"kind": "Ring", "path": "spec/deep/x"}, {"path": "spec/list[]/v", "kind": "Ring"}]},
                {"commonLabels": [{"path": "spec/deep/labels", "create": True, "kind": "Ring"}]},
                {"varReference": [{"path": "spec/list/v", "kind": "Ring"}, {"path": "metadata/annotations"}]},
                {"replicas": [{"path": "spec/size", "create": True, "kind": "Ring"}]},
                {"namespace": [{"path": "spec/ns", "create": True, "kind": "Ring"}]},
                {"nameReference": [{"kind": "Ring", "group": "example.org", "fieldSpecs": [{"path": "metadata/annotations/note"}]}]}]))
            out["configurations"] = ["conf.yaml"]
        if maybe(0.15):
            self.files[f"{folder}/schema.json"] = super().yaml({"definitions": {"org.example.v1.Ring": {
                "properties": {"apiVersion": {"type": "string"}, "kind": {"type": "string"}, "metadata": {"type": "object"},
                               "spec": {"type": "object", "properties": {"list": {
                                   "type": "array", "items": {"type": "object"}, "x-kubernetes-patch-merge-key": "name",
                                   "x-kubernetes-patch-strategy": "merge"}}}},
                "x-kubernetes-group-version-kind": [{"group": "example.org", "kind": "Ring", "version": "v1"}]}}})
            out["openapi"] = {"path": "schema.json"}
        rings = [o for o in objects if o["kind"] == "Ring"]
        if rings and maybe(0.6):
            ring = rng.choice(rings)
            out.setdefault("patches", []).append({"patch": self.yaml({
                "apiVersion": "example.org/v1", "kind": "Ring", "metadata": {"name": ring["metadata"]["name"], **(
                    {"namespace": ring["metadata"]["namespace"]} if "namespace" in ring["metadata"] else {})},
                "spec": {"list": [{"name": "b", "v": "patched"}, {"name": "c", "$patch": "merge"}][:pick(1, 2)]}})})
        if maybe(0.15):
            self.files[f"{folder}/tr.yaml"] = self.yaml(rng.choice([
                {"apiVersion": "builtin", "kind": "PrefixTransformer", "metadata": {"name": "t"}, "prefix": "tr-",
                 "fieldSpecs": [{"path": "metadata/name"}]},
                {"apiVersion": "builtin", "kind": "LabelTransformer", "metadata": {"name": "t"}, "labels": {"x": "y"},
                 "fieldSpecs": [{"path": "metadata/labels", "create": True}]},
                {"apiVersion": "builtin", "kind": "AnnotationsTransformer", "metadata": {"name": "t"}, "annotations": {"x": "1"},
                 "fieldSpecs": [{"path": "metadata/annotations", "create": True}]},
                {"apiVersion": "builtin", "kind": "NamespaceTransformer", "metadata": {"name": "t", "namespace": "nt"}, "unsetOnly": maybe(0.5),
                 "setRoleBindingSubjects": pick("none", "allServiceAccounts", "defaultOnly")},
                {"apiVersion": "builtin", "kind": "ImageTagTransformer", "metadata": {"name": "t"}, "imageTag": {"name": "nginx", "newTag": "tt"}},
                {"apiVersion": "builtin", "kind": "ReplicaCountTransformer", "metadata": {"name": "t"},
                 "replica": {"name": rng.choice(WORDS), "count": 3}, "fieldSpecs": [{"path": "spec/replicas", "create": True, "kind": "Deployment"}]},
                {"apiVersion": "builtin", "kind": "PatchTransformer", "metadata": {"name": "t"},
                 "patch": '[{"op": "add", "path": "/metadata/annotations", "value": {"pt": "1"}}]', "target": {"kind": pick("Deployment", "ConfigMap")}}]))
            out["transformers"] = ["tr.yaml"]
        if maybe(0.12):
            self.files[f"{folder}/gen.yaml"] = self.yaml({"apiVersion": "builtin", "kind": pick("ConfigMapGenerator", "SecretGenerator"),
                                                          "metadata": {"name": f"g{len(self.files)}"}, "literals": ["a=b", "c=" + "d" * 80]})
            out["generators"] = ["gen.yaml"]
        if objects and maybe(0.15):
            target = rng.choice(objects)
            out["patchesJson6902"] = [{"target": {"version": target["apiVersion"].split("/")[-1], "kind": target["kind"],
                                                  "name": target["metadata"]["name"],
                                                  **({"group": target["apiVersion"].split("/")[0]} if "/" in target["apiVersion"] else {})},
                                       "patch": self.yaml([rng.choice([
                                           {"op": "add", "path": "/metadata/annotations", "value": {"j": "1"}},
                                           {"op": "copy", "from": "/metadata/name", "path": "/metadata/generateName"},
                                           {"op": "move", "from": "/kind", "path": "/metadata/x"},
                                           {"op": "replace", "path": "/metadata/nope/x", "value": 1},
                                           {"op": "add", "path": "/metadata/labels/a~1b", "value": "c"},
                                           {"op": "add", "path": "/spec/ports/-1", "value": {"port": 9}}])])}]
        if objects and maybe(0.1):
            target = rng.choice(objects)
            out["patchesStrategicMerge"] = [self.yaml({"apiVersion": target["apiVersion"], "kind": target["kind"], "metadata": {
                "name": target["metadata"]["name"], "labels": {"psm": None if maybe(0.3) else "x"}}})]
        if maybe(0.06):
            self.mistake(folder, out)

    def mistake(self, folder, out):
        what = self.rng.randrange(12)
        if what == 0:
            out["resources"] = out["resources"] + ["nope.yaml"]
        elif what == 1:
            out["unknownField"] = 1
        elif what == 2:
            out["resources"] = out["resources"] + out["resources"][:1]
        elif what == 3:
            out["namePrefix"] = 5
        elif what == 4:
            out["patches"] = [{"patch": "a: [", "target": {"kind": "Deployment"}}]
        elif what == 5:
            out["configMapGenerator"] = [{"name": "dup", "literals": ["a=1", "a=2"]}]
        elif what == 6:
            out["patches"] = [{"patch": '[{"op": "remove", "path": "/spec/nope"}]', "target": {"kind": ".*"}}]
        elif what == 7:
            self.files[f"{folder}/bad.yaml"] = "kind: ConfigMap\nmetadata: {name: x}\n  bad: 1\n"
            out["resources"] = out["resources"] + ["bad.yaml"]
        elif what == 8:
            out["replicas"] = [{"name": "nobody", "count": 2}]
        elif what == 9:
            out["resources"] = out["resources"] + ["."]
        elif what == 10:
            self.files[f"{folder}/odd.yaml"] = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: odd\ndata:\n" + "".join(
                f"  k{i}: {self.rng.choice(PLAIN)}\n" for i in range(3))
            out["resources"] = out["resources"] + ["odd.yaml"]
        else:
            out["images"] = [{"name": "[", "newTag": "x"}]

    def kustomization(self, folder, below):
        super().kustomization(folder, below)
        self.folder = folder
        if self.maybe(0.3):
            name = f"{folder}/odd{len(self.files)}.yaml"
            anchor = self.maybe(0.4)
            self.files[name] = (f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: odd{len(self.files)}\n" + (
                "  labels: &l\n    app: x\n  annotations:\n    <<: *l\n" if anchor else "") + "data:\n" + "".join(
                    f"  k{i}: {self.leaf(self.scalar(), 1)}\n" for i in range(3)) + "extra:\n" + "".join(
                        f"  p{i}: {self.rng.choice(PLAIN)} # c\n" for i in range(3)))
            self.extra_resources.setdefault(folder, []).append(os.path.basename(name))
        out = self.read(folder)
        out["resources"] = out["resources"] + self.extra_resources.get(folder, [])
        self.write_extra(folder, out)
        if below and self.maybe(0.3):
            self.folder = f"comp{len(self.files)}"
            component = {"apiVersion": "kustomize.config.k8s.io/v1alpha1", "kind": "Component"}
            component.update(self.rng.choice([{"namePrefix": "c-"}, {"commonAnnotations": {"comp": "1"}}, {"labels": [{"pairs": {"comp": "y"}}]},
                                              {"images": [{"name": "nginx", "newTag": "comp"}]},
                                              {"configMapGenerator": [{"name": f"comp{len(self.files)}", "literals": ["x=y"]}]}]))
            if self.objects and self.maybe(0.6):
                component["patches"] = [self.patch_of(self.rng.choice(self.objects))]
            self.files[f"{self.folder}/kustomization.yaml"] = self.yaml(component)
            out["components"] = [os.path.relpath(self.folder, folder)]
        self.files[f"{folder}/kustomization.yaml"] = self.yaml(out)

    def read(self, folder):
        return self.made[folder]

    def write(self, root):
        self.extra_resources = {}
        return super().write(root)
