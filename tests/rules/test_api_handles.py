"""What a program can do with handles, and what it can't (threat classes T1, T6)."""

from __future__ import annotations

import pytest

from repy_compat.api.handles import Handle, HandleV1, inner_of, make_handle
from repy_compat.language.dialect import Dialect
from tests.api_run import api_run


def fails(kind, function, *arguments):
    """The text of the exception that the call raises."""
    with pytest.raises(kind) as caught:
        function(*arguments)
    return str(caught.value)


def test_a_handle_shows_its_methods_and_nothing_else():
    """It promises that no name a program can write leads inside."""
    with api_run() as run:
        for handle, methods in [
            (run.getlock(), {"acquire", "release"}),
            (run.settimer(60, run.sleep, (0,)), set()),
            (
                run.open("f", "w"),
                {
                    "close",
                    "flush",
                    "next",
                    "read",
                    "readline",
                    "readlines",
                    "seek",
                    "write",
                    "writelines",
                },
            ),
        ]:
            writable = {
                name for name in dir(handle) if "__" not in name and name.isascii()
            }
            assert methods == writable


def test_the_hidden_slots_have_names_no_program_can_write():
    """It promises a letter above 255 at the beginning."""
    for name in Handle.__slots__:
        assert name.startswith("__") or name[0] > "\xff"


def test_attributes_of_a_handle_can_be_assigned_and_stay_on_it():
    """It promises that the handle itself isn't affected."""
    with api_run(Dialect.V2) as run:
        handle = run.openfile("f", True)
        handle.x = 3
        handle.writeat = handle.close = len
        assert (3, len) == (handle.x, handle.close)
        assert handle.readat(None, 0) == ""
        assert fails(AttributeError, delattr, handle, "readat") == "readat"
        del handle.writeat
        assert handle.writeat("a", 0) is None


def test_v1_handles_are_unhashable_and_v2_handles_are_not():
    """It promises the odd text for every kind."""
    with api_run() as run:
        text = "emulated_socket instance has no attribute '__hash__'"
        assert text == fails(AttributeError, hash, run.getlock())
        assert text == fails(AttributeError, set, [run.open("f", "w")])
    with api_run(Dialect.V2) as run:
        one, two = run.createlock(), run.createlock()
        assert {one: 1, two: 2}[two] == 2
        assert one != two and one == one


def test_iterating_what_is_no_file_is_a_type_error():
    """It promises the beginning of the text, for ``next``, too."""
    beginning = "You tried to iterate a non-iterator of type "
    with api_run() as run:
        lock = run.getlock()
        assert fails(TypeError, iter, lock).startswith(beginning)
        assert fails(TypeError, lock.next).startswith(beginning)
    with api_run(Dialect.V2) as run:
        handle = run.openfile("f", True)
        expected = beginning + "<class 'emulfile.emulated_file'>"
        assert expected == fails(TypeError, iter, handle)
        assert expected == fails(TypeError, handle.next)


@pytest.mark.parametrize("cls", [Handle, HandleV1])
def test_the_classes_of_handles_can_not_be_used(cls):
    """It promises so for calling, deriving and changing."""
    fails(TypeError, cls)
    fails(TypeError, cls, "file")
    fails(TypeError, type, "Mine", (cls,), {})
    fails(TypeError, setattr, cls, "close", len)
    fails(TypeError, delattr, cls, "__repr__")


def test_only_a_handle_of_the_kind_and_run_has_an_inside():
    """It promises None for everything else, whatever attributes it has."""
    owner, other, inside = object(), object(), object()
    handle = make_handle(Handle, "timerhandle", "x", {}, inner=inside, owner=owner)
    assert inside is inner_of(handle, "timerhandle", owner)
    assert inner_of(handle, "commhandle", owner) is None
    assert inner_of(handle, "timerhandle", other) is None

    class Lookalike:
        kind = "timerhandle"

    for forged in (Lookalike(), "timerhandle", None, 3, {}):
        assert inner_of(forged, "timerhandle", owner) is None


def test_a_handle_can_be_printed():
    """It promises the wrapper's form with the kind."""
    with api_run(Dialect.V2) as run:
        assert repr(run.createlock()).startswith(
            "<Namespace wrapped lock: <emulmisc.emulated_lock object at 0x"
        )


def test_deleting_an_assigned_attribute_shows_the_method_again():
    """What a program assigns lies on top of the methods, it doesn't replace them."""
    with api_run() as run:
        lock = run.getlock()
        assert fails(AttributeError, delattr, lock, "acquire") == "acquire"
        lock.acquire = 5
        lock.mark = 6
        assert (lock.acquire, lock.mark) == (5, 6)
        del lock.acquire
        assert lock.acquire() is True
        del lock.mark
        for name in ("mark", "acquire", "release"):
            assert fails(AttributeError, delattr, lock, name) == name
        lock.release()
