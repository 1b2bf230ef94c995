#!/usr/bin/env python3
"""Condenses the schema by which API servers merge applied objects, for the fake API server.

kube_types.py INTERNAL_GO > testdata/kubernetes/types.json

INTERNAL_GO is applyconfigurations/internal/internal.go of k8s.io/client-go (Apache-2.0), which
holds that schema as YAML. Only the kinds listed below and what they refer to are kept.

A type is: "s" a text · "n" a number · "b" true or false · "v" any scalar · "u" untyped, atomic · "d" untyped, maps merged by field · {"t": NAME} a
named one · {"l": TYPE} an atomic list · {"l": TYPE, "k": [KEYS]} one told apart by keys, or a set if
there are none · {"m": TYPE, "a": true} a map, atomic or not · {"f": {FIELD: TYPE}, "d": {FIELD:
DEFAULT}, "a": true} an object.
"""
import json
import sys

import yaml

KINDS = """
core.v1: Namespace ConfigMap Secret Service ServiceAccount Pod PersistentVolumeClaim PersistentVolume
  Event Endpoints LimitRange ResourceQuota Node ReplicationController
apps.v1: Deployment StatefulSet DaemonSet ReplicaSet ControllerRevision
batch.v1: Job CronJob
networking.v1: Ingress IngressClass NetworkPolicy
policy.v1: PodDisruptionBudget
autoscaling.v2: HorizontalPodAutoscaler
rbac.v1: Role RoleBinding ClusterRole ClusterRoleBinding
storage.v1: StorageClass
scheduling.v1: PriorityClass
coordination.v1: Lease
discovery.v1: EndpointSlice
admissionregistration.v1: ValidatingWebhookConfiguration MutatingWebhookConfiguration
  ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding
"""


def wanted():
    group = ""
    for word in KINDS.split():
        if word.endswith(":"):
            group = word[:-1]
        else:
            yield f"io.k8s.api.{group}.{word}"


def type_of(node):
    if "namedType" in node:
        name = node["namedType"]
        return {"__untyped_atomic_": "u", "__untyped_deduced_": "d"}.get(name, {"t": name})
    if "scalar" in node and "map" not in node and "list" not in node:
        return {"string": "s", "numeric": "n", "boolean": "b", "untyped": "v"}[node["scalar"]]
    if "scalar" in node:
        return "u"
    if "list" in node:
        found = {"l": type_of(node["list"]["elementType"])}
        if node["list"].get("elementRelationship") == "associative":
            found["k"] = node["list"].get("keys", [])
        return found
    of = node["map"]
    found = {}
    if "fields" in of:
        found["f"] = {f["name"]: type_of(f["type"]) for f in of["fields"]}
        defaults = {f["name"]: f["default"] for f in of["fields"] if f.get("default") not in (None, "", 0, {})}
        if defaults:
            found["d"] = defaults
    else:
        found["m"] = type_of(of["elementType"])
    if of.get("elementRelationship") == "atomic":
        found["a"] = True
    return found


def names(node):
    if isinstance(node, dict):
        if isinstance(node.get("t"), str):
            yield node["t"]
        for child in node.values():
            yield from names(child)
    elif isinstance(node, list):
        for child in node:
            yield from names(child)


def main():
    text = open(sys.argv[1], encoding="utf-8").read()
    document = text[text.index("types:\n"):text.rindex("`)")]
    types = {t["name"]: type_of({k: v for k, v in t.items() if k != "name"})
             for t in yaml.load(document, Loader=yaml.CSafeLoader)["types"]}
    kept, todo = {}, list(wanted())
    while todo:
        name = todo.pop()
        if name not in kept:
            kept[name] = types[name]
            todo.extend(names(types[name]))
    lines = [json.dumps(k) + ":" + json.dumps(kept[k], separators=(",", ":"), sort_keys=True)
             for k in sorted(kept)]
    print("{" + ",\n".join(lines) + "}")


main()
