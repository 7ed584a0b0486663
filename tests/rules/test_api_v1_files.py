"""The files of V1 (Repy V1 specification, section 13)."""

from __future__ import annotations

import gc
import os

import pytest

from repy_compat.api.exceptions import (
    Py2AttributeError,
    Py2Exception,
    Py2IOError,
    Py2OSError,
    Py2TypeError,
    Py2ValueError,
)
from tests.api_run import api_run

CLOSED = "Invalid file object (probably closed)."
BUSY = "A file is only allowed to have one open filehandle."


def put(run, name, text):
    """Write a whole file through the API."""
    handle = run.open(name, "w")
    handle.write(text)
    handle.close()


def fails(kind, function, *arguments):
    """The text of the exception of class ``kind`` that the call raises."""
    with pytest.raises(kind) as caught:
        function(*arguments)
    assert type(caught.value) is kind
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("", "filename is the empty string!"),
        (".", "filename cannot be a directory"),
        ("..", "filename cannot be a directory"),
        ("a/b", "filename has disallowed character '/'"),
        ("nul\0", "filename has disallowed character '\0'"),
        ("\xe9", "filename has disallowed character '\xe9'"),
    ],
)
def test_names_that_are_no_plain_names_are_refused(name, text):
    """It promises the same text for open and removefile, and no file."""
    with api_run() as run:
        assert text == fails(Py2TypeError, run.open, name, "w")
        assert text == fails(Py2TypeError, run.removefile, name)
        assert run.listdir() == []


@pytest.mark.parametrize("name", ["x..y", "-", "_", ".hidden", "...", "A-b.C9"])
def test_every_other_name_of_the_alphabet_is_taken(name):
    """It promises capitals and leading dots, too."""
    with api_run() as run:
        put(run, name, "x")
        assert [name] == run.listdir()


@pytest.mark.parametrize(
    ("mode", "after"),
    [("r+", "Xne"), ("w", "X"), ("w+", "X"), ("a", "oneX"), ("a+", "oneX")]
    + [("wb", "X"), ("br+", "Xne"), ("rb+", "Xne"), ("r+t", "Xne")],
)
def test_modes_say_where_writing_begins(mode, after):
    """It promises that b and t may stand anywhere."""
    with api_run() as run:
        put(run, "f", "one")
        handle = run.open("f", mode)
        handle.write("X")
        handle.close()
        assert after.encode() == run.read("f")


@pytest.mark.parametrize("mode", ["", "x", "rw", "U", "rU", "+r", "r++", "R", " r"])
def test_other_modes_are_a_value_error(mode):
    """It promises the mode as given in the text."""
    with api_run() as run:
        assert f"Invalid or unsupported mode ('{mode}') passed to open()." == fails(
            Py2ValueError, run.open, "f", mode
        )


def test_a_missing_file_is_an_io_error_and_costs_nothing():
    """It promises errno and name, and that no item is held."""
    with api_run() as run:
        for mode in ("r", "r+"):
            text = fails(Py2IOError, run.open, "nowhere", mode)
            assert text == "[Errno 2] No such file or directory: 'nowhere'"
        assert run.held("filesopened") == 0


def test_a_file_has_one_open_object_whatever_the_mode():
    """It promises that closing frees the name."""
    with api_run() as run:
        handle = run.open("f", "w")
        for mode in ("r", "w", "a", "r+"):
            assert fails(Py2ValueError, run.open, "f", mode) == BUSY
        handle.close()
        run.open("f").close()


def test_the_limit_of_open_files_creates_no_file():
    """It promises the limit's text and no trace of the file."""
    with api_run(filesopened=1) as run:
        first = run.open("first", "w")
        text = fails(Py2Exception, run.open, "second", "w")
        assert text == "Resource 'filesopened' limit exceeded!!"
        assert run.listdir() == ["first"]
        first.close()
        run.open("second", "w").close()


def test_a_lost_file_is_closed_at_once():
    """It promises name and item back when the last reference is gone."""
    with api_run(filesopened=1) as run:
        run.open("f", "w").write("kept")
        assert run.held("filesopened") == 0
        assert list(run.open("f")) == ["kept"]
        read = run.open("f").read
        assert run.held("filesopened") == 1
        assert read() == "kept"
        del read
        assert run.held("filesopened") == 0


def test_a_file_in_circular_garbage_is_found_when_its_place_is_wanted():
    """It promises that the limit counts only what somebody holds."""
    with api_run(filesopened=1) as run:
        gc.disable()
        try:
            handle = run.open("f", "w")
            handle.myself = handle
            del handle
            assert run.held("filesopened") == 1
            run.open("g", "w").close()
        finally:
            gc.enable()


@pytest.mark.parametrize("method", ["read", "readline", "readlines", "next"])
def test_reading_a_closed_file_is_a_value_error(method):
    """It promises the text; closing again is allowed."""
    with api_run() as run:
        put(run, "f", "x")
        handle = run.open("f")
        assert handle.close() is None
        assert fails(Py2ValueError, getattr(handle, method)) == CLOSED
        assert handle.close() is None
        assert handle.flush() is None


def test_changing_a_closed_file_is_a_value_error():
    """It promises so for write, writelines, seek and flush."""
    with api_run() as run:
        handle = run.open("f", "w")
        handle.close()
        assert fails(Py2ValueError, handle.write, "x") == CLOSED
        assert fails(Py2ValueError, handle.writelines, ["x"]) == CLOSED
        assert fails(Py2ValueError, handle.seek, 0) == CLOSED
        assert fails(Py2ValueError, handle.flush) == CLOSED


def test_a_read_only_file_refuses_to_be_written():
    """It promises both texts, also when it's closed."""
    with api_run() as run:
        put(run, "f", "x")
        handle = run.open("f")
        for _ in range(2):
            assert (
                fails(Py2ValueError, handle.write, "y")
                == "write() isn't allowed on read-only file objects!"
            )
            assert (
                fails(Py2ValueError, handle.writelines, ["y"])
                == "writelines() isn't allowed on read-only file objects!"
            )
            handle.close()


def test_lines_end_at_newlines_only():
    """It promises that a carriage return is an ordinary character."""
    text = "first\nsecond\r\n\nfour\rth\nlast"
    with api_run() as run:
        put(run, "f", text)
        expected = ["first\n", "second\r\n", "\n", "four\rth\n", "last"]
        assert expected == list(run.open("f"))
        assert expected == run.open("f").readlines()
        assert expected[:2] == run.open("f").readlines(8)
        handle = run.open("f")
        assert [handle.readline(size) for size in (2, 2, 20, 0, -1)] == [
            "fi",
            "rs",
            "t\n",
            "",
            "second\r\n",
        ]


def test_lines_longer_than_the_buffer_stay_whole():
    """It promises so for the line and what follows it."""
    with api_run() as run:
        long = "x" * 100_000 + "\n"
        put(run, "f", long + "y\n" + long)
        assert [long, "y\n", long] == list(run.open("f"))
        assert long[:70_000] == run.open("f").readline(70_000)


def test_only_plain_read_files_can_be_iterated():
    """It promises an IOError for the others."""
    text = "file.next() is invalid for write-enabled files."
    with api_run() as run:
        put(run, "f", "x")
        for mode in ("r+", "w", "a"):
            handle = run.open("f", mode)
            assert text == fails(Py2IOError, handle.next)
            assert text == fails(Py2IOError, list, handle)
            handle.close()


def test_the_end_of_a_file_ends_the_iteration():
    """It promises StopIteration from next."""
    with api_run() as run:
        put(run, "f", "x")
        handle = run.open("f")
        assert handle.next() == "x"
        with pytest.raises(StopIteration):
            handle.next()


def test_seek_goes_from_start_place_and_end():
    """It promises holes filled with zeros and errno 22 for what can't be."""
    with api_run() as run:
        handle = run.open("f", "w+")
        handle.write("0123456789")
        assert handle.seek(3) is None
        assert handle.read(2) == "34"
        handle.seek(2, 1)
        assert handle.read(1) == "7"
        handle.seek(-2, 2)
        assert handle.read() == "89"
        handle.seek(50)
        assert handle.read() == ""
        handle.seek(12)
        handle.write("end")
        assert run.read("f") == b"0123456789\0\0end"
        for bad in ((-1,), (0, 3), (2**70,)):
            assert fails(Py2IOError, handle.seek, *bad) == "[Errno 22] Invalid argument"


def test_own_writes_are_read_back():
    """It promises so after a seek, also over what was buffered."""
    with api_run() as run:
        put(run, "f", "one\ntwo\n")
        handle = run.open("f", "r+")
        assert handle.readline() == "one\n"
        handle.seek(4)
        handle.write("TWO")
        handle.seek(4)
        assert handle.readline() == "TWO\n"


@pytest.mark.parametrize("bad", [(5,), (None,), (["a"],), (1.5,), (), ("a", "b")])
def test_write_takes_one_string(bad):
    """It promises a TypeError that names the method."""
    with api_run() as run:
        text = fails(Py2TypeError, run.open("f", "w").write, *bad)
        assert text.startswith("Function 'write' called with incorrect arguments.  ")


@pytest.mark.parametrize("bad", [("ab",), (("a",),), (["a", 5],), ([["a"]],), ()])
def test_writelines_takes_a_list_of_strings(bad):
    """It promises a TypeError that names the method."""
    with api_run() as run:
        text = fails(Py2TypeError, run.open("f", "w").writelines, *bad)
        assert text.startswith("Function 'writelines' called with incorrect arguments.")


def test_what_was_written_is_there_before_the_file_is_closed():
    """It promises that nothing is lost, whatever ends the run."""
    with api_run() as run:
        handle = run.open("f", "w")
        handle.writelines(["a", "\xff"])
        assert run.read("f") == b"a\xff"
        handle.close()


def test_bytes_read_and_written_are_charged():
    """It promises the exact lengths."""
    with api_run(fileread=1e9, filewrite=1e9) as run:
        put(run, "f", "x" * 1000)
        handle = run.open("f")
        handle.read(400)
        handle.readlines()
        usage = run.ledger.usage()
        assert 0 < usage["filewrite"] <= 1000
        assert 0 < usage["fileread"] <= 1000


def test_a_zero_rate_writes_nothing():
    """It promises that the refusal comes before the effect."""
    with api_run(filewrite=0) as run:
        text = fails(Py2Exception, run.open("f", "w").write, "x")
        assert text == "Resource 'filewrite' limit set to 0, won't drain!"
        assert run.read("f") == b""


def test_removefile_removes_what_is_there_and_not_open():
    """It promises the reference's texts for the other cases."""
    with api_run() as run:
        handle = run.open("f", "w")
        assert (
            fails(Py2Exception, run.removefile, "f")
            == 'File "f" is open with handle "MainThread:0"'
        )
        handle.close()
        assert run.removefile("f") is None
        assert (
            fails(Py2OSError, run.removefile, "f")
            == "[Errno 2] No such file or directory: 'f'"
        )


def test_listdir_shows_every_entry_in_a_fresh_list():
    """It promises folders, too, and that changing the list changes nothing."""
    with api_run() as run:
        put(run, "f", "")
        os.mkdir(os.path.join(run.folder, "folder"))
        run.listdir().append("more")
        assert sorted(run.listdir()) == ["f", "folder"]
        assert fails(Py2TypeError, run.listdir, "x") == (
            "Function 'listdir' called with incorrect arguments. No arguments allowed. "
            "Arguments were args:('x',), kwargs:{}"
        )


@pytest.mark.parametrize("name", ["tell", "truncate", "name", "mode", "closed", "_raw"])
def test_a_file_has_no_other_attributes(name):
    """It promises an AttributeError whose text is the name."""
    with api_run() as run:
        handle = run.open("f", "w")
        assert name == fails(Py2AttributeError, getattr, handle, name)


def test_open_asks_the_rules_as_documented():
    """It promises open with name and mode, then file.__init__ once or twice."""
    rules = (
        "call open arg 1 is w allow\n"
        "call file.__init__ arg 1 is r+b allow\n"
        "call file.close allow\n"
    )
    with api_run(rules=rules) as run:
        assert "Call 'open' with args ('f', 'rb') not allowed" in fails(
            Py2Exception, run.open, "f"
        )
        assert "Call 'file.__init__' with args ('f', 'wb') not allowed" in fails(
            Py2Exception, run.open, "f", "w"
        )
        assert run.held("filesopened") == 0
        with open(os.path.join(run.folder, "f"), "w"):
            pass
        run.open("f", "w").close()


@pytest.mark.parametrize(
    "arguments", [(3,), (None,), (["a"],), ("f", None), ("f", 1), (), ("f", "r", 0)]
)
def test_open_names_itself_as_the_reference_does(arguments):
    """It promises emulated_open in the text."""
    with api_run() as run:
        assert (
            "Function 'emulated_open' called with incorrect arguments.  "
            f"Arguments were args:{arguments!r}, kwargs:{{}}"
        ) == fails(Py2TypeError, run.open, *arguments)


def test_open_takes_its_parameters_by_name():
    """It promises filename and mode; file is the same function."""
    with api_run() as run:
        run.file(mode="w", filename="f").close()
        assert run.open is run.file
        with pytest.raises(Py2TypeError):
            run.open("f", filename="f")


def test_a_size_far_beyond_the_file_reads_the_file():
    """It promises that a huge size allocates nothing."""
    with api_run() as run:
        put(run, "f", "abc")
        assert run.open("f").read(2**62) == "abc"


def test_far_beyond_the_file_there_is_nothing():
    """Section 13.3: past the end is allowed, and every way of reading gives nothing."""
    with api_run() as run:
        put(run, "f", "abc")
        file = run.open("f")
        file.seek(2**63 - 1)
        assert (file.read(), file.read(5), file.readline()) == ("", "", "")
        assert file.readlines() == []
        file.seek(0)
        assert file.readline() == "abc"
