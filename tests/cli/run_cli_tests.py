#!/usr/bin/env python3
"""Runs the *.test files: a command of `ember`, and what it must print and return.

    run_cli_tests.py EMBER FILE...

A file holds any number of cases; each starts with `=== case NAME`. Sections of a case, all but `run` optional:

    === file NAME     a file in the folder in which the command runs
    === run ARGUMENTS the arguments of `ember`, as for a shell
    === stdin         what it reads
    === stdout        exactly what it prints
    === stderr        lines that its errors must contain, in this order
    === exit STATUS   0 when not given
    === out NAME      exactly what the file NAME holds afterwards
"""

import os
import pathlib
import shlex
import subprocess
import sys
import tempfile


def text_of(lines):
    """The lines of a section; empty ones at its end only part it from the next."""
    while lines and not lines[-1].strip():
        lines.pop()
    return "".join(lines)


def sections(path):
    """Yields (words of the header, text) of each section."""
    header, lines = None, []
    for line in path.read_text().splitlines(keepends=True):
        if line.startswith("=== "):
            if header:
                yield header, text_of(lines)
            header, lines = line[4:].split(maxsplit=1), []
        elif header:
            lines.append(line)
    if header:
        yield header, text_of(lines)


def cases(path):
    case = None
    for header, text in sections(path):
        kind, rest = header[0].strip(), header[1].strip() if len(header) > 1 else ""
        if kind == "case":
            if case:
                yield case
            case = {"name": rest, "files": {}, "outs": {}, "exit": 0}
        elif kind == "file":
            case["files"][rest] = text
        elif kind == "out":
            case["outs"][rest] = text
        elif kind == "exit":
            case["exit"] = int(rest)
        elif kind in ("run", "stdin", "stdout", "stderr"):
            case[kind] = rest if kind == "run" else text
        else:
            raise ValueError(f"{path}: unknown section '{kind}'")
    if case:
        yield case


def problems(ember, case):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in case["files"].items():
            pathlib.Path(folder, name).write_text(text)
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("OPENAI_", "ANTHROPIC_"))}
        done = subprocess.run([ember, *shlex.split(case["run"])], cwd=folder, env=environment, timeout=60,
                              input=case.get("stdin", "").encode(), capture_output=True, check=False)
        stdout, stderr = done.stdout.decode(), done.stderr.decode()
        if done.returncode != case["exit"]:
            yield f"exit {done.returncode}, expected {case['exit']}; standard error:\n{stderr}"
        if "stdout" in case and stdout != case["stdout"]:
            yield f"standard output:\n{stdout}expected:\n{case['stdout']}"
        position = 0
        for line in case.get("stderr", "").splitlines():
            found = stderr.find(line, position)
            if found < 0:
                yield f"standard error lacks '{line}' from there on:\n{stderr}"
                break
            position = found + len(line)
        for name, text in case["outs"].items():
            actual = pathlib.Path(folder, name).read_text()
            if actual != text:
                yield f"{name}:\n{actual}expected:\n{text}"


def main():
    ember, count, failed = sys.argv[1], 0, 0
    for path in map(pathlib.Path, sys.argv[2:]):
        for case in cases(path):
            count += 1
            for problem in problems(ember, case):
                failed += 1
                print(f"{path.name}: {case['name']}: {problem}")
    print(f"{count} cases, {failed} problems")
    return 1 if failed or not count else 0


if __name__ == "__main__":
    sys.exit(main())
