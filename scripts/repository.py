"""The files of the repository, for the check scripts: what git tracks or would track, or the plain tree without git."""

import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent


def files(*suffixes):
    """Paths relative to the root whose names end in one of `suffixes`, sorted."""
    command = ["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard"]
    try:
        listing = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    except (OSError, subprocess.CalledProcessError):
        listing = [path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*") if path.is_file()]
        listing = [name for name in listing if not name.startswith(("build/", "."))]
    return sorted(name for name in set(listing) if name.endswith(suffixes) and (ROOT / name).is_file())


def text(name):
    """The text of a file of the repository."""
    return (ROOT / name).read_text(encoding="utf-8")


def finish(what, problems):
    """Prints the problems, if any, and returns the exit status."""
    for problem in problems:
        print(problem)
    print(f"{what}: {len(problems)} problems" if problems else f"{what}: in order")
    return 1 if problems else 0
