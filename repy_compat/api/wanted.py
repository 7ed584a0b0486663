"""Which names of the API and the builtins a run needs: those its text mentions.

An ordinary run makes all of them. An exploration runs the same text thousands of
times, each time with functions of its own; it makes only those that the compiled
program can name. A program can't build a name at run time: what could look one up
by a string (``_context``, a virtual namespace) makes everything wanted.
"""

from __future__ import annotations

from types import CodeType

TYPE_CHECKING = False
if TYPE_CHECKING:
    Wanted = frozenset[str] | None

#: With one of these a program gets at names that its text doesn't mention.
_OPEN_ENDED = frozenset(
    ("_context", "SafeDict", "VirtualNamespace", "createvirtualnamespace")
)


def wanted_by(code: CodeType) -> Wanted:
    """The names that ``code`` may look up; None if it could be any.

    Strings count as well: the helpers of lowered code may be given a name.
    """
    names: set[str] = set()
    todo = [code]
    while todo:
        unit = todo.pop()
        names.update(unit.co_names)
        for constant in unit.co_consts:
            if isinstance(constant, CodeType):
                todo.append(constant)
            elif isinstance(constant, str):
                names.add(constant)
    if names & _OPEN_ENDED:
        return None
    if "file" in names:
        names.add("open")  # one function under two names
    return frozenset(names)
