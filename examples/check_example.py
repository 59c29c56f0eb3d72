#!/usr/bin/env python3
"""check_example.py SOURCE COMMAND...: runs the command and compares its output with the comment that ends the source.

The comment starts with the line `// Prints:`; each line after it is `//   ` and a line of output.
"""

import difflib
import pathlib
import subprocess
import sys


def expected_lines(source):
    lines = pathlib.Path(source).read_text(encoding="utf-8").rstrip("\n").split("\n")
    if "// Prints:" not in lines:
        sys.exit(f"{source}: no line `// Prints:`")
    comment = lines[lines.index("// Prints:") + 1:]
    if not all(line == "//" or line.startswith("//   ") for line in comment):
        sys.exit(f"{source}: what follows `// Prints:` is not all comment")
    return [line[5:] for line in comment]


def main(source, command):
    run = subprocess.run(command, stdout=subprocess.PIPE, timeout=50, check=False)
    printed = run.stdout.decode("utf-8").splitlines()
    difference = list(difflib.unified_diff(expected_lines(source), printed, "expected", "printed", lineterm=""))
    print("\n".join(difference or printed))
    if run.returncode != 0:
        print(f"the program ended with {run.returncode}")
    return 1 if difference or run.returncode != 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
