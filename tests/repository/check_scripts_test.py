"""Runs the check scripts on small trees, each of which breaks one rule, and looks for the complaint."""

import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

SCRIPTS = pathlib.Path(__file__).resolve().parent.parent.parent / "scripts"

LAYER = "ember_add_layer({name}\n  HEADERS {headers}\n  SOURCES {sources}\n  LAYERS {layers}\n  LIBRARIES)\n"


class Tree:
    """A repository of the given files, without git, beside copies of the scripts."""

    def __init__(self, files):
        self.root = pathlib.Path(tempfile.mkdtemp())
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        shutil.copytree(SCRIPTS, self.root / "scripts", ignore=shutil.ignore_patterns("__pycache__", "*.sh"))

    def run(self, check):
        command = [sys.executable, str(self.root / "scripts" / f"check_{check}.py")]
        result = subprocess.run(command, capture_output=True, text=True)
        shutil.rmtree(self.root)
        return result.returncode, result.stdout + result.stderr


def two_layers(base_text="", value_text="", value_layers="base", header=""):
    return {
        "src/base/CMakeLists.txt": LAYER.format(name="base", headers="ember/log.hpp", sources="log.cpp", layers=""),
        "src/base/log.cpp": base_text,
        "src/base/clock.hpp": "",
        "include/ember/log.hpp": header,
        "src/value/CMakeLists.txt": LAYER.format(
            name="value", headers="ember/value.hpp", sources="value.cpp", layers=value_layers
        ),
        "src/value/value.cpp": value_text,
        "include/ember/value.hpp": "",
    }


class Checks(unittest.TestCase):
    def passes(self, check, files):
        status, output = Tree(files).run(check)
        self.assertEqual(status, 0, output)

    def complains(self, check, files, complaint):
        status, output = Tree(files).run(check)
        self.assertEqual(status, 1, output)
        self.assertIn(complaint, output)

    def test_layers_may_use_what_is_before_them(self):
        includes = '#include <ember/log.hpp>\n#include "base/clock.hpp"\n#include <vector>\n'
        self.passes("layers", two_layers(value_text=includes))

    def test_layers_may_not_use_what_is_after_them(self):
        tree = two_layers(base_text="#include <ember/value.hpp>\n")
        self.complains("layers", tree, "layer base includes ember/value.hpp of layer value")

    def test_layers_name_what_they_use(self):
        tree = two_layers(value_text="#include <ember/log.hpp>\n", value_layers="")
        self.complains("layers", tree, "does not list base under LAYERS")

    def test_layers_declare_only_earlier_layers(self):
        tree = two_layers(value_layers="graph")
        self.complains("layers", tree, "LAYERS names graph, which is not before value")

    def test_public_headers_include_nothing_private(self):
        tree = two_layers(header='#include "base/clock.hpp"\n')
        self.complains("layers", tree, "includes the private base/clock.hpp")

    def test_public_headers_include_nothing_of_third_parties(self):
        tree = two_layers(header="#include <fmt/format.h>\n")
        self.complains("layers", tree, "a public header includes fmt/format.h")

    def test_every_public_header_has_a_layer(self):
        tree = two_layers() | {"include/ember/stray.hpp": ""}
        self.complains("layers", tree, "include/ember/stray.hpp: no layer lists it")

    def test_every_source_is_built(self):
        tree = two_layers() | {"src/value/stray.cpp": ""}
        self.complains("layers", tree, "src/value/stray.cpp: not listed")

    def test_no_layer_uses_the_umbrella(self):
        self.complains("layers", two_layers(value_text="#include <ember/ember.hpp>\n"), "which is for users")

    def test_sizes(self):
        self.passes("sizes", {"src/base/log.cpp": "\n" * 500})
        self.complains("sizes", {"src/base/log.cpp": "\n" * 501}, "src/base/log.cpp: 501 lines")

    def test_a_block_equals_its_file(self):
        readme = "<!-- from examples/a.cpp -->\n```cpp\nint a;\n```\n"
        self.passes("docs", {"README.md": readme, "examples/a.cpp": "int a;\n"})
        tree = {"README.md": readme, "examples/a.cpp": "int b;\n"}
        self.complains("docs", tree, "README.md:2: the block differs")
        self.complains("docs", {"README.md": readme}, "which does not exist")

    def test_a_block_equals_its_region(self):
        readme = "<!-- from examples/a.cpp#one -->\n\n```cpp\nint a;\n```\n"
        source = "int x;\n  // docs: begin one\n  int a;\n  // docs: end one\n"
        self.passes("docs", {"README.md": readme, "examples/a.cpp": source})
        tree = {"README.md": readme, "examples/a.cpp": "int a;\n"}
        self.complains("docs", tree, "has no lines `docs: begin one`")

    def test_the_readme_shows_only_code_that_is_tested(self):
        self.complains("docs", {"README.md": "```cpp\nint a;\n```\n"}, "without a `<!-- from FILE -->` line")

    def test_links_lead_somewhere(self):
        self.passes("docs", {"docs/a.md": "[b](b.md#part) [w](https://example.org)\n", "docs/b.md": ""})
        self.complains("docs", {"docs/a.md": "[b](b.md)\n"}, "docs/a.md:1: the link to b.md leads nowhere")


if __name__ == "__main__":
    unittest.main()
