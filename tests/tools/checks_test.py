#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The checks of tools/ find what they are for: each is run over small trees with a known fault."""

import importlib.machinery
import importlib.util
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

TOOLS = pathlib.Path(__file__).resolve().parent.parent.parent / "tools"
SPDX = "// SPDX-License-Identifier: Apache-2.0\n"


class Tree:
    """A throw-away repository with the checks in tools/ and the given files."""

    def __init__(self, files):
        self.folder = tempfile.TemporaryDirectory()
        self.root = pathlib.Path(self.folder.name)
        (self.root / "tools").mkdir()
        for name in ("check-layers", "check-licence", "check-sizes", "check-words"):
            shutil.copy(TOOLS / name, self.root / "tools" / name)
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        subprocess.run(["git", "init", "-q"], cwd=self.root, check=True)
        subprocess.run(["git", "add", "-A"], cwd=self.root, check=True)

    def check(self, name):
        """Exit code and output of one check; the tree is gone afterwards."""
        with self.folder:
            done = subprocess.run([self.root / "tools" / name], capture_output=True, text=True,
                                  check=False)
        return done.returncode, done.stdout + done.stderr


def load_sizes():
    loader = importlib.machinery.SourceFileLoader("check_sizes", str(TOOLS / "check-sizes"))
    sys.dont_write_bytecode = True
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("check_sizes", loader))
    loader.exec_module(module)
    return module


class Layers(unittest.TestCase):
    LIST = "base: # low\nos: base\nwasm: base\n"

    def test_allowed(self):
        text = '#include "base/b.hpp"\n#include <vector>\n'
        tree = Tree({"src/layers.txt": self.LIST, "src/os/a.cpp": text})
        self.assertEqual(tree.check("check-layers")[0], 0)

    def test_sideways(self):
        files = {"src/layers.txt": self.LIST, "src/wasm/a.hpp": '#include "os/b.hpp"\n'}
        code, out = Tree(files).check("check-layers")
        self.assertEqual(code, 1)
        self.assertIn("wasm may not include os/b.hpp", out)

    def test_upwards_in_the_list(self):
        code, out = Tree({"src/layers.txt": "base: os\nos: base\n"}).check("check-layers")
        self.assertEqual(code, 1)
        self.assertIn("base names os", out)

    def test_unknown_folder(self):
        files = {"src/layers.txt": self.LIST, "src/misc/a.cpp": "int x;\n"}
        code, out = Tree(files).check("check-layers")
        self.assertEqual(code, 1)
        self.assertIn("folder misc has no line", out)

    def test_relative_include(self):
        text = '#include "b.hpp"\n#  include "../base/c.hpp"\n'
        files = {"src/layers.txt": self.LIST, "src/os/a.cpp": text}
        code, out = Tree(files).check("check-layers")
        self.assertEqual(code, 1)
        self.assertEqual(out.count("is not written from src/"), 2)


class Licence(unittest.TestCase):
    def test_missing_and_present(self):
        script = "#!/bin/sh\n# SPDX-License-Identifier: Apache-2.0\n"
        tree = Tree({"src/a.cpp": SPDX, "src/b.cpp": "int x;\n", ".ci/run": script,
                     "README.md": "text\n"})
        code, out = tree.check("check-licence")
        self.assertEqual(code, 1)
        self.assertIn("src/b.cpp", out)
        for name in ("src/a.cpp", ".ci/run", "README.md"):
            self.assertNotIn(name, out)


class Words(unittest.TestCase):
    def test_unfinished(self):
        word = "TO" + "DO"
        files = {"src/a.cpp": f"// {word}: later\n", "src/b.cpp": f"// {word}(#12): later\n",
                 "docs/c.md": f"{word}\n"}
        code, out = Tree(files).check("check-words")
        self.assertEqual((code, out), (1, f"src/a.cpp:1: {word}\n"))

    def test_machine_paths(self):
        path = "/home" + "/me"
        files = {"docs/a.md": f"see {path}/x\n", "docs/b.md": f"see https://example.org{path}\n"}
        code, out = Tree(files).check("check-words")
        self.assertEqual(code, 1)
        self.assertIn("docs/a.md:1", out)
        self.assertNotIn("docs/b.md", out)


class Sizes(unittest.TestCase):
    ALLOW = "# none\n"

    def tree(self, text, allow=ALLOW):
        return Tree({"src/base/a.cpp": text, "tools/size-allow.txt": allow}).check("check-sizes")

    @staticmethod
    def function(lines, name="long_one"):
        return f"void {name}() {{\n" + "  step();\n" * (lines - 2) + "}\n"

    def test_limit_is_eighty(self):
        self.assertEqual(self.tree(self.function(80))[0], 0)
        code, out = self.tree(self.function(81))
        self.assertEqual(code, 1)
        self.assertIn("a.cpp:1: long_one has 81 lines", out)

    def test_allowed_with_a_reason(self):
        allow = "src/base/a.cpp long_one one switch over all kinds\n"
        self.assertEqual(self.tree(self.function(81), allow)[0], 0)

    def test_allowed_without_reason_or_need(self):
        out = self.tree(self.function(81), "src/base/a.cpp long_one\n")[1]
        self.assertIn("no reason given", out)
        code, out = self.tree(self.function(10), "src/base/a.cpp long_one once it was long\n")
        self.assertEqual(code, 1)
        self.assertIn("no longer too long", out)

    def test_long_file_and_wide_line(self):
        self.assertIn("1001 lines", self.tree("int x;\n" * 1001)[1])
        self.assertIn("101 columns", self.tree("// " + "x" * 98 + "\n")[1])

    def test_functions_are_found(self):
        text = SPDX + '''
namespace zhan {
struct Point { int x = 0; int sum() const { return x; } };
int table[] = {1, 2, 3};
enum class Kind : int { a, b };
template <class T>
T twice(T value) {
  auto f = [](T v) { return v; };
  if (value) { return f("}{)"); }
  return '{' + R"x(})x";
}
class Owner {
 public:
  explicit Owner(int n)
      : m_count{n}, m_next(nullptr) {
  }
  bool operator==(const Owner& other) const = default;
  Owner& operator+=(int n) { m_count += n; return *this; }
};
extern "C" { void plain(void) { } }
}  // namespace zhan
'''
        found = {name: length for name, _, length in load_sizes().functions(text)}
        self.assertEqual(found, {"sum": 1, "twice": 6, "Owner": 3, "operator+=": 1, "plain": 1})


if __name__ == "__main__":
    unittest.main(verbosity=2)
