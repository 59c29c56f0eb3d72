#!/usr/bin/env python3
"""check_cases.py CASES TESTS: every case of the file CASES has a test below TESTS that carries its id, or a reason.

The id `graph-005` is carried by `TEST(Conformance, graph_005)` (also TEST_F and TEST_P, and suites
like `TracerConformance`). Reasons stand in
not-applicable.md beside this script. Ends with 77, for "skipped", when the file with the cases is not there.
"""

import json
import pathlib
import re
import sys

AREAS = ("operator", "specification", "graph", "autograph", "tracer", "execute", "execution_options", "scheduler",
         "timeout", "caching", "fallback", "jit", "jit_stats", "structural_jit", "vmap", "pmap", "pjit", "mesh", "compose",
         "transform_options", "imports", "xcsapi", "non", "non_compact", "models", "errors")
TEST = re.compile(r"^TEST(?:_F|_P)?\(\s*\w*Conformance\w*,\s*([a-z_]+)_(\d{3})\w*\)", re.MULTILINE)
REASON = re.compile(r"^- ([a-z_]+-\d{3}): (\S.*)$", re.MULTILINE)
REASONS = pathlib.Path(__file__).with_name("not-applicable.md")


def case_ids(path):
    cases = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return {case["id"]: case["area"] for case in cases}


def tested_ids(folder):
    texts = [file.read_text(encoding="utf-8") for file in sorted(folder.rglob("*.cpp"))]
    return {f"{area}-{number}" for text in texts for area, number in TEST.findall(text)}


def problems(areas_by_id, tested, reasons):
    """One line for each case that is neither tested nor explained, or both, and for each test or reason of no case."""
    for case, area in areas_by_id.items():
        if area in AREAS and case not in tested and case not in reasons:
            yield f"{case}: no test carries this id, and {REASONS.name} gives no reason"
    for case in sorted(tested & reasons):
        yield f"{case}: has a test, and yet a reason in {REASONS.name}"
    for case in sorted((tested | reasons) - set(areas_by_id)):
        yield f"{case}: there is no such case"


def main(cases, tests):
    path = pathlib.Path(cases)
    if not path.is_file():
        print(f"skipped: there is no {path}; configure with -DEMBER_SHARED_DIR=FOLDER to say where it is")
        return 77
    areas_by_id = case_ids(path)
    tested = tested_ids(pathlib.Path(tests))
    reasons = {case for case, _ in REASON.findall(REASONS.read_text(encoding="utf-8"))}
    found = list(problems(areas_by_id, tested, reasons))
    print("\n".join(found))
    count = sum(area in AREAS for area in areas_by_id.values())
    print(f"{count} cases in {len(AREAS)} areas, {len(tested)} tests carry an id, {len(reasons)} reasons, "
          f"{len(found)} problems")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
