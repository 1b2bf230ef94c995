#!/usr/bin/env python3
"""Condenses the facts of a Kubernetes OpenAPI document into sources of src/render/kustomize.

  kube_schema.py FACTS.json fields > src/render/kustomize/schema_fields.cc
  kube_schema.py FACTS.json kinds > src/render/kustomize/schema_kinds.cc

FACTS.json holds, for each definition, its fields (ref, items, values, strategy, mergeKey,
mapKeys) and kinds, and which kinds are namespaced. Only definitions below which some list is
merged by keys are kept: every other list of a patch replaces the object's.
"""
import json
import sys


def main():
    with open(sys.argv[1], encoding="utf-8") as f:
        facts = json.load(f)
    defs = facts["definitions"]

    def target(field):
        for how, letter in (("ref", "object"), ("items", "list"), ("values", "map")):
            if how in field:
                return letter, field[how]
        return "opaque", None

    wanted = set()
    grown = True
    while grown:
        grown = False
        for name, one in defs.items():
            if name in wanted:
                continue
            for field in one.get("fields", {}).values():
                if "merge" in field.get("strategy", "").split(",") or target(field)[1] in wanted:
                    wanted.add(name)
                    grown = True
                    break
    order = sorted(wanted)
    number = {name: i for i, name in enumerate(order)}
    if sys.argv[2] == "fields":
        print_fields(facts, order, number, target, wanted)
    else:
        print_kinds(facts, number)


def begin(facts, what):
    print("// %s, by the Kubernetes OpenAPI document %s that Kustomize" % (what, facts["schemaVersion"]))
    print("// 5.8.1 carries (Apache-2.0). Made by scripts/kube_schema.py.")
    print("//")
    print("// Threads: constant data.")
    print('#include "render/kustomize/schema_data.h"\n')
    print("namespace rumbo::render::kustomize::data {")
    print("namespace {\n")
    print("// clang-format off")


def print_fields(facts, order, number, target, wanted):
    begin(facts, "Lists that patches merge, and the fields that lead to them")
    starts, rows = [], []
    for name in order:
        starts.append(len(rows))
        for fname, field in sorted(facts["definitions"][name].get("fields", {}).items()):
            shape, to = target(field)
            merges = "merge" in field.get("strategy", "").split(",")
            if not merges and to not in wanted:
                continue
            keys = ""
            if "strategy" in field:
                keys = ",".join(field.get("mapKeys") or ([field["mergeKey"]] if field.get("mergeKey") else []))
            rows.append('{"%s", Shape::%s, %d, %s, "%s"}' % (fname, shape, number.get(to, -1), "true" if merges else "false", keys))
    starts.append(len(rows))
    print("constexpr SchemaField kFields[] = {")
    line = ""
    for row in rows:
        if line and len(line) + len(row) > 94:
            print("   " + line)
            line = ""
        line += " %s," % row
    print("   " + line)
    print("};\n\nconstexpr std::int16_t kStarts[] = {")
    for i in range(0, len(starts), 16):
        print("    %s," % ", ".join(str(x) for x in starts[i:i + 16]))
    print("};\n\nconstexpr std::string_view kNames[] = {")
    for name in order:
        print('    "%s",' % name)
    print("};\n// clang-format on\n\n}  // namespace\n")
    print("std::span<const SchemaField> fields_of(int definition) {")
    print("  const auto at = static_cast<std::size_t>(definition);")
    print("  return std::span(kFields).subspan(static_cast<std::size_t>(kStarts[at]),")
    print("                                    static_cast<std::size_t>(kStarts[at + 1] - kStarts[at]));")
    print("}")
    print("std::span<const std::string_view> definitions() {\n  return kNames;\n}\n")
    print("}  // namespace rumbo::render::kustomize::data")


def print_kinds(facts, number):
    begin(facts, "Kinds and their scopes")
    kinds = {}
    for name, one in facts["definitions"].items():
        for gvk in one.get("gvk", []):
            api = (gvk["group"] + "/" if gvk.get("group") else "") + gvk["version"]
            kinds["%s/%s" % (api, gvk["kind"])] = number.get(name, -1)
    print("// Sorted by name; -1: a kind without lists that patches merge.")
    print("constexpr SchemaKind kKinds[] = {")
    for key, value in sorted(kinds.items()):
        print('    {"%s", %d},' % (key, value))
    print("};\n\nconstexpr SchemaScope kScopes[] = {")
    for key, value in sorted(facts["namespaceScoped"].items()):
        print('    {"%s", %s},' % (key, "true" if value else "false"))
    print("};\n// clang-format on\n\n}  // namespace\n")
    print("std::span<const SchemaKind> kinds() {\n  return kKinds;\n}")
    print("std::span<const SchemaScope> scopes() {\n  return kScopes;\n}\n")
    print("}  // namespace rumbo::render::kustomize::data")


main()
