"""The Repy API from Python: network and threads with Python callbacks, output."""

from __future__ import annotations

import io
import socket
import threading
from pathlib import Path

import pytest

from repy_compat import Limits, import_repy
from repy_compat.porting import compat
from repy_compat.porting import repyportability as api
from repy_compat.porting.trusted import StandardOutput


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def test_tcp_with_a_python_callback() -> None:
    """A Python function serves connections; bytes and byte strings are the same."""
    port, done = _free_port(), threading.Event()

    def serve(ip: str, number: int, connection, this, listener) -> None:  # type: ignore[no-untyped-def]
        connection.send(b"got " + connection.recv(10).encode("latin-1"))
        connection.close()
        api.stopcomm(listener)  # type: ignore[attr-defined]
        done.set()

    api.waitforconn("127.0.0.1", port, serve)  # type: ignore[attr-defined]
    connection = api.openconn("127.0.0.1", port)  # type: ignore[attr-defined]
    connection.send(b"hi\xff")
    assert done.wait(10)
    assert connection.recv(20) == "got hi\xff"
    connection.close()
    with pytest.raises(OSError, match="refused"):
        api.openconn("127.0.0.1", port)  # type: ignore[attr-defined]


def test_udp_with_a_python_callback() -> None:
    """A Python function receives messages."""
    port, done, seen = _free_port(), threading.Event(), []

    def receive(ip: str, number: int, message: str, listener: object) -> None:
        seen.append(message)
        api.stopcomm(listener)  # type: ignore[attr-defined]
        done.set()

    api.recvmess("127.0.0.1", port, receive)  # type: ignore[attr-defined]
    api.sendmess("127.0.0.1", port, b"m\xfe")  # type: ignore[attr-defined]
    assert done.wait(10)
    assert seen == ["m\xfe"]


def test_threads_and_timers() -> None:
    """createthread and settimer run Python functions under their event's name."""
    names, done = [], threading.Event()

    def body() -> None:
        names.append(api.getthreadname())  # type: ignore[attr-defined]
        done.set()

    api.createthread(body)  # type: ignore[attr-defined]
    assert done.wait(10)
    assert names[0].startswith("_EVENT:Thread:")
    handle = api.settimer(100, body, ())  # type: ignore[attr-defined]
    assert api.canceltimer(handle) is True  # type: ignore[attr-defined]
    assert api.canceltimer(handle) is False  # type: ignore[attr-defined]


def test_wrapped_api_takes_python_callbacks(tmp_path: Path) -> None:
    """With limits, too, Repy code starts a timer with a Python function."""
    path = tmp_path / "start.repy"
    path.write_text("def start(f, *a):\n  settimer(0.0, f, a)\n")
    module = import_repy(path, limits=Limits.default())
    done, seen = threading.Event(), []

    def callback(*given: object) -> None:
        seen.extend(given)
        done.set()

    module.start(callback, "x", [1])
    assert done.wait(10)
    assert seen == ["x", [1]]
    with pytest.raises(Exception, match="Namespace violation"):
        module.start(callback, object())


def test_namespaces() -> None:
    """A virtual namespace is used from Python; its context is like a dictionary."""
    namespace = api.VirtualNamespace("x = y / 2", "half")  # type: ignore[attr-defined]
    context = namespace.evaluate({"y": 5})
    assert context["x"] == 2
    assert "x" in context and sorted(context) == ["x", "y"]


def test_output_is_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Repy's output reaches a stream as bytes, or as the text that they spell."""
    raw = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(raw, encoding="utf-8"))
    StandardOutput("stdout").write("\xc3\xa9\xff\n")
    assert raw.getvalue() == b"\xc3\xa9\xff\n"
    text = io.StringIO()
    monkeypatch.setattr("sys.stdout", text)
    StandardOutput("stdout").write("\xc3\xa9")
    StandardOutput("stdout").write("\xff")
    assert text.getvalue() == "\xe9\xff"


@pytest.mark.parametrize(
    ("left", "right", "result"),
    [(7, 2, 3), (-7, 2, -4), (7.0, 2, 3.5), (7, 2.0, 3.5), (True, 2, 0)],
)
def test_old_div(left: float, right: float, result: float) -> None:
    """Whole numbers are rounded down, floats aren't."""
    assert compat.old_div(left, right) == result
    assert type(compat.old_div(left, right)) is type(result)


def test_bytes_and_texts_at_sockets() -> None:
    """as_bytes and as_text are each other's inverse and leave the rest alone."""
    assert compat.as_text(compat.as_bytes("a\xff")) == "a\xff"
    assert compat.as_text((b"x", ("h", 1))) == ("x", ("h", 1))
    assert compat.as_text("x") == "x" and compat.as_bytes(b"x") == b"x"
    with pytest.raises(UnicodeEncodeError):
        compat.as_bytes("\u20ac")
