"""The old command line: options, bad input, and one clear sentence for each."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RESTRICTIONS = ROOT / "seattlelib" / "restrictions.default"
REPY = [sys.executable, "-m", "repy_compat"]


def repy(folder: Path, *words: object) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder, without input."""
    return subprocess.run(
        [*REPY, *map(str, words)],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="latin-1",
        timeout=60,
        check=False,
    )


def start(folder: Path, *words: object) -> subprocess.Popen[bytes]:
    """Start the command in a session of its own."""
    return subprocess.Popen(
        [*REPY, *map(str, words)],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def write(folder: Path, name: str, text: str | bytes) -> str:
    """Write a file; its name."""
    data = text.encode("latin-1") if isinstance(text, str) else text
    (folder / name).write_bytes(data)
    return name


@pytest.mark.parametrize(
    ("name", "text", "output", "sentence", "code"),
    [
        (
            "no.repy",
            None,
            "Failed to read the specified file: 'no.repy'\n",
            "No such",
            3,
        ),
        (
            "no.r2py",
            None,
            "FATAL ERROR: Unable to read the specified program file: 'no.r2py'\n",
            "no.r2py: No such file",
            4,
        ),
        ("empty.repy", b"", "", "", 0),
        ("empty.r2py", b"", "", "", 0),
        ("binary.repy", bytes(range(256)) * 8, "", "binary.repy:1: ", 3),
        ("nul.repy", b"x = 1\nprint '\0'\n", "", "nul.repy:2: ", 3),
        (
            "crlf.repy",
            b"if True:\r\n\tprint 1,\r\n        print 2",
            "1 2\n1 2\n",
            "",
            0,
        ),
        ("syntax.repy", b"x = 1\nif x\n  pass\n", "", "syntax.repy:2: ", 3),
        ("late.repy", b"\nreturn 1\n", "", "late.repy:2: ", 3),
        ("cycle.repy", b"include cycle.repy\nprint 1\n", "1\n1\n1\n1\n", "", 0),
        (
            "missing.repy",
            b"x = 1\ninclude nowhere.repy\n",
            "",
            "missing.repy:2: Error opening source file 'nowhere.repy'",
            3,
        ),
    ],
)
def test_programs_good_and_bad(
    tmp_path: Path,
    name: str,
    text: bytes | None,
    output: str,
    sentence: str,
    code: int,
) -> None:
    """Each bad program gets a sentence with file and line; odd good ones run."""
    if text is not None:
        write(tmp_path, name, text)
    done = repy(tmp_path, RESTRICTIONS, name)
    assert done.stdout == output
    assert done.returncode == code
    assert done.stderr.startswith(sentence) or sentence in done.stderr.split("\n")[0]
    if not sentence:
        assert done.stderr == ""
    assert ROOT.name + "/" not in done.stderr


def test_long_program_runs(tmp_path: Path) -> None:
    """A program of 50,000 lines is checked, compiled and run."""
    lines = ["total = 0"]
    lines += ["total = total + 1" for _ in range(49_998)]
    lines += ["if callfunc == 'initialize': print total"]
    name = write(tmp_path, "long.repy", "\n".join(lines))
    done = repy(tmp_path, "--no-cache", RESTRICTIONS, name)
    assert (done.stdout, done.stderr, done.returncode) == ("49998\n", "", 0)


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("rubbish here now", "Line 'rubbish here now\n' not understood in file 'r'"),
        (
            "resource events",
            "Line 'resource events\n' has wrong number of items in 'r'",
        ),
        (
            "resource nosuch 3",
            "Line 'resource nosuch 3\n' has an unknown resource 'nosuch' in 'r'",
        ),
        (
            "resource events ten",
            "Line 'resource events ten\n' has an invalid resource value 'ten' in 'r'",
        ),
        (
            "resource cpu 2",
            "Line 'resource cpu 2\n' has a duplicate resource rule for 'cpu' in 'r'",
        ),
        (
            "call nosuch allow",
            "Line 'call nosuch allow\n' has an unknown call 'nosuch' in 'r'",
        ),
        (
            "call open maybe",
            "Line 'call open maybe\n' has an unknown action 'maybe' in 'r'",
        ),
        ("call open arg 0 allow", "Not enough tokens for 'arg'"),
        ("call open arg x is y allow", "invalid argument number 'x'"),
        (
            "call open arg 0 was y allow",
            "arg missing 'is' keyword, instead found 'was'",
        ),
        ("call open noargs 1 allow", "Not enough tokens for 'noargs'"),
        ("call open noargs is x allow", "invalid argument number 'x'"),
        ("call open some thing allow", "invalid rule type 'some'"),
    ],
)
def test_errors_of_restrictions(tmp_path: Path, line: str, text: str) -> None:
    """Each error names file and line, then follows the reference's report; code 3."""
    good = "resource cpu 1\nresource memory 100000000\nresource diskused 1000000\n"
    write(tmp_path, "r", good + line + "\n")
    write(tmp_path, "p.repy", "print 1\n")
    done = repy(tmp_path, "r", "p.repy")
    assert done.returncode == 3
    assert done.stdout == ""
    assert done.stderr.startswith("r:4: ")
    assert f"Exception (with class 'restrictions.ParseError'): {text}\n" in done.stderr


def test_missing_required_resource(tmp_path: Path) -> None:
    """An empty restrictions file lacks cpu first of all."""
    write(tmp_path, "r", "")
    write(tmp_path, "p.repy", "print 1\n")
    done = repy(tmp_path, "r", "p.repy")
    assert "Missing required resource 'cpu' in file 'r'" in done.stderr
    assert done.returncode == 3


def test_usage_on_standard_output(tmp_path: Path) -> None:
    """An unknown option or too few words show the usage and end with 1."""
    for words in ([], ["only.one"], ["--nosuch", "r", "p.repy"], ["--ip"]):
        done = repy(tmp_path, *words)
        assert done.returncode == 1
        assert "Usage: repy.py [options] restrictionsfile program" in done.stdout
    assert "Must supply a restrictions file" in repy(tmp_path).stdout


def test_usage_of_v2(tmp_path: Path) -> None:
    """A V2 program's command line gets V2's words and code 4."""
    done = repy(tmp_path, "p.r2py")
    assert done.stdout.startswith(
        "Repy requires a resource file and the program to run!"
    )
    assert done.returncode == 4
    for name in ("--foo", "--simple", "--norestrictions"):
        done = repy(tmp_path, name, "r", "p.r2py")
        assert f"repy.py: error: no such option: {name}" in done.stderr
        assert done.returncode == 4


def test_options_end_at_the_first_word(tmp_path: Path) -> None:
    """What follows the program belongs to it, even if it looks like an option."""
    name = write(tmp_path, "p.repy", "if callfunc == 'initialize': print callargs\n")
    done = repy(tmp_path, "--exec", RESTRICTIONS, name, "--logfile", "x")
    rule = "=" * 40
    assert done.stdout == (
        f"{rule}\nRunning program: p.repy\nArguments: ['--logfile', 'x']\n{rule}\n"
        "['--logfile', 'x']\n"
    )


def test_simple_runs_once(tmp_path: Path) -> None:
    """--simple runs the text once, without callfunc, and ends with 4."""
    source = "try:\n  callfunc\nexcept NameError, e:\n  print e\n"
    name = write(tmp_path, "p.repy", source)
    done = repy(tmp_path, "--simple", "--execinfo", RESTRICTIONS, name)
    assert done.stdout.endswith(
        "(Simple execution mode)\n" + "=" * 40 + "\nname 'callfunc' is not defined\n"
    )
    assert (done.stderr, done.returncode) == ("", 4)


def test_cwd_is_where_everything_is_looked_up(tmp_path: Path) -> None:
    """Restrictions and program are relative to --cwd, which is the vessel folder."""
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "r").write_bytes(RESTRICTIONS.read_bytes())
    write(inner, "p.repy", "if callfunc == 'initialize': print listdir()\n")
    done = repy(tmp_path, "--cwd", "inner", "r", "p.repy")
    assert sorted(eval(done.stdout)) == ["p.repy", "r"]
    assert repy(tmp_path, "--cwd=nowhere", "r", "p.repy").returncode == 1
    # It takes effect at once, so the next one is relative to it.
    again = repy(tmp_path, "--cwd=inner", "--cwd", "../inner", "r", "p.repy")
    assert again.stdout == done.stdout
    assert repy(tmp_path, "--cwd=nowhere", "--cwd=..", "r", "p.repy").returncode == 1


def test_norestrictions_keeps_the_limits(tmp_path: Path) -> None:
    """--norestrictions allows every call, and limits stay in force."""
    text = "resource cpu 1\nresource memory 100000000\nresource diskused 1000000\n"
    text += "resource events 1\nresource lograte 1000000\n"
    write(tmp_path, "r", text)
    source = "def f():\n  pass\nprint getruntime() >= 0\nsettimer(0, f, ())\n"
    name = write(tmp_path, "p.repy", source)
    done = repy(tmp_path, "--norestrictions", "r", name)
    assert done.stdout == "True\n"
    assert "Resource 'events' limit exceeded!!" in done.stderr
    denied = repy(tmp_path, "r", name)
    assert "Call 'getruntime' with args () not allowed" in denied.stderr


@pytest.mark.parametrize(
    ("content", "printed", "code"),
    [
        ("12;a;b", "a;b\n", 12),
        ("44;", "", 44),
        ("", "", 44),
        ("x;y", "", 44),
        ("56;no", "", 44),
    ],
)
def test_stop_file(tmp_path: Path, content: str, printed: str, code: int) -> None:
    """A stop file ends the program with its code and message (section 2.5)."""
    name = write(tmp_path, "p.repy", "print 'up'\nsleep(60)\n")
    process = subprocess.Popen(
        [*REPY, "--stop", "stop", str(RESTRICTIONS), name],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"up\n"
    # Renamed into place: never seen half written.
    (tmp_path / "stop.new").write_text(content)
    (tmp_path / "stop.new").rename(tmp_path / "stop")
    output, errors = process.communicate(timeout=30)
    assert (output.decode(), errors.decode(), process.returncode) == (printed, "", code)


def test_status_file_ends_as_terminated(tmp_path: Path) -> None:
    """The last status of a normal run is Terminated, and older files are gone."""
    name = write(tmp_path, "p.repy", "pass\n")
    repy(tmp_path, "--status", "state", RESTRICTIONS, name)
    states = [path.name for path in tmp_path.glob("state-*")]
    assert len(states) == 1
    assert states[0].startswith("state-Terminated-")


@pytest.mark.parametrize(
    "source",
    [
        "print 'up'\nsleep(60)\n",
        "print 'up'\nwhile True: pass\n",
        "def f():\n  print 'up'\n  while True: pass\n"
        "if callfunc == 'initialize': settimer(0, f, ())\n",
        "if callfunc == 'exit':\n  print 'up'\n  sleep(60)\n",
        "print 'up'\nwhile True:\n  try:\n    sleep(1)\n  except:\n    pass\n",
    ],
    ids=["sleeping", "computing", "timer", "exit phase", "swallowing"],
)
def test_interrupt_in_every_phase(tmp_path: Path, source: str) -> None:
    """Ctrl-C ends the run with 130, whatever the program does, without a traceback."""
    name = write(tmp_path, "p.repy", source)
    process = start(tmp_path, RESTRICTIONS, name)
    assert process.stdout is not None
    assert process.stdout.readline() == b"up\n"
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert b"Traceback" not in errors


def test_interrupt_at_the_start(tmp_path: Path) -> None:
    """Ctrl-C while a large program is still being read ends the run, too."""
    name = write(tmp_path, "p.repy", "x = [1, 2]\n" * 60_000 + "sleep(60)\n")
    process = start(tmp_path, "--no-cache", RESTRICTIONS, name)
    time.sleep(0.25)
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert b"Traceback" not in errors


def session(leader: int) -> set[int]:
    """The processes of a session that run (Linux)."""
    found = set()
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            words = Path(f"/proc/{name}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if words[0] != "Z" and int(words[3]) == leader:
            found.add(int(name))
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_nothing_is_left_of_a_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    """Whatever ends it: no process, and no file but those that are its own."""
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    name = write(tmp_path, "p.repy", "file('f', 'w')\nprint 'up'\nsleep(60)\n")
    words = ["--logfile", "log", "--status", "state"]
    process = start(tmp_path, *words, RESTRICTIONS, name)
    log = tmp_path / "log.old"
    for _ in range(1000):
        if log.exists() and log.read_bytes():
            break
        time.sleep(0.01)
    assert len(session(process.pid)) == 2
    process.send_signal(number)
    process.communicate(timeout=30)
    for _ in range(200):
        if not session(process.pid):
            break
        time.sleep(0.01)
    assert session(process.pid) == set()
    state = "Started" if number is signal.SIGKILL else "Terminated"
    left = {path.name.rpartition("-")[0] or path.name for path in tmp_path.iterdir()}
    assert left == {"temporary", "p.repy", "f", "log.old", f"state-{state}"}
    assert list((tmp_path / "temporary").iterdir()) == []


def test_unwritable_log(tmp_path: Path) -> None:
    """A log that can't be written is said in one sentence, and nothing runs."""
    name = write(tmp_path, "p.repy", "file('ran', 'w').close()\n")
    done = repy(tmp_path, "--logfile", "nowhere/log", RESTRICTIONS, name)
    assert done.stderr == (
        "repy: can't write the log nowhere/log: No such file or directory\n"
    )
    assert done.returncode == 1
    assert not (tmp_path / "ran").exists()


def test_unwritable_status(tmp_path: Path) -> None:
    """Where no status can be told, nothing runs."""
    name = write(tmp_path, "p.repy", "file('ran', 'w').close()\n")
    done = repy(tmp_path, "--status", "nowhere/state", RESTRICTIONS, name)
    assert done.stderr.startswith("repy: can't write status files nowhere/state-")
    assert done.returncode == 1
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("App.r2py", "no layer can open App.r2py (Filename has disallowed character"),
        ("none.r2py", "no such file in the current folder: none.r2py"),
        ("../app.r2py", "../app.r2py has to be in the current folder"),
    ],
)
def test_names_that_no_layer_can_open(tmp_path: Path, name: str, text: str) -> None:
    """They are told before anything runs, with exit code 2."""
    write(tmp_path, "layer.r2py", "secure_dispatch_module()\n")
    write(tmp_path, "App.r2py", "log('ran')\n")
    done = repy(tmp_path, "run", "--layer", "layer.r2py", name)
    assert (done.returncode, done.stdout) == (2, "")
    assert text in done.stderr


def test_forgotten_restrictions(tmp_path: Path) -> None:
    """A program in the place of the restrictions file is recognised."""
    name = write(tmp_path, "p.r2py", "log(callargs, '\\n')\n")
    for words in ([name], [name, name, "a"], ["encasementlib.r2py", name, name]):
        done = repy(tmp_path, *words)
        assert done.returncode in (3, 4)
        assert f"repy: {words[0]} looks like a program." in done.stderr
        assert f"'repy run {' '.join(words)}' runs it" in done.stderr
    done = repy(tmp_path, "run", "dylink.r2py", name, "b")
    assert (done.stdout, done.stderr, done.returncode) == ("['b'] \n", "", 0)


def test_terse(tmp_path: Path) -> None:
    """A refused V2 program: two lines of output, and our own words only if wanted."""
    name = write(tmp_path, "p.r2py", "x = 1\nprint x\n")
    told = (
        "Specified repy program is unsafe!\n"
        "Static-code analysis failed with error: Code failed safety check! Error: "
        "('<class \\'exception_hierarchy.CheckNodeException\\'> "
        "(\"Unsafe call \\'Printnl\\' in line 2\",)',)\n"
    )
    done = repy(tmp_path, RESTRICTIONS, name)
    assert (done.stdout, done.returncode) == (told, 5)
    assert done.stderr == (
        "p.r2py:2: print is not available in Repy V2: use log(...)\n"
        "    print x\n    ^\n"
    )
    done = repy(tmp_path, "--terse", RESTRICTIONS, name)
    assert (done.stdout, done.stderr, done.returncode) == (told, "", 5)


def test_full_disk_is_an_ioerror(tmp_path: Path) -> None:
    """A file that can't grow any more is an IOError, and what fitted is kept."""
    source = """\
if callfunc == 'initialize':
  f = open('big', 'w')
  try:
    for n in range(100):
      f.write('x' * 1000)
  except IOError, e:
    print str(e).split(']')[0]
  f.close()
"""
    name = write(tmp_path, "p.repy", source)
    limit = "import resource, os, sys; "
    limit += "resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000)); "
    limit += "os.execv(sys.executable, [sys.executable] + sys.argv[1:])"
    done = subprocess.run(
        [sys.executable, "-c", limit, "-m", "repy_compat", str(RESTRICTIONS), name],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("[Errno 27\n", "")
    assert (tmp_path / "big").stat().st_size == 20000


def test_both_calls_are_the_same(tmp_path: Path) -> None:
    """tools/repy.py and python -m repy_compat do the same."""
    name = write(tmp_path, "p.repy", "if callfunc == 'initialize': print 3 / 2\n")
    command = [sys.executable, str(ROOT / "tools" / "repy.py"), str(RESTRICTIONS), name]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.returncode) == ("1\n", 0)


def test_old_preprocessor_command(tmp_path: Path) -> None:
    """tools/repypp.py keeps the old words and codes."""
    write(tmp_path, "part.repy", "x = 1\n")
    write(tmp_path, "in.mix", "include part.repy\n")
    command = [sys.executable, str(ROOT / "tools" / "repypp.py")]

    def pp(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*command, *words],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )

    assert pp("in.mix", "out.repy").returncode == 0
    assert (tmp_path / "out.repy").read_text() == (
        "#begin include part.repy\nx = 1\n\n#end include part.repy\n\n"
    )
    assert pp("in.mix").stdout.startswith("Invalid number of arguments\n")
    same = pp("in.mix", "in.mix")
    assert same.stdout == "The infile and outfile must be different files\n"
    unwritable = pp("in.mix", "nowhere/out")
    assert unwritable.stdout == "Error opening out file 'nowhere/out'\n"
    missing = pp("nowhere", "out2")
    assert "Error opening source file 'nowhere'" in missing.stderr
    assert {done.returncode for done in (same, unwritable, missing)} == {1}
    assert not (tmp_path / "out2").exists()


@pytest.mark.parametrize("stream", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_stream_gets_nothing(tmp_path: Path, stream: str) -> None:
    """A run whose caller closed a stream is like one into /dev/null, all else right."""
    program = write(
        tmp_path, "p.repy", "f = open('f', 'w')\nf.write('x')\nf.close()\nprint 1\n"
    )
    shell = f'"$@" run {program} {stream}'
    found = subprocess.run(
        ["/bin/sh", "-c", shell, "sh", *REPY],
        cwd=tmp_path,
        capture_output=True,
        timeout=60,
        check=False,
    )
    output = b"" if ">&- " in stream + " " and stream != "2>&-" else b"1\n1\n"
    assert (found.returncode, found.stdout, found.stderr) == (0, output, b"")
    assert (tmp_path / "f").read_bytes() == b"x"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize(
    ("name", "source", "code"),
    [
        ("p.repy", "def f():\n  raise Exception\nsettimer(0, f, ())\nsleep(60)\n", 30),
        ("p.repy", "import os\n", 3),
        ("p.r2py", "import os\n", 5),
        ("gone.r2py", None, 4),
    ],
    ids=["timer", "refused", "refused by V2", "missing"],
)
def test_full_output(tmp_path: Path, name: str, source: str | None, code: int) -> None:
    """Where nothing can be told any more, a run ends as it would have ended."""
    if source is not None:
        write(tmp_path, name, source)
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [*REPY, RESTRICTIONS, name],
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            stdout=full,
            stderr=full,
            timeout=60,
            check=False,
        )
    assert done.returncode == code


def test_folder_that_is_gone(tmp_path: Path) -> None:
    """Without a current folder there is a sentence, and no traceback."""
    program = tmp_path / write(tmp_path, "p.repy", "print 1\n")
    gone = tmp_path / "gone"
    gone.mkdir()
    shell = f'rmdir "{gone}"; exec "$@"'
    found = subprocess.run(
        ["/bin/sh", "-c", shell, "sh", *REPY, "run", program],
        cwd=gone,
        capture_output=True,
        encoding="latin-1",
        timeout=60,
        check=False,
    )
    assert found.returncode == 1 and found.stdout == ""
    assert found.stderr.startswith("repy: the current folder is gone")


def test_run_refuses_files_that_cannot_work(tmp_path: Path) -> None:
    """``repy run`` looks at the same things first as the old command line does."""
    program = write(tmp_path, "p.repy", "print 1\n")
    stop = write(tmp_path, "stop", "")
    for words, sentence in (
        (["--status", "nowhere/s"], "can't write status files nowhere/s-...: no such"),
        (["--stop", stop], "the stop file is there already: stop"),
    ):
        found = repy(tmp_path, "run", *words, program)
        assert (found.returncode, found.stdout) == (2, "")
        assert found.stderr.startswith(f"repy run: {sentence}")


@pytest.mark.parametrize("verb", ["explore", "trace", "replay"])
def test_exploring_verbs_name_what_is_not_there(tmp_path: Path, verb: str) -> None:
    """A program that can't be opened is told by its name and the reason."""
    found = repy(tmp_path, verb, "none.repy", "token")
    expected = f"repy {verb}: none.repy: No such file or directory\n"
    assert (found.returncode, found.stdout, found.stderr) == (2, "", expected)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_outputs_that_cant_be_written(tmp_path: Path) -> None:
    """A full disk is an IOError to print, and no other end of the run or of ours."""
    write(tmp_path, "p.repy", "try: print 1\nexcept IOError, e: mycontext['e'] = e\n")
    write(tmp_path, "q.repy", "open('out', 'w').write(str(mycontext))\n1 / 0\n")
    write(tmp_path, "r", RESTRICTIONS.read_bytes())
    write(tmp_path, "both.repy", "include p.repy\ninclude q.repy\n")

    def code(*words: str, stdout: str, stderr: str) -> tuple[int, str]:
        with open(stdout, "w") as out, open(stderr, "w") as err:
            done = subprocess.run(
                [*REPY, *words], cwd=tmp_path, stdout=out, stderr=err, check=False
            )
        read = tmp_path / "err"
        return done.returncode, read.read_text() if stderr != "/dev/full" else ""

    errors = str(tmp_path / "err")
    ended = code("r", "both.repy", stdout="/dev/full", stderr="/dev/full")
    assert ended[0] == 6
    assert (tmp_path / "out").read_text() == (
        "{'e': IOError(28, 'No space left on device')}"
    )
    assert code("no", "p.repy", stdout="/dev/full", stderr="/dev/full")[0] == 3
    sentence = "repy: can't go on: [Errno 28] No space left on device\n"
    assert code("help", stdout="/dev/full", stderr=errors) == (1, sentence)


@pytest.mark.parametrize(
    ("line", "conclusion"),
    [
        ("resource lograte 1000\n", "Call 'log.write' with args ("),
        ("call log.write allow\n", "Resource 'lograte' limit set to 0, won't drain!"),
    ],
)
def test_a_banner_that_may_not_be_printed(
    tmp_path: Path, line: str, conclusion: str
) -> None:
    """It goes the way of prints: the report says what stops it, with code 3."""
    limits = "resource cpu 1\nresource memory 1e9\nresource diskused 1e9\n"
    write(tmp_path, "r", limits + "resource events 2\n" + line)
    name = write(tmp_path, "p.repy", "x = 1\n")
    done = repy(tmp_path, "--execinfo", "r", name)
    assert (done.returncode, done.stdout) == (3, "")
    start, _, end = done.stderr.partition("User traceback:\n\nException (with type ")
    assert start.startswith("---\nUncaught exception!")
    assert end.startswith(f"'exceptions.Exception'): {conclusion}")
    assert "Internal" not in done.stderr


def test_our_reader_leaves(tmp_path: Path) -> None:
    """Nothing but the exit code tells of it."""
    process = start(tmp_path, "help")
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    assert (process.stderr.read(), process.wait()) == (b"", 141)
    process.stderr.close()


@pytest.mark.parametrize("name", ["flood.repy", "flood.r2py"])
def test_flood_ends_when_nobody_reads_it_any_more(tmp_path: Path, name: str) -> None:
    """``repy run flood.repy | head -1`` comes to an end: a write that can't be made
    is an IOError of the program."""
    statement = "print 1" if name.endswith(".repy") else "log(1)"
    write(tmp_path, name, f"while True: {statement}\n")
    process = start(tmp_path, "run", name)
    assert process.stdout is not None and process.stderr is not None
    process.stdout.read(1)
    process.stdout.close()
    told = process.stderr.read()
    process.stderr.close()
    assert process.wait(60) == 6
    assert b"(with type 'exceptions.IOError'): [Errno 32] Broken pipe" in told
