"""Room for deeply nested programs, and silence about Python's warnings.

Python's compiler works by recursion, and up to Python 3.11 the recursion limit
bounds it at less than what Python 2 took. What doesn't fit is tried once more
on a thread with a large stack, under a higher limit. Both are properties of the
whole process, so one text at a time is compiled that way, and nothing is
changed for the others, which are nearly all.
"""

from __future__ import annotations

import sys
import threading

from ..undisturbed import undisturbed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    Result = TypeVar("Result")

_STACK = 512 * 1024 * 1024
_RECURSION = 60_000
_one_at_a_time = threading.Lock()
_one_filter_at_a_time = threading.Lock()


def deeply(work: Callable[[], Result]) -> Result:
    """What ``work()`` gives or raises, with more room if it needs it.

    ``work`` is called a second time after a RecursionError or a MemoryError;
    these are raised to the caller if that wasn't enough. Meanwhile no garbage
    is collected: a tree is many objects and no garbage.
    """

    def attempts() -> Result:
        try:
            return work()
        except (RecursionError, MemoryError):
            pass
        with _one_at_a_time:
            return _on_a_large_stack(work)

    return undisturbed(attempts)


def _on_a_large_stack(work: Callable[[], Result]) -> Result:
    results: list[Result] = []
    errors: list[BaseException] = []

    def body() -> None:
        try:
            results.append(work())
        except BaseException as error:  # handed to the thread that waits
            errors.append(error)

    limit, size = sys.getrecursionlimit(), threading.stack_size()
    try:
        threading.stack_size(_STACK)
        thread = threading.Thread(target=body, name="compile", daemon=True)
        sys.setrecursionlimit(max(limit, _RECURSION))
        try:
            thread.start()
        finally:
            threading.stack_size(size)
        thread.join()
    except RuntimeError:  # no thread of this size to be had here
        raise RecursionError from None
    finally:
        sys.setrecursionlimit(limit)
    if errors:
        raise errors[0]
    return results[0]


def quietly(work: Callable[[], Result]) -> Result:
    """What ``work()`` gives, without Python's warnings about a program's text.

    Python 2 gave none of them. The filters of warnings belong to the process.
    """
    import warnings

    with _one_filter_at_a_time, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return work()
