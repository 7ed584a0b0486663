"""Output: every piece whole and at once; memory with a cap; harmless terminals."""

from __future__ import annotations

import errno
import gc
import os
import threading

import pytest

from repy_compat.world.output import MemoryOutput, StreamOutput, TerminalFilter


def test_a_piece_is_out_when_write_returns() -> None:
    """Nothing is kept in a buffer of ours."""
    reader, writer = os.pipe()
    StreamOutput(writer).write("a\xff\n")
    assert os.read(reader, 10) == b"a\xff\n"
    os.close(reader)
    os.close(writer)


def test_large_pieces_on_a_full_nonblocking_pipe() -> None:
    """A piece larger than the pipe arrives whole, and pieces aren't mixed."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    output = StreamOutput(writer)
    pieces = [letter * 100_000 for letter in "abc"]
    threads = [threading.Thread(target=output.write, args=(p,)) for p in pieces]
    for thread in threads:
        thread.start()
    got = b""
    while len(got) < 300_000:
        got += os.read(reader, 65536)
    for thread in threads:
        thread.join()
    assert sorted(got[i : i + 100_000].decode() for i in (0, 100_000, 200_000)) == (
        pieces
    )
    os.close(reader)
    os.close(writer)


def test_a_reader_that_left() -> None:
    """A pipe that nobody reads is an error, as for Python 2; the careless go on."""
    reader, writer = os.pipe()
    os.close(reader)
    for _ in range(2):
        with pytest.raises(BrokenPipeError):
            StreamOutput(writer).write("x")
    careless = StreamOutput(writer, careless=True)
    careless.write("x")
    careless.write("y")
    assert careless.broken
    os.close(writer)


def test_a_full_disk() -> None:
    """Other errors are the caller's to know."""
    if not os.path.exists("/dev/full"):
        pytest.skip("needs /dev/full")
    descriptor = os.open("/dev/full", os.O_WRONLY)
    with pytest.raises(OSError) as caught:
        StreamOutput(descriptor).write("x")
    assert caught.value.errno == errno.ENOSPC
    careless = StreamOutput(descriptor, careless=True)
    careless.write("x")
    assert careless.broken
    os.close(descriptor)


def test_memory() -> None:
    """Memory output keeps the first ``limit`` characters and says if more came."""
    output = MemoryOutput(5)
    output.write("abc")
    assert (output.text(), output.truncated) == ("abc", False)
    output.write("defg")
    output.write("h")
    assert (output.text(), output.truncated) == ("abcde", True)
    unlimited = MemoryOutput()
    for _ in range(1000):
        unlimited.write("0123456789")
    assert (len(unlimited.text()), unlimited.truncated) == (10_000, False)


def test_finalisers_that_write() -> None:
    """A collector that runs inside write() may itself write: nothing hangs."""
    writer = os.open(os.devnull, os.O_WRONLY)
    outputs = (MemoryOutput(1000), StreamOutput(writer))

    class Garbage:
        def __init__(self) -> None:
            self.me = self

        def __del__(self) -> None:
            for output in outputs:
                output.write("x")

    before = gc.get_threshold()
    gc.set_threshold(3, 2, 2)
    try:
        for _ in range(1000):
            Garbage()
            for output in outputs:
                output.write("y")
    finally:
        gc.set_threshold(*before)
    gc.collect()
    os.close(writer)
    assert len(outputs[0].text()) == 1000


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (b"plain text\n\tindented\r\n", b"plain text\n\tindented\r\n"),
        (b"\x1b[2J", b"<1b>[2J"),
        (b"\x07\x08\x00\x7f", b"<07><08><00><7f>"),
        ("\x9b31m".encode("latin-1"), b"<9b>31m"),
        ("\x9b31m".encode(), b"<9b>31m"),
        ("gr\xfc\xdfe".encode(), "gr\xfc\xdfe".encode()),
        (b"gr\xfc\xdfe\n", b"gr\xfc\xdfe\n"),
        ("\u202eevil".encode(), b"<202e>evil"),
    ],
)
def test_harmless_for_a_terminal(text: bytes, shown: bytes) -> None:
    """What a terminal acts on is spelt out; text in any encoding stays."""
    screen = TerminalFilter()
    assert screen.feed(text) + screen.flush() == shown
    piecewise = TerminalFilter()
    bytewise = b"".join(piecewise.feed(bytes([byte])) for byte in text)
    assert bytewise + piecewise.flush() == shown
