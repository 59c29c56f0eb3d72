#!/usr/bin/env python3
"""Checks that every file includes only from its own layer and from the layers before it.

A public header belongs to the layer whose src/<layer>/CMakeLists.txt lists it under HEADERS. That list is also the
place where a layer names, under LAYERS, the earlier layers whose headers it uses; the check compares it with the
includes. Two more slips that compile silently are found on the way: a file that no CMakeLists.txt lists, and a
third-party header in a public one.
"""

import re
import sys

import repository

# A file may include from its own layer and from any layer to the left of it on a line that has it.
LINES = (
    ("base", "value", "op", "graph", "exec", "jit", "transform", "stock", "workflow", "cli"),
    ("base", "value", "ranks", "transform", "stock", "workflow", "cli"),
    ("base", "value", "net", "model", "stock", "workflow", "cli"),
    ("base", "value", "net", "simulate", "cli"),
    ("base", "value", "op", "graph", "exec", "observe", "workflow", "cli"),
    ("base", "value", "net", "observe", "cli"),
)
# They include the headers of all layers for the convenience of users, so no layer may include them.
UMBRELLAS = ("ember/ember.hpp", "ember/xcs.hpp")
GENERATED = {"ember/version.hpp": "base"}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
KEYWORD = re.compile(r"^[A-Z_]+$")


def layers():
    return list(dict.fromkeys(layer for line in LINES for layer in line))


def allowed(layer):
    return {before for line in LINES if layer in line for before in line[: line.index(layer)]}


def declaration(layer):
    """The keyword lists of `ember_add_layer` in the layer's CMakeLists.txt, or None when it is not called."""
    name = f"src/{layer}/CMakeLists.txt"
    if not (repository.ROOT / name).is_file():
        return None
    code = re.sub(r"#.*", "", repository.text(name))
    call = re.search(r"ember_add_layer\s*\(([^)]*)\)", code)
    if call is None:
        return None
    lists, current = {}, []
    for word in call.group(1).split():
        if KEYWORD.match(word):
            current = lists.setdefault(word, [])
        else:
            current.append(word)
    return lists


def layer_of(include, owners):
    """The layer that `include` belongs to, or None for what is not ours."""
    if include in owners:
        return owners[include]
    first = include.split("/")[0]
    return first if first in layers() and (repository.ROOT / "src" / include).is_file() else None


def check_file(name, layer, declared, owners):
    public = name.startswith("include/")
    for bracket, include in INCLUDE.findall(repository.text(name)):
        if include in UMBRELLAS:
            if name.removeprefix("include/") not in UMBRELLAS and layer != "cli":
                yield f"{name}: includes {include}, which is for users; include what is needed"
            continue
        used = layer_of(include, owners)
        if used is None:
            if public and (bracket == '"' or "/" in include or include.endswith(".h")):
                yield f"{name}: a public header includes {include}; only ember and the standard library are allowed"
        elif public and not include.startswith("ember/"):
            yield f"{name}: a public header includes the private {include}"
        elif used == layer:
            continue
        elif used not in allowed(layer):
            yield f"{name}: layer {layer} includes {include} of layer {used}, which is not before it"
        elif declared is not None and used not in declared:
            yield f"{name}: includes {include}, but src/{layer}/CMakeLists.txt does not list {used} under LAYERS"


def check_layer(layer, owners):
    declared = declaration(layer)
    lower = None if declared is None else declared.get("LAYERS", [])
    for name in lower or []:
        if name not in allowed(layer):
            yield f"src/{layer}/CMakeLists.txt: LAYERS names {name}, which is not before {layer}"
    cmake = f"src/{layer}/CMakeLists.txt"
    listed = repository.text(cmake) if (repository.ROOT / cmake).is_file() else ""
    for name in repository.files(".cpp", ".hpp"):
        if name.startswith(f"src/{layer}/"):
            if name.endswith(".cpp") and name.split("/", 2)[2] not in listed:
                yield f"{name}: not listed in {cmake}, so nothing builds it"
            yield from check_file(name, layer, lower, owners)
    for header, owner in owners.items():
        name = f"include/{header}"
        if owner != layer or header in GENERATED:
            continue
        if not (repository.ROOT / name).is_file():
            yield f"{cmake}: HEADERS lists {header}, which does not exist"
        elif header in UMBRELLAS:
            yield from check_file(name, layer, None, owners)
        else:
            yield from check_file(name, layer, lower, owners)


def main():
    problems, owners = [], dict(GENERATED)
    for layer in layers():
        for header in (declaration(layer) or {}).get("HEADERS", []):
            if header in owners:
                problems.append(f"include/{header}: listed by the layers {owners[header]} and {layer}")
            owners[header] = layer
    for name in repository.files(".hpp"):
        header = name.removeprefix("include/")
        if name.startswith("include/") and header not in owners:
            problems.append(f"{name}: no layer lists it under HEADERS, so it is not installed")
    for layer in layers():
        problems += check_layer(layer, owners)
    return repository.finish("layers", problems)


if __name__ == "__main__":
    sys.exit(main())
