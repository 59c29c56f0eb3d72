#!/usr/bin/env python3
"""Checks that the documents agree with the tree: code blocks with the examples they come from, links with files.

A fenced block that follows the line `<!-- from examples/x.cpp -->` must equal that file, or `<!-- from examples/x.cpp#name -->`
the part of it between the comments `docs: begin name` and `docs: end name`, without its indentation.
In the README every C++ and YAML block must come from a file in that way, so that it is compiled or run by a test.
"""

import re
import sys
import textwrap

import repository

SOURCE = re.compile(r"^<!--\s*from\s+([^\s#]+)(?:#(\S+))?\s*-->$")
FENCE = re.compile(r"^(`{3,})\s*([\w+-]*)\s*$")
MARK = re.compile(r"^\s*(?://|#)\s*docs: (begin|end) (\S+)\s*$")
LINK = re.compile(r"\]\(([^)\s#]+)(?:#[^)\s]*)?\)")


def region(name, tag):
    """The lines of the tagged region, or of the whole file without its marks; None when there is no such region."""
    lines, open_tags, found = [], set(), tag is None
    for line in repository.text(name).splitlines():
        mark = MARK.match(line)
        if mark:
            (open_tags.add if mark[1] == "begin" else open_tags.discard)(mark[2])
            found = found or mark[2] == tag
        elif tag is None or tag in open_tags:
            lines.append(line)
    return textwrap.dedent("\n".join(lines)).strip("\n") if found else None


def blocks(lines):
    """Yields (line number, language, source match or None, text) of every fenced block."""
    source, start, fence, language, body = None, 0, None, "", []
    for number, line in enumerate(lines, 1):
        match = FENCE.match(line)
        if fence is None and match:
            start, fence, language, body = number, match[1], match[2], []
        elif fence is not None and line.strip() == fence:
            yield start, language, source, "\n".join(body)
            fence, source = None, None
        elif fence is not None:
            body.append(line)
        elif line.strip():
            source = SOURCE.match(line.strip())


def check_block(document, number, source, body):
    name, tag = source[1], source[2]
    if not (repository.ROOT / name).is_file():
        yield f"{document}:{number}: the block comes from {name}, which does not exist"
        return
    expected = region(name, tag)
    if expected is None:
        yield f"{document}:{number}: {name} has no lines `docs: begin {tag}`"
    elif expected != body.strip("\n"):
        yield f"{document}:{number}: the block differs from {name}{'#' + tag if tag else ''}"


def check_links(document, lines):
    fenced = False
    for number, line in enumerate(lines, 1):
        fenced ^= bool(line.startswith("```"))
        for target in [] if fenced else LINK.findall(line):
            if "://" in target or target.startswith("mailto:"):
                continue
            if not ((repository.ROOT / document).parent / target).exists():
                yield f"{document}:{number}: the link to {target} leads nowhere"


def main():
    problems = []
    for document in repository.files(".md"):
        lines = repository.text(document).splitlines()
        for number, language, source, body in blocks(lines):
            if source:
                problems += check_block(document, number, source, body)
            elif document == "README.md" and language in ("cpp", "c++", "yaml"):
                problems.append(f"{document}:{number}: a {language} block without a `<!-- from FILE -->` line above it")
        problems += check_links(document, lines)
    return repository.finish("documents", problems)


if __name__ == "__main__":
    sys.exit(main())
