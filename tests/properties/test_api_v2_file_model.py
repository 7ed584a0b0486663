"""V2's files against a model: any sequence of calls, alone and from threads."""

from __future__ import annotations

import threading

from hypothesis import given, settings
from hypothesis import strategies as st

from repy_compat.api.exceptions import (
    FileClosedError,
    FileInUseError,
    FileNotFoundError,
    RepyArgumentError,
    SeekPastEndOfFileError,
)
from repy_compat.language.dialect import Dialect
from tests.api_run import api_run

NAMES = st.sampled_from(["a", "b"])
OFFSETS = st.integers(-1, 12)
CALLS = st.one_of(
    st.tuples(st.just("open"), NAMES, st.booleans()),
    st.tuples(st.just("drop"), NAMES),
    st.tuples(st.just("close"), NAMES),
    st.tuples(st.just("remove"), NAMES),
    st.tuples(st.just("read"), NAMES, st.none() | st.integers(-1, 12), OFFSETS),
    st.tuples(st.just("write"), NAMES, st.text("xyz\xff", max_size=6), OFFSETS),
)


class Model:
    """What the documentation says, in its simplest form."""

    def __init__(self):
        self.content = {}
        self.open = {}  # name -> whether its last handle is open

    def step(self, call, name, *arguments):
        return getattr(self, call)(name, *arguments)

    def read(self, name, size, offset):
        if name not in self.open:
            return None
        if offset < 0 or (size is not None and size < 0):
            return RepyArgumentError
        if not self.open[name]:
            return FileClosedError
        text = self.content[name]
        if offset > len(text):
            return SeekPastEndOfFileError
        return text[offset:] if size is None else text[offset : offset + size]

    def write(self, name, data, offset):
        if name not in self.open:
            return None
        if offset < 0:
            return RepyArgumentError
        if not self.open[name]:
            return FileClosedError
        text = self.content[name]
        if offset > len(text):
            return SeekPastEndOfFileError
        self.content[name] = text[:offset] + data + text[offset + len(data) :]
        return None

    def close(self, name):
        if name not in self.open:
            return None
        was_open, self.open[name] = self.open[name], False
        return None if was_open else FileClosedError

    def drop(self, name):
        self.open.pop(name, None)

    def remove(self, name):
        if self.open.get(name):
            return FileInUseError
        if name not in self.content:
            return FileNotFoundError
        del self.content[name]
        return None

    def openfile(self, name, create):
        if self.open.get(name):
            return FileInUseError
        if name not in self.content and not create:
            return FileNotFoundError
        self.content.setdefault(name, "")
        self.open[name] = True
        return None


def real_step(run, handles, call, name, *arguments):
    """The same call on the API: its result, or the class of its exception."""
    handle = handles.get(name)
    try:
        if call == "open":
            handles[name] = run.openfile(name, *arguments)
        elif call == "remove":
            run.removefile(name)
        elif call == "drop":
            handles.pop(name, None)
        elif handle is not None:
            method = {"read": "readat", "write": "writeat", "close": "close"}[call]
            return getattr(handle, method)(*arguments)
    except Exception as error:
        return type(error)
    return None


@settings(max_examples=150, deadline=None)
@given(st.lists(CALLS, max_size=25))
def test_any_sequence_of_calls_does_what_the_model_does(calls):
    """It promises results, exceptions, contents and the number of open files."""
    model, handles = Model(), {}
    with api_run(Dialect.V2) as run:
        for call, *arguments in calls:
            expected = model.step("openfile" if call == "open" else call, *arguments)
            assert expected == real_step(run, handles, call, *arguments)
            assert sum(model.open.values()) == run.held("filesopened")
        assert sorted(model.content) == sorted(run.listfiles())
        for name, text in model.content.items():
            assert text.encode("latin-1") == run.read(name)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.lists(CALLS, max_size=12), min_size=3, max_size=3))
def test_calls_from_several_threads_leave_the_books_right(scripts):
    """It promises documented exceptions only, and nothing held at the end."""
    documented = {
        FileClosedError,
        FileInUseError,
        FileNotFoundError,
        RepyArgumentError,
        SeekPastEndOfFileError,
        type(None),
    }
    strange = []
    with api_run(Dialect.V2) as run:

        def work(calls):
            handles = {}
            for call, *arguments in calls:
                result = real_step(run, handles, call, *arguments)
                if isinstance(result, type) and result not in documented:
                    strange.append(result)

        threads = [threading.Thread(target=work, args=(calls,)) for calls in scripts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        assert strange == []
        assert run.held("filesopened") == 0
