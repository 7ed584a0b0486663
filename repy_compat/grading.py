"""Every application against every security layer: the runs behind ``repy matrix``.

Each pair is one supervised run of ``encasementlib.r2py LAYER APPLICATION`` in an
empty folder of its own. A layer *fails* an application when the run prints
anything, on either stream, or doesn't end by itself: that is how courses judge a
reference monitor and an attack (Repy V2 specification, section 14).
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass
from hashlib import blake2b

from repy_compat.errors import UsageError
from repy_compat.execution import Execution
from repy_compat.limits.restrictions import Limits
from repy_compat.loading import library_folder
from repy_compat.supervisor.forkserver import run_captured
from repy_compat.supervisor.job import Job

#: Files of these names load layers; they are no layers or applications.
LOADERS = ("encasementlib.r2py", "wrapper.r2py", "dylink.r2py")
#: Bytes of each stream that are kept of a run.
OUTPUT_LIMIT = 100_000
#: Ways to end that are the program's own.
OWN_ENDS = ("normal", "exitall", "systemexit")


@dataclass(frozen=True)
class Pair:
    """A layer and an application, by path, and what identifies their texts."""

    layer: str
    application: str
    key: str

    @property
    def layer_name(self) -> str:
        """The layer's file name."""
        return os.path.basename(self.layer)

    @property
    def application_name(self) -> str:
        """The application's file name."""
        return os.path.basename(self.application)


@dataclass(frozen=True)
class Verdict:
    """What became of one pair.

    ``verdict`` is ``passed`` or ``failed``; ``reason`` is empty or says why it
    failed. ``seconds`` is the duration of the run. ``output`` and ``errors`` are
    what it printed, as text of characters 0-255. ``key`` identifies the texts of
    layer, application, loaders and limits: a verdict holds as long as they do.
    """

    layer: str
    application: str
    verdict: str
    reason: str
    exit_code: int
    ended: str
    seconds: float
    output: str
    errors: str
    key: str


def find_pairs(
    layers_folder: str, applications_folder: str, limits: Limits, timeout: float
) -> list[Pair]:
    """Every pair of two folders, in the order of names.

    UsageError for a folder that can't be read or has no ``.r2py`` file.
    """
    layers = _programs(layers_folder)
    applications = _programs(applications_folder)
    common = blake2b(limits.to_text().encode("latin-1"), digest_size=16)
    common.update(repr(timeout).encode())
    for path in _loaders(layers_folder):
        common.update(_digest(path))
    layer_digests = {path: _digest(path) for path in layers}
    application_digests = {path: _digest(path) for path in applications}
    pairs = []
    for layer in layers:
        for application in applications:
            key = common.copy()
            key.update(layer_digests[layer] + application_digests[application])
            pairs.append(Pair(layer, application, key.hexdigest()))
    return pairs


def judge(pair: Pair, limits: Limits, timeout: float) -> Verdict:
    """Run one pair in an empty folder; ``timeout`` is in seconds."""
    with tempfile.TemporaryDirectory(prefix="repy-matrix-") as folder:
        words = _fill(folder, pair)
        program = "encasementlib.r2py"
        beside = os.path.join(folder, program)
        execution = Execution(
            beside if os.path.exists(beside) else program,
            limits,
            dialect_name="V2",
            args=words,
        )
        job = Job.under(
            limits,
            folder=folder,
            libraries=[library_folder()],
            timeout=timeout,
        )
        captured = run_captured(job, execution, output_limit=OUTPUT_LIMIT)
    run = captured.run
    output = captured.output.decode("latin-1")
    errors = captured.errors.decode("latin-1")
    reason = _reason(run.ending.how, run.ending.detail, output, errors)
    return Verdict(
        pair.layer_name,
        pair.application_name,
        "failed" if reason else "passed",
        reason,
        run.ending.code,
        run.ending.how,
        round(run.seconds, 3),
        output,
        errors,
        pair.key,
    )


def judge_all(
    pairs: Iterable[Pair],
    limits: Limits,
    timeout: float,
    jobs: int,
    on_verdict: Callable[[Verdict], None],
) -> None:
    """Judge pairs, ``jobs`` at a time; ``on_verdict`` is called as each is done.

    It is called in the calling thread. KeyboardInterrupt leaves at once: runs in
    progress are ended with this process.
    """
    waiting = iter(pairs)
    running: set[Future[Verdict]] = set()
    pool = ThreadPoolExecutor(jobs, "repy-matrix")
    try:
        while True:
            for pair in waiting:
                running.add(pool.submit(judge, pair, limits, timeout))
                if len(running) >= 2 * jobs:
                    break
            if not running:
                return
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                on_verdict(future.result())
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


class Journal:
    """Verdicts on disk, one line each, so that a matrix can be taken up again.

    A line that a killed run left half written is dropped.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._lock = threading.Lock()

    def read(self) -> list[Verdict]:
        """The verdicts so far; none if there is no journal."""
        verdicts = []
        try:
            with open(self.path, encoding="utf-8") as file:
                for line in file:
                    try:
                        verdicts.append(Verdict(**json.loads(line)))
                    except (ValueError, TypeError):
                        continue
        except FileNotFoundError:
            return []
        except OSError as error:
            raise UsageError(f"{self.path}: {error.strerror}") from None
        return verdicts

    def add(self, verdict: Verdict) -> None:
        """Append a verdict; it is on disk when this returns."""
        line = json.dumps(asdict(verdict)) + "\n"
        with self._lock, open(self.path, "a", encoding="utf-8") as file:
            # After a half line of a killed run, begin a line of our own.
            if file.tell() > 0 and not _ends_line(self.path):
                line = "\n" + line
            file.write(line)


def write_json(path: str, verdicts: Sequence[Verdict], took: float) -> None:
    """Save all verdicts as one JSON document; ``took`` is in seconds."""
    document = {
        "written": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "seconds": round(took, 1),
        "verdicts": [asdict(verdict) for verdict in verdicts],
    }
    _replace(path, json.dumps(document, indent=1) + "\n")


def write_csv(path: str, verdicts: Sequence[Verdict]) -> None:
    """Save all verdicts as a table that spreadsheets read."""
    import csv
    import io

    fields = [
        "layer",
        "application",
        "verdict",
        "reason",
        "exit_code",
        "ended",
        "seconds",
        "output",
        "errors",
    ]
    text = io.StringIO()
    # A line of its own would begin behind a carriage return without quotes.
    writer = csv.DictWriter(
        text,
        fields,
        extrasaction="ignore",
        lineterminator="\n",
        quoting=csv.QUOTE_NONNUMERIC,
    )
    writer.writeheader()
    for verdict in verdicts:
        writer.writerow({name: _cell(value) for name, value in asdict(verdict).items()})
    _replace(path, text.getvalue())


def _cell(value: object) -> object:
    """A cell that no spreadsheet takes for a formula: output is the program's."""
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return "'" + value
    return value


def _programs(folder: str) -> list[str]:
    try:
        names = sorted(os.listdir(folder))
    except OSError as error:
        raise UsageError(f"{folder}: {error.strerror}") from None
    programs = [
        os.path.join(folder, name)
        for name in names
        if name.endswith(".r2py") and name not in LOADERS
    ]
    if not programs:
        raise UsageError(f"{folder}: no Repy V2 program (.r2py) in this folder")
    return programs


def _loaders(layers_folder: str) -> list[str]:
    """Loader files that lie beside the layers: those win over the installed ones."""
    places = (os.path.join(layers_folder, name) for name in LOADERS)
    return [place for place in places if os.path.isfile(place)]


def _digest(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return blake2b(file.read(), digest_size=16).digest()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None


def _fill(folder: str, pair: Pair) -> list[str]:
    """Copy what the pair needs; the words for the loader."""
    for loader in _loaders(os.path.dirname(pair.layer)):
        shutil.copy(loader, folder)
    layer = _unlike(_vessel_name(pair.layer_name), LOADERS, "layer_")
    application = _vessel_name(pair.application_name)
    application = _unlike(application, (*LOADERS, layer), "app_")
    shutil.copyfile(pair.layer, os.path.join(folder, layer))
    shutil.copyfile(pair.application, os.path.join(folder, application))
    return [layer, application]


def _unlike(name: str, others: Sequence[str], prefix: str) -> str:
    """``name``, with ``prefix`` in front if it is one of ``others``."""
    while name in others:
        name = prefix + name
    return name


def _vessel_name(name: str) -> str:
    """A name that ``openfile`` takes (Repy V2 specification, section 10)."""
    allowed = "abcdefghijklmnopqrstuvwxyz0123456789._-"
    lowered = "".join(c if c in allowed else "_" for c in name.lower())
    return lowered[-100:].lstrip(".")


def _reason(how: str, detail: str, output: str, errors: str) -> str:
    """Why a run counts against its layer; empty if it doesn't."""
    if how == "timeout":
        return "did not end in time"
    if how == "refused":
        return "refused: " + detail
    if how not in OWN_ENDS:
        # A refused layer or application is told in plain words before its report.
        told = errors.partition("\n")[0]
        if told and not _is_rule(told) and how == "exception":
            detail = told
        return f"ended by {how}" + (f": {detail}" if detail else "")
    if output or errors:
        lines = [line.strip() for line in (output or errors).splitlines()]
        told = next((line for line in lines if line and not _is_rule(line)), "")
        return "printed: " + (told or (output or errors).strip() or "blank lines")
    return ""


def _is_rule(line: str) -> bool:
    """Whether a line is one of the dashes around a report."""
    return not line.strip("-")


def _ends_line(path: str) -> bool:
    with open(path, "rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"


def _replace(path: str, text: str) -> None:
    """Write a file whole or not at all."""
    partial = f"{path}.{os.getpid()}.part"
    # A file's name may be no text; whoever reads the tables needs some.
    with open(partial, "w", encoding="utf-8", errors="backslashreplace") as file:
        file.write(text)
    os.replace(partial, path)
