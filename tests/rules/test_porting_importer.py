"""Import of Repy files from Python: the hook, files that import files, limits."""

from __future__ import annotations

import importlib
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest

from repy_compat import Limits, import_repy, install_importer
from repy_compat.porting.home import RepySyntaxError
from repy_compat.porting.importer import Importer
from repy_compat.porting.raising import ProgramEnded

_ROOT = Path(__file__).parents[2]


@pytest.fixture
def importer(tmp_path: Path) -> Iterator[Importer]:
    """An importer of its own home, for files in ``tmp_path``."""
    with install_importer([tmp_path]) as made:
        yield made


def _write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def test_import_statement(importer: Importer, tmp_path: Path) -> None:
    """``import a_b_repy`` finds a.b.repy; ``from ... import`` takes names."""
    _write(tmp_path, "a.b.repy", "def double(x):\n  return x * 2\nname = 'n'\n")
    import a_b_repy  # type: ignore[import-not-found]
    from a_b_repy import double

    assert double(b"ab") == "abab"
    assert a_b_repy.name == "n"
    assert a_b_repy.__file__ == str(tmp_path / "a.b.repy")
    assert a_b_repy.__all__ == ["double", "name"]


def test_uninstalled_at_the_end(tmp_path: Path) -> None:
    """A context manager's importer and modules are gone afterwards."""
    _write(tmp_path, "gone.repy", "x = 1\n")
    with install_importer([tmp_path]):
        import gone_repy  # type: ignore[import-not-found]

        assert gone_repy.x == 1
    assert "gone_repy" not in sys.modules
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("gone_repy")


def test_other_names_are_left_alone(importer: Importer) -> None:
    """The hook finds nothing but Repy files."""
    assert importer.find_spec("json") is None
    assert importer.find_spec("nothing_repy") is None


def test_installed_libraries(importer: Importer) -> None:
    """The Repy libraries of the package are found everywhere."""
    import parallelize_repy  # type: ignore[import-not-found]

    handle = parallelize_repy.parallelize_initfunction(
        [3, 0, 1], lambda target, extra: extra // target, 2, 6
    )
    while not parallelize_repy.parallelize_isfunctionfinished(handle):
        time.sleep(0.005)
    results = parallelize_repy.parallelize_getresults(handle)
    assert sorted(results["returned"]) == [(1, 6), (3, 2)]
    assert results["exception"] == [(0, "integer division or modulo by zero")]
    assert parallelize_repy.parallelize_closefunction(handle) is True
    with pytest.raises(parallelize_repy.ParallelizeError, match="non-existent handle"):
        parallelize_repy.parallelize_getresults(handle)


def test_include_lines(importer: Importer, tmp_path: Path) -> None:
    """An include imports a file once; its state is one, whoever includes it."""
    _write(tmp_path, "state.repy", "items = []\ndef add(x):\n  items.append(x)\n")
    for name in ("one", "two"):
        text = f"include state.repy  # why\ndef {name}():\n  add('{name}')\n  return items\n"
        _write(tmp_path, f"{name}.repy", text)
    one = importer.import_repy(tmp_path / "one.repy")
    two = importer.import_repy(tmp_path / "two.repy")
    one.one()
    assert two.two() == ["one", "two"]
    import state_repy  # type: ignore[import-not-found]

    assert state_repy.items == ["one", "two"]


def test_missing_include(importer: Importer, tmp_path: Path) -> None:
    """An include that can't be found is an ImportError that names both files."""
    path = _write(tmp_path, "lost.repy", "include nowhere.repy\n")
    with pytest.raises(ImportError, match=r"lost\.repy.*nowhere\.repy"):
        importer.import_repy(path)
    assert str(path) not in importer.home.modules


def test_shared_mycontext(importer: Importer, tmp_path: Path) -> None:
    """All V1 files of an importer share mycontext."""
    _write(tmp_path, "put.repy", "mycontext['k'] = 1\n")
    _write(tmp_path, "get.repy", "def get():\n  return mycontext['k']\n")
    importer.import_repy("put.repy")
    assert importer.import_repy("get.repy").get() == 1


def test_callfunc_is_import(importer: Importer, tmp_path: Path) -> None:
    """A file can tell that it's imported."""
    _write(tmp_path, "told.repy", "how = (callfunc, callargs)\n")
    assert importer.import_repy("told.repy").how == ("import", [])


def test_traceback_shows_the_repy_line(importer: Importer, tmp_path: Path) -> None:
    """Frames name the Repy file and show its text, behind an include, too."""
    text = "# \xe4\n\ndef boom():\n  return {}['the key']  # here\n"
    path = tmp_path / "boom.repy"
    path.write_bytes(b"include parallelize.repy\n" + text.encode("latin-1"))
    module = importer.import_repy(path)
    with pytest.raises(KeyError) as found:
        module.boom()
    shown = "".join(traceback.format_exception(found.value))
    assert f'File "{path}", line 5, in boom' in shown
    assert "return {}['the key']  # here" in shown


def test_refused_program(importer: Importer, tmp_path: Path) -> None:
    """What isn't Repy is a SyntaxError with file, line and text."""
    path = _write(tmp_path, "bad.repy", "x = 1\nimport os\n")
    with pytest.raises(SyntaxError) as found:
        importlib.import_module("bad_repy")
    assert isinstance(found.value, RepySyntaxError)
    assert found.value.filename == str(path)
    assert found.value.lineno == 2
    assert found.value.text == "import os"
    assert len(found.value.complaints) == 1
    assert "bad_repy" not in sys.modules


def test_missing_file() -> None:
    """A file that isn't there is a ModuleNotFoundError."""
    with pytest.raises(ModuleNotFoundError, match=r"nothing\.repy"):
        import_repy("nothing.repy")


def test_same_file_same_module(tmp_path: Path) -> None:
    """import_repy gives the same module for the same file."""
    path = _write(tmp_path, "same.repy", "x = []\n")
    assert import_repy(path) is import_repy(str(path))


def test_reload(importer: Importer, tmp_path: Path) -> None:
    """A reload executes the new text in the same module."""
    path = _write(tmp_path, "again.repy", "x = 1\nkept = 2\ndef f():\n  return x\n")
    import again_repy  # type: ignore[import-not-found]

    path.write_text("x = 5\ndef f():\n  return x\n", "utf-8")
    assert importlib.reload(again_repy) is again_repy
    assert again_repy.f() == 5
    assert again_repy.kept == 2


def test_names_can_be_replaced(importer: Importer, tmp_path: Path) -> None:
    """Setting a module's name sets it for the Repy code, as in any module."""
    _write(tmp_path, "patched.repy", "def now():\n  return sleep(3)\n")
    module = importer.import_repy("patched.repy")
    module.sleep = lambda seconds: ("slept", seconds)
    assert module.now() == ("slept", 3)


def test_v2_files(importer: Importer, tmp_path: Path) -> None:
    """V2 files are imported, and import others with dy_import_module."""
    _write(tmp_path, "low.r2py", "def low():\n  return 'low'\n")
    _write(
        tmp_path,
        "high.r2py",
        "module = dy_import_module('low.r2py')\ndy_import_module_symbols('low')\n"
        "same = low()\ndef both():\n  return module.low()\n",
    )
    module = importer.import_repy("high.r2py")
    assert module.both() == "low"
    assert module.same == "low"
    assert module.low() == "low"


def test_package_submodule(importer: Importer, tmp_path: Path) -> None:
    """A Repy file in a Python package is a submodule."""
    folder = tmp_path / "pack_with_repy"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    _write(folder, "inner.repy", "x = 3\n")
    sys.path.insert(0, str(tmp_path))
    try:
        assert importlib.import_module("pack_with_repy.inner_repy").x == 3
    finally:
        sys.path.remove(str(tmp_path))
        sys.modules.pop("pack_with_repy", None)


def test_trusted_files_have_no_limits(importer: Importer, tmp_path: Path) -> None:
    """Trusted code opens any path, and hands over what it likes."""
    _write(
        tmp_path,
        "trusted.repy",
        "def write(name, text):\n  f = open(name, 'w')\n  f.write(text)\n  f.close()\n"
        "def later(function, thing):\n  settimer(0.0, function, (thing,))\n",
    )
    module = importer.import_repy("trusted.repy")
    module.write(str(tmp_path / "Any Name"), b"\xff")
    assert (tmp_path / "Any Name").read_bytes() == b"\xff"
    done, seen, thing = threading.Event(), [], object()

    def callback(given: object) -> None:
        seen.append(given)
        done.set()

    module.later(callback, thing)
    assert done.wait(10) and seen == [thing]


def test_includes_of_files_under_limits(tmp_path: Path) -> None:
    """They reach what a run would bring in; a trusted file's reach anything."""
    folder = tmp_path / "lib"
    folder.mkdir()
    _write(tmp_path, "beside.repy", "x = 1\n")
    _write(tmp_path, "other.r2py", "y = 1\n")
    for name in ("limited.repy", "trusted.repy"):
        _write(folder, name, f"include {tmp_path}/beside.repy\n")
    _write(folder, "dyn.r2py", f"dy_import_module('{tmp_path}/other.r2py')\n")
    for name in ("limited.repy", "dyn.r2py"):
        with pytest.raises(ImportError, match="outside of the folders"):
            import_repy(folder / name, limits=Limits.default())
    assert import_repy(folder / "trusted.repy").x == 1


def test_importer_with_limits(tmp_path: Path) -> None:
    """An importer with limits has a world of its own for all that it imports."""
    _write(tmp_path, "low.repy", "mycontext['low'] = 1\n")
    _write(tmp_path, "high.repy", "include low.repy\ndef get():\n  return mycontext\n")
    limits = Limits.default().replace(filesopened=1)
    with install_importer([tmp_path], limits=limits, folder=tmp_path):
        import high_repy  # type: ignore[import-not-found]

        assert high_repy.get() == {"low": 1}
        (tmp_path / "data").write_text("x")
        first = high_repy.open("data")
        with pytest.raises(Exception, match="'filesopened' limit exceeded"):
            high_repy.open("low.repy")
        first.close()
    with install_importer([tmp_path]):
        import high_repy as again

        assert again.get() == {"low": 1, **again.get()}


def _limited(folder: Path, text: str, **amounts: float) -> object:
    path = _write(folder, "limited.repy", text)
    return import_repy(path, limits=Limits.default().replace(**amounts))


def test_limits_hold(tmp_path: Path) -> None:
    """With limits the ledger says no, and file names are checked."""
    module = _limited(
        tmp_path,
        "def start(function):\n  settimer(0.2, function, ())\n"
        "def read(name):\n  return open(name).read()\n",
        events=2,
    )
    module.start(print)  # type: ignore[attr-defined]
    module.start(print)  # type: ignore[attr-defined]
    with pytest.raises(Exception, match="Resource 'events' limit exceeded"):
        module.start(print)  # type: ignore[attr-defined]
    with pytest.raises(TypeError, match="disallowed character"):
        module.read("../secret")  # type: ignore[attr-defined]


def test_exitall_with_limits(tmp_path: Path) -> None:
    """exitall ends limited code, not the process."""
    module = _limited(tmp_path, "def stop():\n  exitall()\ndef log_it():\n  print 1\n")
    with pytest.raises(ProgramEnded):
        module.stop()  # type: ignore[attr-defined]
    with pytest.raises(ProgramEnded):
        module.log_it()  # type: ignore[attr-defined]


def test_exitall_of_trusted_code(tmp_path: Path) -> None:
    """exitall ends the process of those who trust it, with Repy's code."""
    path = _write(tmp_path, "end.repy", "print 'end'\nexitall()\n")
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            f"import repy_compat as r; r.import_repy({str(path)!r})",
        ],
        capture_output=True,
        cwd=_ROOT,
    )
    assert (done.returncode, done.stdout) == (200, b"end\n")


def test_uncaught_exception_in_a_timer(
    importer: Importer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It's reported on standard error with the Repy lines; other events go on."""
    _write(
        tmp_path,
        "timer.repy",
        "def bad():\n  raise ValueError('why')\ndef start():\n  settimer(0.0, bad, ())\n",
    )
    module = importer.import_repy("timer.repy")
    module.start()
    until, shown = time.monotonic() + 10, ""
    while "why" not in shown and time.monotonic() < until:
        shown += capsys.readouterr().err
        time.sleep(0.01)
    assert "why" in shown and "timer.repy" in shown


def test_importing_twice_at_once(tmp_path: Path) -> None:
    """Interpreters that import the same files at the same time all succeed."""
    _write(tmp_path, "shared.repy", "include parallelize.repy\nvalue = 7 / 2\n")
    program = (
        "import sys, os; sys.path.insert(0, os.getcwd())\n"
        "from repy_compat.porting import repyhelper\n"
        "repyhelper.translate_and_import('shared.repy')\n"
        "assert value == 3\n"
        "import repy_compat; repy_compat.install_importer()\n"
        "import uniqueid_repy\n"
        "print(uniqueid_repy.uniqueid_getid())\n"
    )
    import os

    environment = dict(
        os.environ, PYTHONPATH=str(_ROOT), XDG_CACHE_HOME=str(tmp_path / "cache")
    )
    running = [
        subprocess.Popen(
            [sys.executable, "-c", program],
            cwd=tmp_path,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for _ in range(6)
    ]
    for process in running:
        out, err = process.communicate(timeout=60)
        assert (process.returncode, out) == (0, b"0\n"), err.decode()


@pytest.mark.parametrize("limits", [None, Limits.default()])
def test_failing_text_in_log(tmp_path: Path, limits: Limits | None) -> None:
    """Where log would end a run by an internal error, the importer gets the error."""
    path = _write(
        tmp_path,
        "failing.r2py",
        "class Bad:\n  def __str__(self):\n    return 5\ndef say():\n  log(Bad())\n",
    )
    with pytest.raises(TypeError, match="__str__ returned non-string"):
        import_repy(path, limits=limits).say()


def test_threads_share_one_library(importer: Importer) -> None:
    """20 threads at one parallelize: each target once, handles never mixed."""
    library = importer.import_repy("parallelize.repy")
    access = importer.home.access
    failures: list[str] = []

    def work(number: int) -> None:
        for job in range(3):
            done: list[object] = []
            targets = [(number, job, target) for target in range(10)]

            def contact(
                target: object, extra: int, done: list[object] = done
            ) -> object:
                done.append(target)
                return extra, target

            handle = library.parallelize_initfunction(targets, contact, 4, number)
            while not library.parallelize_isfunctionfinished(handle):
                time.sleep(0.002)
            results = library.parallelize_getresults(handle)
            library.parallelize_closefunction(handle)
            expected = [(target, (number, target)) for target in targets]
            if sorted(done) != targets or sorted(results["returned"]) != expected:  # type: ignore[type-var]
                failures.append(f"{number}.{job}: {results}")

    threads = [threading.Thread(target=work, args=(n,)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    until = time.monotonic() + 5
    while access.ledger.held("events") and time.monotonic() < until:
        time.sleep(0.005)
    assert access.ledger.held("events") == 0
    assert library.parallelize_info_dict == {}
