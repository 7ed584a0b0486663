"""What was refused of the texts that a program made namespaces of, in plain words.

The program gets an exception with the reference's text. If that ends the run, quoted
in an exception of a security layer's loader perhaps, a person should be told first
which file, line and construct it is about (Repy V2 specification, sections 3.5 and
13.2).
"""

from __future__ import annotations

from repy_compat.language.complaints import python2_repr, shown_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from repy_compat.errors import Complaint

_MOST_COMPLAINTS = 10
_MOST_QUOTES = 3


class Refusal:
    """A text that no namespace was made of.

    ``said`` is the text of the program's exception, ``complaints`` say the same for
    people, and ``source`` is the refused text.
    """

    __slots__ = ("_complaints", "_said", "_source")

    def __init__(
        self, said: str, complaints: tuple[Complaint, ...], source: str
    ) -> None:
        self._said = said
        self._complaints = complaints[:_MOST_COMPLAINTS]
        self._source = source

    def is_quoted_in(self, text: str) -> bool:
        """Whether ``text`` holds the exception's, as ``str`` or ``repr`` show it."""
        said = self._said
        for _quoted in range(_MOST_QUOTES):
            if said in text:
                return True
            said = python2_repr(said)[1:-1]
        return False

    def in_plain_words(self) -> str:
        """Each complaint with its file and line, and the line itself."""
        return "".join(
            f"{complaint}\n{shown_line(complaint, self._source, None)}"
            for complaint in self._complaints
        )
