#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the program tells of itself: help, lists, completion scripts in real shells, manual page."""

import os
import pathlib
import pty
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ZHAN = os.environ["ZHAN"]
SOURCE = pathlib.Path(os.environ["ZHAN_SOURCE"])
COMMANDS = ("run", "validate", "inspect", "parse", "print", "strip", "objdump", "wast", "cells",
            "completion")


def zhan(*words, env=None):
    run = subprocess.run([ZHAN, *map(str, words)], capture_output=True, text=True, timeout=60,
                         env=None if env is None else {**os.environ, **env})
    return run.returncode, run.stdout, run.stderr


def options_of(command):
    return re.findall(r"^ +(?:-\w, )?--([a-z0-9-]+)", zhan(command, "--help")[1], re.MULTILINE)


class Help(unittest.TestCase):
    def test_every_command_has_help_with_examples(self):
        code, out, _ = zhan("--help")
        self.assertEqual(code, 0)
        self.assertIn("Examples:", out)
        self.assertIn("Exit codes:", out)
        for command in COMMANDS:
            self.assertIn(f"\n  {command} ", out)
            code, text, error = zhan(command, "--help")
            self.assertEqual((code, error), (0, ""), command)
            self.assertEqual(zhan("help", command), (0, text, ""))
            self.assertIn(f"Usage: zhan {command} ", text)
            self.assertRegex(text, rf"Examples?:\n(  .*\n)*  zhan ({command} )?\S")
            for line in text.splitlines() + out.splitlines():
                self.assertLessEqual(len(line), 120, line)

    def test_short_forms(self):
        self.assertEqual(zhan("-h")[1], zhan("--help")[1])
        self.assertRegex(zhan("--version")[1], r"^zhan \d+\.\d+\.\d+\n$")
        self.assertEqual(zhan("-V")[1], zhan("--version")[1])

    def test_examples_of_help_are_accepted(self):
        """Every option that an example uses exists."""
        for command in COMMANDS:
            text = zhan(command, "--help")[1]
            known = options_of(command)
            for line in text[text.index("Example"):].splitlines():
                if not line.startswith(f"  zhan {command} "):
                    continue
                for option in re.findall(r" --([a-z0-9-]+)", line):
                    self.assertIn(option, known, line)

    def test_list_of_features(self):
        table = (SOURCE / "src" / "wasm" / "features.def").read_text(encoding="utf-8")
        rows = re.findall(r'ZHAN_FEATURE\(\w+, *"([^"]+)", *(\d), *(true|false)', table)
        self.assertGreater(len(rows), 20)
        code, out, _ = zhan("--features", "help")
        self.assertEqual(code, 0)
        for name, phase, on in rows:
            state = "on" if on == "true" else "off"
            self.assertRegex(out, rf"(?m)^{name} +{phase} +{state} +\w")
        for words in (("--feature", "help"), ("run", "--feature", "help"),
                      ("validate", "--feature", "help"), ("wast", "--feature", "help")):
            self.assertEqual(zhan(*words), (0, out, ""))

    def test_list_of_options(self):
        table = (SOURCE / "src" / "engine" / "options.def").read_text(encoding="utf-8")
        keys = re.findall(r'^ZHAN_OPTION\("([^"]+)"', table, re.MULTILINE)
        self.assertGreater(len(keys), 10)
        code, out, _ = zhan("run", "--set", "help")
        self.assertEqual(code, 0)
        for key in keys:
            self.assertRegex(out, rf"(?m)^{key} +\S")

    def test_colour_on_a_terminal_only(self):
        self.assertIn(b"\x1b[", self.on_terminal({"TERM": "xterm", "NO_COLOR": ""}))
        self.assertNotIn(b"\x1b[", self.on_terminal({"TERM": "xterm", "NO_COLOR": "1"}))
        self.assertNotIn(b"\x1b[", self.on_terminal({"TERM": "dumb", "NO_COLOR": ""}))
        self.assertNotIn("\x1b", zhan("nothing.wasm", env={"TERM": "xterm", "NO_COLOR": ""})[2])

    @staticmethod
    def on_terminal(env):
        """What a bad command prints on standard error that is a terminal."""
        master, slave = pty.openpty()
        with subprocess.Popen([ZHAN, "nothing.wasm"], stderr=slave, env={**os.environ, **env}):
            pass
        os.close(slave)
        text = b""
        try:
            while more := os.read(master, 4096):
                text += more
        except OSError:
            pass
        os.close(master)
        return text


class Manual(unittest.TestCase):
    def test_is_what_the_program_prints(self):
        page = (SOURCE / "docs" / "man" / "zhan.1").read_text(encoding="utf-8")
        printed = zhan("completion", "man")[1]
        self.assertEqual(page, printed, "renew it: zhan completion man >docs/man/zhan.1")

    def test_has_every_option(self):
        page = zhan("completion", "man")[1].replace("\\-", "-")
        for command in COMMANDS:
            self.assertIn(f'.SS "zhan {command} ', page)
            for option in options_of(command):
                self.assertIn(f"--{option}", page)
        for section in ("NAME", "SYNOPSIS", "OPTIONS", "COMMANDS", "EXIT STATUS", "ENVIRONMENT"):
            self.assertIn(f".SH {section}\n", page)

    @unittest.skipUnless(shutil.which("mandoc") or shutil.which("groff"), "no man formatter here")
    def test_formats(self):
        page = str(SOURCE / "docs" / "man" / "zhan.1")
        tool = shutil.which("mandoc")
        words = [tool, "-Tascii", page] if tool else ["groff", "-man", "-Tascii", "-ww", page]
        run = subprocess.run(words, capture_output=True, text=True, check=True, timeout=60)
        self.assertEqual(run.stderr, "")
        plain = re.sub(".\b|\x1b\\[[0-9;]*m", "", run.stdout)
        self.assertIn("--max-memory SIZE", plain)
        self.assertIn("134 for a trap", plain)


class Completion(unittest.TestCase):
    """The scripts, loaded by the shells that are here."""

    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.addCleanup(self.temporary.cleanup)
        self.folder = pathlib.Path(self.temporary.name)
        (self.folder / "two words.wasm").write_bytes(b"")
        (self.folder / "data").mkdir()

    def shell(self, name, program, *words):
        path = self.folder / f"zhan.{name}"
        path.write_text(zhan("completion", name)[1], encoding="utf-8")
        run = subprocess.run([*program, str(path), *words], capture_output=True, text=True,
                             cwd=self.folder, timeout=60, check=False,
                             env={**os.environ, "HOME": str(self.folder)})
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(run.stderr, "")
        return run.stdout.splitlines()

    @unittest.skipUnless(shutil.which("bash"), "no bash here")
    def test_bash(self):
        script = ('source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _zhan; '
                  'for word in "${COMPREPLY[@]}"; do echo "$word"; done')
        bash = lambda *words: self.shell("bash", ["bash", "-c", script, "bash"], "zhan", *words)
        self.assertEqual(bash("ru"), ["run"])
        self.assertEqual(sorted(bash("")),
                         sorted([*COMMANDS, "data", "two words.wasm", "zhan.bash"]))
        self.assertEqual(bash("run", "--pre"), ["--preload"])
        self.assertEqual(bash("run", "--dir", ""), ["data"])
        self.assertEqual(bash("run", "tw"), ["two words.wasm"])
        self.assertEqual(bash("--inv"), ["--invoke"])
        self.assertEqual(bash("completion", ""), ["bash", "zsh", "fish", "man"])
        for command in COMMANDS:
            self.assertEqual(sorted(set(bash(command, "--"))),
                             sorted({f"--{o}" for o in options_of(command)}), command)

    @unittest.skipUnless(shutil.which("zsh"), "no zsh here")
    def test_zsh(self):
        """With the functions that show matches replaced by ones that print their arguments."""
        script = ('autoload -U compinit; compinit -D -u; source "$1"; shift; '
                  '_arguments() { print -l -- "$@" }; _describe() { print -l -- $list }; '
                  '_files() { print files }; '
                  'words=("$@"); CURRENT=$#; _zhan; print $_comps[zhan]')
        zsh = lambda *words: self.shell("zsh", ["zsh", "-f", "-c", script, "zsh"], "zhan", *words)
        first = zsh("")
        self.assertEqual(first[-1], "_zhan")  # what compinit calls for zhan
        for command in COMMANDS:
            self.assertTrue(any(line.startswith(command + ":") for line in first))
            told = zsh(command, "--")
            for option in options_of(command):
                if option != "help":
                    self.assertTrue(any(line.startswith(f"*--{option}[") for line in told),
                                    (command, option))
        self.assertIn("*:file:(bash zsh fish man)", zsh("completion", ""))
        self.assertTrue(any(line.endswith(":directory:_directories") for line in zsh("run", "")))

    @unittest.skipUnless(shutil.which("fish"), "no fish here")
    def test_fish(self):
        script = "source $argv[1]; complete -C \"zhan $argv[2]\" | string split -f1 \\t; true"
        fish = lambda line: self.shell("fish", ["fish", "--no-config", "-c", script], line)
        self.assertIn("run", fish("ru"))
        self.assertEqual(fish("run --prel"), ["--preload"])
        self.assertEqual(sorted(fish("completion ")), ["bash", "fish", "man", "zsh"])
        for command in COMMANDS:
            told = fish(f"{command} --")
            for option in options_of(command):
                if option != "help":
                    self.assertIn(f"--{option}", told)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], "-v"])
