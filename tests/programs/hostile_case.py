"""A hostile program, the outcome its header states, and a run of it among canaries.

A header is made of comment lines that begin with ``#:``

    #: outcome: refused | ends 0 | limit memory | limit disk | killed
    #: prints: what standard output holds (white space counts as one blank)
    #: options: words for the command line
    #: replace: @WORD@ = a Python expression, for text that is too long to write
    #: terminal: yes (its output goes to a terminal, and nothing may act on that)

``prints`` is compared when the program ended normally or by ``exitall``. Whatever
the outcome, the word ESCAPED may appear nowhere, and no canary.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.ports import alone_if_networked

HERE = Path(__file__).parent / "hostile"
ROOT = Path(__file__).resolve().parents[2]

#: Secrets: in the environment, in modules of the host, beside the folder.
CANARIES = {
    "environment": b"canary-env-5d1c",
    "module": b"canary-mod-83aa",
    "beside": b"canary-file-e07b",
}

# The command line, with a secret in modules that an escaped program would look at.
_LAUNCHER = """
import sys
sys.path.insert(0, {root!r})
import builtins, os, types
secret = "".join(["canary-", "mod-", "83aa"])
import repy_compat.errors, repy_compat.cli
for module in (builtins, os, sys, types, repy_compat.errors, repy_compat.cli):
    module.secret_of_the_host = secret
sys.exit(repy_compat.cli.main(sys.argv[1:]))
"""


class Case:
    """One program of the folder and what its header says."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = path.name
        self.outcomes: list[str] = []
        self.prints: str | None = None
        self.options: list[str] = []
        self.terminal = False
        self.text = path.read_bytes()
        for line in self.text.split(b"\n"):
            if line.startswith(b"#: "):
                key, _, value = line[3:].decode("latin-1").partition(":")
                self._take(key, value.strip())

    def _take(self, key: str, value: str) -> None:
        if key == "outcome":
            self.outcomes = [part.strip() for part in value.split("|")]
        elif key == "prints":
            self.prints = value
        elif key == "options":
            self.options = value.split()
        elif key == "terminal":
            self.terminal = value == "yes"
        elif key == "replace":
            word, _, expression = value.partition(" = ")
            head, mark, body = self.text.rpartition(b"\n#: replace: ")
            rest = body.replace(word.encode(), str(eval(expression)).encode())
            self.text = head + mark + rest
        else:
            raise ValueError(f"{self.name}: unknown key {key!r}")

    @property
    def attack_class(self) -> str:
        return self.name[:3].upper().replace("T0", "T")

    @property
    def is_v2(self) -> bool:
        return self.name.endswith(".r2py")

    def allows(self, run: Run) -> bool:
        """Whether ``run`` ended in one of the stated ways."""
        return any(self._is(outcome, run) for outcome in self.outcomes)

    def _is(self, outcome: str, run: Run) -> bool:
        if outcome == "refused":
            return run.code in (3, 5)
        if outcome == "limit memory":
            return run.code == 98 and b"Memory use '" in run.errors
        if outcome == "limit disk":
            return run.code == 98 and b"Disk use '" in run.errors
        if outcome == "killed":
            return run.code == 139 and b"SIGSEGV" in run.errors
        word, _, code = outcome.partition(" ")
        assert word == "ends", f"{self.name}: unknown outcome {outcome!r}"
        return run.code == int(code)


class Run:
    """What one run of a case left behind."""

    def __init__(self, code: int, output: bytes, errors: bytes, folder: Path) -> None:
        self.code = code
        self.output = output
        self.errors = errors
        self.folder = folder

    @property
    def printed(self) -> str:
        return " ".join(self.output.decode("latin-1").split())

    def disk_use(self) -> int:
        """Bytes in the vessel folder."""
        vessel = self.folder / "vessel"
        return sum(path.lstat().st_size for path in vessel.iterdir())

    def everything(self) -> bytes:
        """All that the program printed and wrote."""
        written = [
            path.read_bytes() + path.name.encode()
            for path in (self.folder / "vessel").iterdir()
            if path.is_file() and not path.is_symlink()
        ]
        return b"\n".join([self.output, self.errors, *written])


def cases() -> list[Case]:
    """All programs of the folder, by name."""
    return [
        Case(path)
        for path in sorted(HERE.iterdir())
        if path.suffix in (".repy", ".r2py")
    ]


def plant(folder: Path) -> Path:
    """A vessel folder with traps in it, and the canary beside it; the vessel."""
    vessel = folder / "vessel"
    vessel.mkdir()
    (folder / "beside").write_bytes(CANARIES["beside"])
    (vessel / "planted").symlink_to("../beside")
    (vessel / "plantedfolder").mkdir()
    (vessel / "plantedfolder" / "inner").write_bytes(CANARIES["beside"])
    os.mkfifo(vessel / "plantedpipe")
    return vessel


def command(case: Case, folder: Path) -> list[str]:
    """The command line for ``case``, whose program is written into ``folder``."""
    program = folder / case.name
    program.write_bytes(case.text)
    restrictions = HERE / ("restrictions.v2" if case.is_v2 else "restrictions.v1")
    launcher = _LAUNCHER.format(root=str(ROOT))
    options = [*case.options, "--cwd", str(folder / "vessel")]
    if has_every_wall():
        options.append("--strict")
    if "--timeout" not in options:
        options += ["--timeout", "30"]
    return [
        sys.executable,
        "-c",
        launcher,
        *options,
        str(restrictions),
        str(program),
    ]


def has_every_wall() -> bool:
    """Whether --strict can be kept here: then each run has to keep it."""
    from repy_compat.supervisor import landlock, seccomp

    try:
        return landlock.version() >= 4 and seccomp.machine() is not None
    except OSError:
        return False


def environment() -> dict[str, str]:
    return {**os.environ, "REPY_SECRET": CANARIES["environment"].decode()}


def run_case(case: Case, folder: Path) -> Run:
    """Run ``case`` with its output into pipes."""
    plant(folder)
    with alone_if_networked(case.text):
        process = subprocess.run(
            command(case, folder),
            env=environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
        )
    return Run(process.returncode, process.stdout, process.stderr, folder)


def run_case_on_terminal(case: Case, folder: Path) -> Run:
    """Run ``case`` with its output on a terminal; all that arrives is ``output``."""
    import pty

    plant(folder)
    ours, terminal = pty.openpty()
    process = subprocess.Popen(
        command(case, folder),
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=terminal,
        stderr=terminal,
    )
    os.close(terminal)
    seen = b""
    while True:
        try:
            data = os.read(ours, 65536)
        except OSError:
            break
        if not data:
            break
        seen += data
    os.close(ours)
    return Run(process.wait(), seen, b"", folder)
