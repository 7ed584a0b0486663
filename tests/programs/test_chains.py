"""Programs in a row on one command line: what each member of a chain sees.

Repy V2 specification, sections 1.6, 13.1 and 13.2.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.programs.golden_case import GOLDEN

RESTRICTIONS = GOLDEN / "runtime" / "restrictions" / "restrictions.v2"

TELL = """
names = ['dy_import_module', 'dy_dispatch_module', 'CHILD_CONTEXT', 'HAS_DYLINK',
    'CHILD_CONTEXT_DEF', 'secure_dispatch_module', 'wrap_references']
seen = [name for name in names if name in _context]
log('NAME', callargs, callfunc, mycontext, _context['_context'] is _context, '\\n')
log('  ', seen, '\\n')
mycontext['NAME'] = 1
"""
LAYER = TELL + "secure_dispatch_module()\nlog('NAME goes on\\n')\n"
LIBRARY = TELL + "dy_dispatch_module()\nlog('NAME goes on\\n')\n"
PROGRAM = (
    TELL
    + """
def later():
  sleep(0.05)
  log('thread of NAME', getthreadname(), '\\n')
createthread(later)
"""
)

DYLINK = ["dy_import_module", "dy_dispatch_module", "CHILD_CONTEXT", "HAS_DYLINK"]
LAYERED = ["CHILD_CONTEXT_DEF", "secure_dispatch_module", "wrap_references"]


def told(name: str, arguments: list[str], names: list[str], store: str = "{}") -> str:
    """What a member of the chain logs about itself; ``store`` is its mycontext."""
    return f"{name} {arguments} initialize {store} True \n   {names} \n"


def thread_of(name: str) -> str:
    """What the program's thread logs."""
    return f"thread of {name} _EVENT:Thread:1 \n"


CHAINS = {
    "dylink.r2py prog.r2py a b": told("prog", ["a", "b"], DYLINK) + thread_of("prog"),
    "encasementlib.r2py layer.r2py app.r2py a b": told(
        "layer", ["app.r2py", "a", "b"], LAYERED
    )
    + told("app", ["a", "b"], LAYERED)
    + "layer goes on\n"
    + thread_of("app"),
    "encasementlib.r2py layer1.r2py layer2.r2py layer3.r2py app.r2py": told(
        "layer1", ["layer2.r2py", "layer3.r2py", "app.r2py"], LAYERED
    )
    + told("layer2", ["layer3.r2py", "app.r2py"], LAYERED)
    + told("layer3", ["app.r2py"], LAYERED)
    + told("app", [], LAYERED)
    + "layer3 goes on\nlayer2 goes on\nlayer1 goes on\n"
    + thread_of("app"),
    "dylink.r2py library.r2py prog.r2py": told("library", ["prog.r2py"], DYLINK)
    + told("prog", [], DYLINK, "{'library': 1}")
    + "library goes on\n"
    + thread_of("prog"),
    "encasementlib.r2py dylink.r2py prog.r2py": told("prog", [], DYLINK + LAYERED)
    + thread_of("prog"),
    "encasementlib.r2py layer.r2py dylink.r2py prog.r2py": told(
        "layer", ["dylink.r2py", "prog.r2py"], LAYERED
    )
    + told("prog", [], DYLINK + LAYERED)
    + "layer goes on\n"
    + thread_of("prog"),
    "dylink.r2py encasementlib.r2py layer.r2py app.r2py": told(
        "layer", ["app.r2py"], DYLINK + LAYERED
    )
    + told("app", [], DYLINK + LAYERED)
    + "layer goes on\n"
    + thread_of("app"),
    "dylink.r2py": "",
    "encasementlib.r2py": "",
    "encasementlib.r2py layer.r2py": told("layer", [], LAYERED) + "layer goes on\n",
}


@pytest.fixture
def box(tmp_path: Path) -> Path:
    """A folder with the members of the chains."""
    for name, text in (
        *((f"layer{number}", LAYER) for number in ("", "1", "2", "3")),
        ("library", LIBRARY),
        ("prog", PROGRAM),
        ("app", PROGRAM),
    ):
        (tmp_path / f"{name}.r2py").write_text(text.replace("NAME", name))
    return tmp_path


def run(box: Path, words: str) -> tuple[str, str, int]:
    """Output, errors and exit code of a command line in the folder."""
    done = subprocess.run(
        [sys.executable, "-m", "repy_compat", str(RESTRICTIONS), *words.split()],
        cwd=box,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.stdout, done.stderr, done.returncode


@pytest.mark.parametrize("words", CHAINS)
def test_chain(box: Path, words: str) -> None:
    """callargs get shorter from member to member; an outer member goes on after."""
    assert run(box, words) == (CHAINS[words], "", 0)


@pytest.mark.parametrize(
    ("words", "class_text", "text"),
    [
        (
            "encasementlib.r2py nobody.r2py",
            "class 'exception_hierarchy.FileNotFoundError'",
            "Cannot load security layer 'nobody.r2py'. File not found.",
        ),
        (
            "dylink.r2py nobody.r2py",
            "class '.RepyImportError'",
            "Failed to locate the module! Module: 'nobody.r2py' ",
        ),
        (
            "encasementlib.r2py refused.r2py app.r2py",
            "class 'exception_hierarchy.CodeUnsafeError'",
            "Compiling security layer 'refused.r2py' failed! Got exception: '",
        ),
        (
            "dylink.r2py refused.r2py",
            "type 'exceptions.Exception'",
            "Failed to initialize the module (refused.r2py)! Got the following "
            "exception: '",
        ),
    ],
)
def test_missing_or_refused_member(
    box: Path, words: str, class_text: str, text: str
) -> None:
    """The loader's exception names the file."""
    (box / "refused.r2py").write_text("import os\n")
    output, errors, code = run(box, words)
    assert (output, code) == ("", 6)
    assert f"Exception (with {class_text}): {text}" in errors


def test_forbidden_exception_of_a_layer(box: Path) -> None:
    """What a layer didn't declare ends the run with a Fatal Error."""
    (box / "layer.r2py").write_text(
        "def bad(text):\n  if text == 'raise':\n    raise FileClosedError('no')\n"
        "  return 3\n"
        "CHILD_CONTEXT_DEF['call'] = {'type': 'func', 'args': (str,), "
        "'exceptions': FileNotFoundError, 'return': str, 'target': bad}\n"
        "secure_dispatch_module()\n"
    )
    (box / "app.r2py").write_text(
        "try:\n  call(3)\nexcept RepyArgumentError, e:\n  log(e, '\\n')\n"
        "try:\n  call(callargs[0])\nfinally:\n  log('not reached\\n')\n"
    )
    first = (
        "Argument number 1 to function 'call' is of the wrong type! Must be of "
        "type:<type 'str'> \n"
    )
    for word, told in (
        (
            "raise",
            "Fatal Error: Function 'call' tried to raise exception of type: "
            "'<class 'exception_hierarchy.FileClosedError'>' which is forbidden. ",
        ),
        (
            "return",
            "Fatal Error: Function 'call' tried to return value with type: "
            "'<type 'int'>' which is forbidden.",
        ),
    ):
        output, errors, code = run(
            box, f"encasementlib.r2py layer.r2py app.r2py {word}"
        )
        assert output.startswith(first + "---\n")
        assert (
            output.removeprefix(first + "---\n").partition(" ")[2] == told + "\n---\n"
        )
        assert (errors, code) == ("", 200)


def test_uncaught_exception_names_all_members(box: Path) -> None:
    """The user's traceback goes through loader, layer and program."""
    (box / "app.r2py").write_text("def f():\n  return [][1]\nf()\n")
    output, errors, code = run(box, "encasementlib.r2py layer.r2py app.r2py")
    assert code == 6
    frames = errors.partition("User traceback:\n")[2].splitlines()
    files = [line.split('"')[1] for line in frames if line.startswith('  "')]
    assert files[0] == "encasementlib.r2py"
    assert "layer.r2py" in files
    assert frames[frames.index("") - 2 : frames.index("")] == [
        '  "app.r2py", line 3, in <module>',
        '  "app.r2py", line 2, in f',
    ]
    assert (
        "Exception (with type 'exceptions.IndexError'): list index out of range"
        in errors
    )


def test_wrapped_functions_and_objects(box: Path) -> None:
    """Arguments, exceptions, results and bad definitions; objects that end at once.

    What it prints was reasoned from the Repy V2 specification, section 13.2.
    """
    monitors = Path(__file__).parent / "monitors"
    shutil.copy(monitors / "wrapper_uses.r2py", box)
    wanted = (monitors / "wrapper_uses.out").read_text()
    assert run(box, "encasementlib.r2py wrapper_uses.r2py") == (wanted, "", 0)
