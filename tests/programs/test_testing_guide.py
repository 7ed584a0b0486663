"""The guide to testing: its files, its Python and its console run as they are shown."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from repy_compat import cli
from tests.rules.test_pytest_plugin import pytest_in

GUIDE = Path(__file__).parent.parent.parent / "docs" / "testing.md"
TEXT = GUIDE.read_text(encoding="utf-8")
FILES = dict(re.findall(r"<!-- file: (\S+) -->\n```\w+\n(.*?)```", TEXT, re.S))
PYTHON = re.findall(r"(?<!-->\n)```python\n(.*?)```", TEXT, re.S)
CONSOLE = re.findall(r"```console\n\$ (.*?)\n(.*?)```", TEXT, re.S)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("number", range(len(PYTHON)))
def test_the_python_runs(
    number: int, folder: Path, request: pytest.FixtureRequest
) -> None:
    """Each piece by itself, with the files of the guide beside it."""
    # A busy machine may be slow at drawing; that isn't what is tested here.
    settings.register_profile("guide", suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("guide")
    request.addfinalizer(lambda: settings.load_profile("default"))
    exec(
        compile(PYTHON[number], f"{GUIDE.name} {number}", "exec"), {"__name__": "guide"}
    )


@pytest.mark.parametrize("number", range(len(CONSOLE)))
def test_the_console_shows_what_is_printed(
    number: int, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """To the letter; a line of three points stands for any lines."""
    command, expected = CONSOLE[number]
    cli.main(shlex.split(command)[1:])
    printed = capsys.readouterr().out
    pattern = re.escape(expected).replace(re.escape("...\n"), r"(?s:.*?)")
    assert re.fullmatch(pattern, printed), printed


def test_the_test_file_passes(folder: Path) -> None:
    """With pytest and the plugin."""
    done = pytest_in(folder, "-q", "test_count.py")
    assert "2 passed" in done.stdout, done.stdout


def test_every_piece_is_there() -> None:
    """The patterns above find what the guide holds."""
    assert set(FILES) == {"count.repy", "locked.repy", "test_count.py"}
    assert (len(PYTHON), len(CONSOLE)) == (6, 3)


def test_the_page_works_in_a_browser(folder: Path) -> None:
    """Both drawings show their bars, and the scale switches between them."""
    import shutil

    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if browser is None:
        pytest.skip("no chromium here")
    (folder / "timed.repy").write_text(FILES["locked.repy"].replace("0.0", "2.0"))
    assert cli.main(["trace", "timed.repy", "--out", "t.html"]) == 0
    page = (folder / "t.html").read_text(encoding="utf-8")
    script = """<script>
      const shown = () => [...document.querySelectorAll('svg')]
        .filter(s => getComputedStyle(s).display !== 'none')
        .map(s => s.id + s.querySelectorAll('rect.run').length
          + (s.getBBox().width > 500)).join();
      const scale = document.getElementById('scale'), before = shown();
      scale.value = 'steps'; scale.dispatchEvent(new Event('change'));
      document.title = before + ' ' + shown();
    </script></body>"""
    (folder / "t.html").write_text(page.replace("</body>", script), encoding="utf-8")
    done = subprocess.run(
        [
            browser,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            f"--user-data-dir={folder}/profile",
            "--dump-dom",
            f"file://{folder}/t.html",
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    title = re.search(r"<title>(.*?)</title>", done.stdout)
    assert title is not None, done.stderr
    assert re.fullmatch(r"time(\d+)true steps\1true", title.group(1)), title.group(1)
