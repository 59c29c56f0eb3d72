#!/usr/bin/env python3
"""Checks that no source file is longer than 500 lines; a longer one holds more than one concept."""

import sys

import repository

LIMIT = 500


def main():
    problems = []
    for name in repository.files(".cpp", ".hpp", ".py", ".sh", ".cmake", "CMakeLists.txt", "Makefile"):
        lines = repository.text(name).count("\n")
        if lines > LIMIT:
            problems.append(f"{name}: {lines} lines, at most {LIMIT} are allowed; split it by concept")
    return repository.finish("sizes", problems)


if __name__ == "__main__":
    sys.exit(main())
