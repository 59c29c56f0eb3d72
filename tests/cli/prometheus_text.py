"""A strict reader of the text format of Prometheus, version 0.0.4."""

import math
import re

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
HELP = re.compile(rf"# HELP ({NAME}) (.+)")
TYPE = re.compile(rf"# TYPE ({NAME}) (counter|gauge|histogram)")
SAMPLE = re.compile(rf"({NAME})(?:\{{(.*)\}})? (\S+)")
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,|$)')
ESCAPES = {'\\"': '"', "\\\\": "\\", "\\n": "\n"}


class FormatError(Exception):
    pass


def require(holds, line):
    if not holds:
        raise FormatError(line)


def labels_of(text, line):
    labels, place = {}, 0
    while text is not None and place < len(text):
        match = LABEL.match(text, place)
        require(match and match[1] not in labels, line)
        labels[match[1]] = re.sub(r"\\.", lambda escape: ESCAPES[escape[0]], match[2])
        place = match.end()
    return labels


def check_histogram(name, samples):
    """Of each set of labels: buckets that only grow, up to the count at `+Inf`, and a sum."""
    series = {}
    for (sample, labels), value in samples.items():
        rest = frozenset(pair for pair in labels if pair[0] != "le")
        found = series.setdefault(rest, {"buckets": []})
        if sample == name + "_bucket":
            found["buckets"].append((float(dict(labels)["le"]), value))
        else:
            found[sample[len(name):]] = value
    for labels, found in series.items():
        bounds = [bound for bound, _ in found["buckets"]]
        counts = [count for _, count in found["buckets"]]
        require(bounds == sorted(set(bounds)) and bounds[-1] == math.inf, f"{name} {labels}: bounds {bounds}")
        require(counts == sorted(counts) and counts[-1] == found["_count"], f"{name} {labels}: counts {counts}")
        require(found["_sum"] >= 0, f"{name} {labels}: no sum")


def read(text):
    """The samples, by (name, labels as a frozenset of pairs). Raises FormatError for what breaks the format."""
    require(text.endswith("\n"), "the last line has no end")
    samples, types, current = {}, {}, None
    lines = text.split("\n")[:-1]
    for number, line in enumerate(lines):
        if line.startswith("# HELP"):
            match = HELP.fullmatch(line)
            require(match and match[1] not in types, line)
            require(number + 1 < len(lines) and lines[number + 1].startswith(f"# TYPE {match[1]} "), line)
        elif line.startswith("#"):
            match = TYPE.fullmatch(line)
            require(match and match[1] not in types, line)
            current = match[1]
            types[current] = (match[2], {})
        else:
            match = SAMPLE.fullmatch(line)
            require(match and current, line)
            suffixes = ("_bucket", "_sum", "_count") if types[current][0] == "histogram" else ("",)
            require(match[1] in [current + suffix for suffix in suffixes], line)
            key = (match[1], frozenset(labels_of(match[2], line).items()))
            require(key not in samples, line)
            samples[key] = types[current][1][key] = float(match[3])
    for name, (kind, own) in types.items():
        if kind == "histogram":
            check_histogram(name, own)
        require(kind != "counter" or (name.endswith("_total") and all(v >= 0 for v in own.values())), name)
    return samples


def value(samples, metric, **labels):
    return samples[(metric, frozenset(labels.items()))]
