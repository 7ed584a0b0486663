"""The files of V2 (Repy V2 specification, sections 9.3 and 10)."""

from __future__ import annotations

import os

import pytest

from repy_compat.api.exceptions import (
    FileClosedError,
    FileInUseError,
    FileNotFoundError,
    RepyArgumentError,
    ResourceExhaustedError,
    SeekPastEndOfFileError,
)
from repy_compat.api.v2_files import blocks
from repy_compat.language.dialect import Dialect
from tests.api_run import api_run


def v2_run(**limits):
    """The API of a V2 run."""
    return api_run(Dialect.V2, **limits)


def fails(kind, function, *arguments, **keywords):
    """The text of the exception of class ``kind`` that the call raises."""
    with pytest.raises(kind) as caught:
        function(*arguments, **keywords)
    assert type(caught.value) is kind
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("x" * 121, "Max string length is 120"),
        ("", "Illegal filename provided!"),
        (".", "Illegal filename provided!"),
        ("..", "Illegal filename provided!"),
        ("a/b", "Filename has disallowed character '/'"),
        ("Upper", "Filename has disallowed character 'U'"),
        (".A", "Filename has disallowed character 'A'"),
        (".a", "Filename starts with a period, this is not allowed!"),
        (None, "Invalid type <type 'NoneType'>"),
        (5, "Invalid type <type 'int'>"),
        (["a"], "Invalid type <type 'list'>"),
    ],
)
def test_names_are_refused_in_the_documented_order(name, text):
    """It promises the same text for openfile and removefile."""
    with v2_run() as run:
        assert text == fails(RepyArgumentError, run.openfile, name, True)
        assert text == fails(RepyArgumentError, run.removefile, name)


@pytest.mark.parametrize("name", ["x" * 120, "-", "_.0", "a..b"])
def test_other_names_are_taken(name):
    """It promises names of up to 120 characters."""
    with v2_run() as run:
        run.openfile(name, True).close()
        assert [name] == run.listfiles()


def test_keywords_then_count_then_each_argument_in_order():
    """It promises the first bad thing in that order."""
    with v2_run() as run:
        for text, arguments, keywords in [
            ("Keyword arguments not allowed when calling emulated_open.", (), {"a": 1}),
            (
                "Function 'emulated_open' takes 2 arguments, not 1 as you provided.",
                ("f",),
                {},
            ),
            ("Invalid type <type 'int'>", (1, "x"), {}),
            ("Invalid type <type 'str'>", ("Bad/Name", "x"), {}),
            ("Filename has disallowed character 'B'", ("Bad/Name", True), {}),
        ]:
            assert text == fails(
                RepyArgumentError, run.openfile, *arguments, **keywords
            )


@pytest.mark.parametrize("create", [1, 0, None, "yes"])
def test_create_is_exactly_a_bool(create):
    """It promises that 1 isn't True."""
    with v2_run() as run:
        assert fails(RepyArgumentError, run.openfile, "f", create).startswith("Invalid")


def test_one_handle_a_name_and_texts_of_the_refusals():
    """It promises FileInUseError for opening and removing, and FileNotFoundError."""
    with v2_run() as run:
        assert (
            fails(FileNotFoundError, run.openfile, "f", False)
            == 'Cannot openfile non-existent file "f" without creating it!'
        )
        handle = run.openfile("f", True)
        assert (
            fails(FileInUseError, run.openfile, "f", False)
            == 'Cannot open file "f" because it is already open!'
        )
        assert (
            fails(FileInUseError, run.removefile, "f")
            == 'Cannot remove file "f" because it is in use!'
        )
        assert handle.close() is None
        assert fails(FileClosedError, handle.close) == "File 'f' is already closed!"
        assert run.removefile("f") is None
        assert (
            fails(FileNotFoundError, run.removefile, "f")
            == 'Cannot remove non-existent file "f".'
        )


def test_a_dropped_file_can_be_removed_at_once():
    """It promises prompt finalisation, name and item."""
    with v2_run(filesopened=1) as run:
        run.openfile("f", True)
        assert run.held("filesopened") == 0
        run.removefile("f")


def test_a_folder_is_no_file():
    """It promises that it counts as not found, for all three calls."""
    with v2_run() as run:
        os.mkdir(os.path.join(run.folder, "folder"))
        for create in (True, False):
            fails(FileNotFoundError, run.openfile, "folder", create)
        fails(FileNotFoundError, run.removefile, "folder")
        assert run.listfiles() == ["folder"]
        assert run.held("filesopened") == 0


def test_the_limit_comes_before_the_file_is_looked_for():
    """It promises ResourceExhaustedError, and that in use comes even earlier."""
    with v2_run(filesopened=1) as run:
        handle = run.openfile("one", True)
        for name, create in [("two", True), ("two", False)]:
            assert (
                fails(ResourceExhaustedError, run.openfile, name, create)
                == "Resource 'filesopened' limit exceeded!!"
            )
        fails(FileInUseError, run.openfile, "one", False)
        assert run.listfiles() == ["one"]
        handle.close()


def test_an_existing_file_is_never_truncated():
    """It promises so with create, too."""
    with v2_run() as run:
        handle = run.openfile("f", True)
        handle.writeat("kept", 0)
        handle.close()
        assert run.openfile("f", True).readat(None, 0) == "kept"


def test_readat_reads_up_to_a_limit_from_an_offset():
    """It promises the empty string exactly at the end."""
    with v2_run() as run:
        handle = run.openfile("f", True)
        handle.writeat("0123456789", 0)
        for expected, arguments in [
            ("0123", (4, 0)),
            ("89", (4, 8)),
            ("3456789", (None, 3)),
            ("", (0, 5)),
            ("", (None, 10)),
            ("0123456789", (10**15, 0)),
        ]:
            assert expected == handle.readat(*arguments)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ((-1, 0), "Negative sizelimit specified!"),
        ((1, -1), "Min value is 0."),
        ((-1, -1), "Min value is 0."),
        (("1", 0), "Invalid type <type 'str'>"),
        ((1, True), "Invalid type <type 'bool'>"),
        ((1.0, 0), "Invalid type <type 'float'>"),
        ((1, None), "Invalid type <type 'NoneType'>"),
        ((1,), "Function 'readat' takes 2 arguments, not 1 as you provided."),
    ],
)
def test_readat_refuses_bad_arguments(arguments, text):
    """It promises so on a closed file, too: arguments come first."""
    with v2_run() as run:
        handle = run.openfile("f", True)
        assert text == fails(RepyArgumentError, handle.readat, *arguments)
        handle.close()
        assert text == fails(RepyArgumentError, handle.readat, *arguments)


def test_offsets_beyond_the_end_are_refused():
    """It promises that the end itself is fine."""
    with v2_run() as run:
        handle = run.openfile("f", True)
        assert handle.writeat("abc", 0) is None
        handle.writeat("d", 3)
        for call in (lambda: handle.writeat("z", 5), lambda: handle.readat(1, 5)):
            assert (
                fails(SeekPastEndOfFileError, call)
                == "Seek offset extends past the EOF!"
            )
        assert run.read("f") == b"abcd"


def test_a_closed_file_refuses_reads_and_writes():
    """It promises FileClosedError with the name."""
    with v2_run() as run:
        handle = run.openfile("f", True)
        handle.close()
        text = "File 'f' is already closed!"
        assert text == fails(FileClosedError, handle.readat, None, 0)
        assert text == fails(FileClosedError, handle.writeat, "x", 0)


@pytest.mark.parametrize(
    ("offset", "length", "expected"),
    [
        (0, 1, 1),
        (4090, 8, 2),
        (0, 0, 0),
        (4096, 0, 0),
        (4097, 0, 1),
        (0, 4096, 1),
        (0, 4097, 2),
        (4095, 2, 2),
    ],
)
def test_blocks_are_counted_as_documented(offset, length, expected):
    """It promises the formula of section 9.3."""
    assert expected == blocks(offset, length)


def test_what_file_calls_cost():
    """It promises 4096 for listing, opening, creating, removing and a block."""
    with v2_run() as run:

        def cost(function, *arguments):
            del run.ledger.charged[:]
            result = function(*arguments)
            return result, [entry for entry in run.ledger.charged if entry[1]]

        assert cost(run.listfiles)[1] == [("fileread", 4096)]
        handle, created = cost(run.openfile, "f", True)
        assert created == [("fileread", 4096), ("filewrite", 4096)]
        assert cost(handle.writeat, "x" * 5000, 0)[1] == [("filewrite", 8192)]
        assert cost(handle.readat, 10, 0)[1] == [("fileread", 4096)]
        assert cost(handle.close)[1] == []
        assert cost(run.openfile, "f", True)[1] == [("fileread", 4096)]
        assert cost(run.removefile, "f")[1] == [("fileread", 4096), ("filewrite", 4096)]
        with pytest.raises(FileNotFoundError):
            cost(run.removefile, "f")
        assert run.ledger.charged == [("fileread", 4096)]
