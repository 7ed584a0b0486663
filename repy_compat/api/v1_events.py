"""Timers, sleep, locks, time, randomness and the end of Repy V1.

Repy V1 specification, section 9. Safe to hand out (threat classes T4, T5, T6
and T10): types are exact, timer handles are told by a slot that no program can
name, the event of a timer is taken and given back by the event table alone.
"""

from __future__ import annotations

from repy_compat.api.boundary import (
    copied_v1,
    is_number,
    need_room,
    no_arguments_v1,
    parameters,
    wrong_call_v1,
)
from repy_compat.api.copying import is_function
from repy_compat.api.durations import as_delay
from repy_compat.api.exceptions import Py2Exception, ThreadError
from repy_compat.api.handles import Nature, inner_of, make_handle, new_handle
from repy_compat.api.making import wanted_names
from repy_compat.errors import ResourceRefused
from repy_compat.world.events import EVENT, Event

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from repy_compat.api.runtime import Runtime
    from repy_compat.world.base import Lock

_LOCK = Nature("lock", "<thread.lock object at 0x{:x}>")


def build_names(runtime: Runtime) -> dict[str, object]:
    """The functions of this subject for one run, by name."""
    return wanted_names(_BUILDERS, runtime)


def _build_plain(
    runtime: Runtime, name: str, answer: Callable[[], object]
) -> Callable[..., object]:
    """A function without parameters or rule arguments that returns ``answer()``."""
    denied = runtime.fixed_gate(name)

    def plain(*arguments: object, **keywords: object) -> object:
        if arguments or keywords:
            raise no_arguments_v1(name, arguments, keywords)
        if denied is not None:
            raise Py2Exception(*denied.args)
        return answer()

    return plain


def _build_get_thread_name(runtime: Runtime) -> Callable[..., object]:
    return _build_plain(runtime, "get_thread_name", runtime.scheduler.current_name)


def _build_getruntime(runtime: Runtime) -> Callable[..., object]:
    return _build_plain(runtime, "getruntime", runtime.scheduler.now)


def _build_randomfloat(runtime: Runtime) -> Callable[..., object]:
    return _build_plain(runtime, "randomfloat", _random_float(runtime))


def _build_exitall(runtime: Runtime) -> Callable[..., object]:
    return _build_plain(runtime, "exitall", lambda: runtime.end("exitall"))


def _random_float(runtime: Runtime) -> Callable[[], float]:
    entropy = runtime.world.entropy
    charge = runtime.charger("random")

    def random_float() -> float:
        charge(1)
        characters = entropy(7)
        return (int.from_bytes(characters, "big") >> 3) * 2.0**-53

    return random_float


def _build_settimer(runtime: Runtime) -> Callable[..., object]:
    gate = runtime.gate
    schedule = runtime.events.schedule
    handle_class = runtime.handle_class

    def settimer(*arguments: object, **keywords: object) -> object:
        if keywords or len(arguments) != 3:
            found = parameters(("waittime", "function", "args"), arguments, keywords)
            if found is None:
                raise wrong_call_v1("settimer", arguments, keywords)
            delay, function, given = found
        else:
            delay, function, given = arguments
        if (
            not is_number(delay)
            or not is_function(function)
            or (type(given) is not tuple and type(given) is not list)
        ):
            raise wrong_call_v1("settimer", arguments, keywords)
        copied = copied_v1(given, "settimer", arguments, keywords)
        need_room()
        gate("settimer", delay)
        assert callable(function)
        call = _Call(function, copied)
        # The id names the item, so a refused timer has used one up, too.
        handle_text = repr(runtime.unique_id("_EVENT:"))
        try:
            event = schedule(as_delay(delay), EVENT, call.run)
        except ResourceRefused as error:
            raise runtime.refusal(error) from None
        except OSError:
            runtime.end("no thread")
        else:
            return make_handle(
                handle_class,
                "timerhandle",
                handle_text,
                {},
                inner=event,
                owner=runtime,
            )

    return settimer


class _Call:
    """A callback with its arguments, for the event that will make it."""

    __slots__ = ("_arguments", "_function")

    def __init__(self, function: Callable[..., object], arguments: object) -> None:
        self._function = function
        self._arguments = arguments

    def run(self) -> None:
        """Make the call; what it returns is nobody's."""
        self._function(*self._arguments)  # type: ignore[misc]


def _build_canceltimer(runtime: Runtime) -> Callable[..., object]:
    cancel = runtime.events.cancel
    gate = runtime.gate

    def canceltimer(*arguments: object, **keywords: object) -> bool:
        event = (
            inner_of(arguments[0], "timerhandle", runtime)
            if len(arguments) == 1 and not keywords
            else None
        )
        if not isinstance(event, Event):
            raise wrong_call_v1("canceltimer", arguments, keywords)
        need_room()
        gate("canceltimer")
        return cancel(event)

    return canceltimer


def _build_sleep(runtime: Runtime) -> Callable[..., object]:
    gate = runtime.gate
    wait = runtime.scheduler.sleep

    def sleep(*arguments: object, **keywords: object) -> None:
        if keywords or len(arguments) != 1 or not is_number(arguments[0]):
            raise wrong_call_v1("sleep", arguments, keywords)
        gate("sleep", arguments[0])
        delay = as_delay(arguments[0])
        if delay > 0:
            wait(delay)

    return sleep


def _build_getlock(runtime: Runtime) -> Callable[..., object]:
    denied = runtime.fixed_gate("getlock")
    new_lock = runtime.scheduler.new_lock
    handle_class = runtime.handle_class

    def getlock(*arguments: object, **keywords: object) -> object:
        if arguments or keywords:
            raise no_arguments_v1("getlock", arguments, keywords)
        if denied is not None:
            raise Py2Exception(*denied.args)
        lock = new_lock()
        quick = lock.quick
        give_up = lock.release

        def acquire(*arguments: object, **keywords: object) -> bool:
            if not arguments and not keywords:
                if quick is not None:
                    return quick(False) or lock.wait()
                return lock.acquire()
            found = parameters(("blocking",), arguments, keywords)
            if found is None or (
                type(found[0]) is not bool and type(found[0]) is not int
            ):
                subject = _subject(lock)
                raise wrong_call_v1("acquire", arguments, keywords, subject=subject)
            return lock.acquire(bool(found[0]))

        def release(*arguments: object, **keywords: object) -> None:
            if arguments or keywords:
                subject = _subject(lock)
                raise no_arguments_v1("release", arguments, keywords, subject=subject)
            try:
                give_up()
                return
            except RuntimeError as error:
                if isinstance(error, RecursionError):
                    raise
            raise ThreadError("release unlocked lock")

        return new_handle(handle_class, _LOCK, {"acquire": acquire, "release": release})

    return getlock


def _subject(lock: Lock) -> str:
    """What a lock is called in the text about a wrong call of its methods."""
    return f"<thread.lock object at 0x{id(lock):x}>"


_BUILDERS = {
    "settimer": _build_settimer,
    "canceltimer": _build_canceltimer,
    "sleep": _build_sleep,
    "getlock": _build_getlock,
    "get_thread_name": _build_get_thread_name,
    "getruntime": _build_getruntime,
    "randomfloat": _build_randomfloat,
    "exitall": _build_exitall,
}
