"""Threads, locks, time, output and the end of Repy V2.

Repy V2 specification, section 7. Safe to hand out (threat classes T4, T5 and
T10): types are exact, a thread's event is taken and given back by the event
table alone, and ``log`` turns its arguments into text before it writes.
"""

from __future__ import annotations

from repy_compat.api.boundary import (
    check_bool,
    check_duration,
    check_function,
    need_room,
    wrong_count_v2,
)
from repy_compat.api.durations import as_delay
from repy_compat.api.exceptions import LockDoubleReleaseError, RepyException
from repy_compat.api.handles import Nature, new_handle
from repy_compat.api.making import wanted_names
from repy_compat.api.runtime import refusal_v2
from repy_compat.errors import ResourceRefused
from repy_compat.python2.text import py2_str
from repy_compat.world.events import EVENT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from repy_compat.api.runtime import Runtime

_RANDOM_BYTES = 1024
_LOCK = Nature(
    "lock",
    "<emulmisc.emulated_lock object at 0x{:x}>",
    iterated="<class 'emulmisc.emulated_lock'>",
)


def build_names(runtime: Runtime) -> dict[str, object]:
    """The functions of this subject for one run, by name."""
    return wanted_names(_BUILDERS, runtime)


def build_mixed_names(runtime: Runtime) -> dict[str, object]:
    """The functions of this subject that a V1 program finds among its builtins."""
    return wanted_names(_MIXED_BUILDERS, runtime)


def _build_plain(name: str, answer: Callable[[], object]) -> Callable[..., object]:
    """A function without parameters that returns ``answer()``."""

    def plain(*arguments: object, **keywords: object) -> object:
        if arguments or keywords:
            raise wrong_count_v2(name, 0, arguments, keywords)
        return answer()

    return plain


def _build_getthreadname(runtime: Runtime) -> Callable[..., object]:
    return _build_plain("getthreadname", runtime.scheduler.current_name)


def _build_getruntime(runtime: Runtime) -> Callable[..., object]:
    return _build_plain("getruntime", runtime.scheduler.now)


def _build_randombytes(runtime: Runtime) -> Callable[..., object]:
    return _build_plain("randombytes", _random_bytes(runtime))


def _build_exitall(runtime: Runtime) -> Callable[..., object]:
    return _build_plain("exitall", lambda: runtime.end("exitall"))


def _random_bytes(runtime: Runtime) -> Callable[[], str]:
    entropy = runtime.world.entropy
    charge = runtime.charger("random")

    def random_bytes() -> str:
        charge(0)
        data = entropy(_RANDOM_BYTES).decode("latin-1")
        charge(_RANDOM_BYTES)
        return data

    return random_bytes


def _build_createthread(runtime: Runtime) -> Callable[..., object]:
    start = runtime.events.start

    def createthread(*arguments: object, **keywords: object) -> None:
        if keywords or len(arguments) != 1:
            raise wrong_count_v2("createthread", 1, arguments, keywords)
        function = check_function(arguments[0])
        need_room()
        assert callable(function)
        try:
            start(EVENT, function)
            return
        except ResourceRefused as error:
            raise refusal_v2(error) from None
        except OSError:
            runtime.end("no thread")

    return createthread


def _build_createlock(runtime: Runtime) -> Callable[..., object]:
    new_lock = runtime.scheduler.new_lock
    handle_class = runtime.handle_class

    def createlock(*arguments: object, **keywords: object) -> object:
        if arguments or keywords:
            raise wrong_count_v2("createlock", 0, arguments, keywords)
        lock = new_lock()
        quick = lock.quick
        wait = lock.wait
        take = lock.acquire
        give_up = lock.release

        def acquire(*arguments: object, **keywords: object) -> bool:
            if keywords or len(arguments) != 1:
                raise wrong_count_v2("acquire", 1, arguments, keywords)
            blocking = check_bool(arguments[0])
            if quick is None:
                return take(blocking)
            return quick(False) or (blocking and wait())

        def release(*arguments: object, **keywords: object) -> None:
            if arguments or keywords:
                raise wrong_count_v2("release", 0, arguments, keywords)
            try:
                give_up()
                return
            except RuntimeError as error:
                if isinstance(error, RecursionError):
                    raise
            raise LockDoubleReleaseError("Releasing an un-locked lock!")

        return new_handle(handle_class, _LOCK, {"acquire": acquire, "release": release})

    return createlock


def _build_sleep(runtime: Runtime) -> Callable[..., object]:
    wait = runtime.scheduler.sleep

    def sleep(*arguments: object, **keywords: object) -> None:
        if keywords or len(arguments) != 1:
            raise wrong_count_v2("sleep", 1, arguments, keywords)
        delay = as_delay(check_duration(arguments[0]))
        if delay > 0:
            wait(delay)

    return sleep


def _build_log(runtime: Runtime) -> Callable[..., object]:
    end = runtime.end

    def text_of(item: object) -> str:
        try:
            return py2_str(item)
        except RepyException:
            raise
        except Exception as error:
            # What comes before the item is out, the blank included; the rest is
            # an internal error, which no program can catch.
            end("internal", error)

    # Blanks between items, also between two calls: the manner of print (section 7).
    write = runtime.new_print(text_of)

    def log(*arguments: object, **keywords: object) -> None:
        if keywords:
            raise wrong_count_v2("log", 0, arguments, keywords)
        write(None, arguments, False)

    return log


_BUILDERS = {
    "createthread": _build_createthread,
    "createlock": _build_createlock,
    "getthreadname": _build_getthreadname,
    "getruntime": _build_getruntime,
    "randombytes": _build_randombytes,
    "exitall": _build_exitall,
    "sleep": _build_sleep,
    "log": _build_log,
}
_MIXED_BUILDERS = {
    name: _BUILDERS[name]
    for name in ("createthread", "createlock", "getthreadname", "log")
}
