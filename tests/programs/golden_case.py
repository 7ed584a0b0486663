"""One recorded program: its header, its folder, what it has to print.

``NAME.repy``, ``NAME.r2py`` or ``NAME.mix`` (preprocessor only) with ``NAME.out``
beside it (standard output, to the character) and perhaps ``NAME.err`` (lines
that the error output has to contain in this order; ``<*>`` is any text within a
line). Lines ``# key: value`` at the top of the program say how to run it.
"""

from __future__ import annotations

import fnmatch
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from tests.ports import alone_if_networked

GOLDEN = Path(__file__).parent / "golden"
LIBRARY = Path(__file__).parents[2] / "seattlelib"
HEADER_LINE = re.compile(r"#\s*([a-z][a-z-]*)\s*(?::\s*(.*?))?\s*$")
ANY_PATH = re.compile(r"(?:[\w.+@-]*/)+([\w.+@-]+)")
REPY = [sys.executable, "-m", "repy_compat"]
SECONDS = 60


class GoldenCase:
    """A recorded program and what its header says."""

    def __init__(self, program: Path, root: Path = GOLDEN) -> None:
        self.program = program
        self.root = root
        self.header = _read_header(program)

    @property
    def name(self) -> str:
        """The case's path below the folder of programs."""
        return str(self.program.relative_to(self.root))

    @property
    def only_preprocessed(self) -> bool:
        """Whether it is about the preprocessor's output and isn't run."""
        return self.program.suffix == ".mix"

    def words(self, key: str) -> list[str]:
        """The words behind ``# key:``."""
        return shlex.split(self.header.get(key, ""))

    def expected_output(self) -> str:
        """What standard output has to be."""
        return self.program.with_suffix(".out").read_bytes().decode("latin-1")

    def expected_errors(self) -> list[str]:
        """Lines that standard error has to contain, in this order."""
        recorded = self.program.with_suffix(".err")
        return recorded.read_text("latin-1").splitlines() if recorded.exists() else []

    def run(self, box: Path) -> tuple[str, str, int]:
        """Run it in the empty folder ``box``: output, errors, exit code."""
        self._fill(box)
        if self.only_preprocessed:
            return self._preprocess(box)
        if self._includes():
            # Recorded behind the preprocessor, whose lines the reports name.
            mix = box / (self.program.stem + ".mix")
            (box / self.program.name).rename(mix)
            _run([*REPY, "pp", mix.name, self.program.name], box)
        command = [*REPY, *self.words("options"), str(self._restrictions())]
        if "dylink" in self.header:
            command.append("dylink.r2py")
        done = _run([*command, self.program.name, *self.words("args")], box)
        output = done.stdout.decode("latin-1") + self._shown_files(box)
        return output, done.stderr.decode("latin-1"), done.returncode

    def _fill(self, box: Path) -> None:
        shutil.copy(self.program, box)
        for name in self.words("setup"):
            if (self.program.parent / name).is_file():
                shutil.copy(self.program.parent / name, box)
        for name in self.words("libs"):
            shutil.copy(LIBRARY / name, box)
        for folder in self.words("include-path"):
            for piece in (self.program.parent / folder).glob("*.repy"):
                if not (box / piece.name).exists():
                    shutil.copy(piece, box)

    def _includes(self) -> bool:
        if self.program.suffix != ".repy":
            return False
        lines = self.program.read_bytes().splitlines()
        return any(line.startswith(b"include ") for line in lines)

    def _restrictions(self) -> Path:
        dialect = "v2" if self.program.suffix == ".r2py" else "v1"
        wanted = self.header.get("restrictions") or f"restrictions.{dialect}"
        for folder in self.program.parents:
            for place in (folder / wanted, folder / "restrictions" / wanted):
                if place.is_file():
                    return place
        raise FileNotFoundError(f"{self.name} needs the restrictions file {wanted}")

    def _preprocess(self, box: Path) -> tuple[str, str, int]:
        done = _run([*REPY, "pp", self.program.name, "output.repy"], box)
        output = done.stdout.decode("latin-1")
        written = box / "output.repy"
        if written.exists():
            output += "=== output ===\n" + written.read_bytes().decode("latin-1")
        else:
            output += "=== no output ===\n"
        return output, done.stderr.decode("latin-1"), done.returncode

    def _shown_files(self, box: Path) -> str:
        shown = []
        for pattern in self.words("show-files"):
            for name in sorted(fnmatch.filter(os.listdir(box), pattern)):
                text = (box / name).read_bytes().decode("latin-1")
                shown.append(f"=== file {pattern} ===\n{text}")
                if text and not text.endswith("\n"):
                    shown.append("\n=== (no newline at the end) ===\n")
        return "".join(shown)


def all_cases(root: Path = GOLDEN) -> list[GoldenCase]:
    """Every program below ``root`` with its output, in the order of names."""
    programs = (
        path
        for suffix in (".repy", ".r2py", ".mix")
        for path in root.rglob(f"*{suffix}")
    )
    return [
        GoldenCase(path, root)
        for path in sorted(programs)
        if path.with_suffix(".out").exists() and not path.name.startswith("part_")
    ]


def check(case: GoldenCase, box: Path) -> None:
    """Run ``case`` in the new folder ``box``; AssertionError if it ends otherwise."""
    box.mkdir()
    with alone_if_networked(case.program.read_bytes()):
        output, errors, code = case.run(box)
    if case.header.get("stdout") == "lines":
        missing = first_missing(case.expected_output().splitlines(), output)
        assert missing is None, f"{missing!r} is missing in:\n{output}\n{errors}"
    else:
        assert output == case.expected_output(), errors
    missing = first_missing(case.expected_errors(), errors)
    assert missing is None, f"{missing!r} is missing in:\n{errors}"
    if "silent" in case.header:
        assert errors == ""
    wanted = case.header.get("exit")
    if wanted == "nonzero":
        assert code != 0
    elif wanted is not None:
        assert code == (0 if wanted == "zero" else int(wanted))


def first_missing(wanted: list[str], text: str) -> str | None:
    """The first wanted line that the text's lines don't contain in order."""
    lines = iter(ANY_PATH.sub(r"\1", text).splitlines())
    for line in wanted:
        parts = ANY_PATH.sub(r"\1", line).split("<*>")
        pattern = re.compile(".*".join(re.escape(part) for part in parts))
        if not any(pattern.fullmatch(candidate) for candidate in lines):
            return line
    return None


def _read_header(program: Path) -> dict[str, str]:
    header: dict[str, str] = {}
    for line in program.read_text("latin-1").splitlines():
        line = line.strip()
        if line and not line.startswith("#"):
            break
        match = HEADER_LINE.match(line)
        if match:
            header.setdefault(match[1], match[2] or "")
    return header


def _run(command: list[str], box: Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        command,
        cwd=box,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )
