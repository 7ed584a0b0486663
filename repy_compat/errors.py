"""The exception tree of repy_compat: the whole vocabulary on one screen.

::

    RepyError                   something a person can mend
      + ProgramRejected         the program's text was refused before it ran
      + IncludeError            an include line that can't be followed
      + RestrictionsError       a restrictions file that can't be understood
      + UsageError              a wrong option, argument or file on the command line or in a call
      + IsolationUnavailable    a ring that was asked for can't be had here
      + ResourceRefused         the ledger said no
          + LimitReached        a counted item: all that the limit allows are held
          + PortForbidden       a port that the restrictions don't grant
          + RateIsZero          a renewable resource whose limit is zero
      + CallDenied              a call rule of the restrictions file said no (V1)
    InternalError               ours: please report it
    RunEnded                    not an error: the run is over, every event has to leave
"""

from __future__ import annotations


class RepyError(Exception):
    """Base of everything that the caller or the program's author can mend."""


class Complaint:
    """One thing wrong with a program's text, at its place in the author's file.

    ``line`` counts from 1; ``column`` counts characters from 0 and is None
    where only the line is known. ``message`` is a sentence for people.
    """

    __slots__ = ("file", "line", "column", "message")

    def __init__(self, file: str, line: int, column: int | None, message: str) -> None:
        self.file = file
        self.line = line
        self.column = column
        self.message = message

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"

    def __repr__(self) -> str:
        place = f"{self.file!r}, {self.line}, {self.column}"
        return f"Complaint({place}, {self.message!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Complaint):
            return NotImplemented
        return self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[str, int, int | None, str]:
        return self.file, self.line, self.column, self.message


class ProgramRejected(RepyError):
    """The program's text was refused: by its syntax, a construct or a name.

    ``complaints`` holds everything found, in the order of the text.
    ``reference_text`` is what the reference shows a program for the *first*
    finding, without ``Code failed safety check! Error: ``. ``late`` is True for
    what Python 2 finds only when it compiles a text that passed the check.
    """

    def __init__(
        self, complaints: list[Complaint], reference_text: str, *, late: bool = False
    ) -> None:
        super().__init__("\n".join(str(complaint) for complaint in complaints))
        self.complaints = tuple(complaints)
        self.reference_text = reference_text
        self.late = late

    def again(self) -> ProgramRejected:
        """The same refusal, without the places that this one has been at."""
        complaints = list(self.complaints)
        return ProgramRejected(complaints, self.reference_text, late=self.late)


class IncludeError(RepyError):
    """An include that can't be followed; the text names file and line."""


class RestrictionsError(RepyError):
    """A restrictions file that can't be understood.

    ``text`` is the reference's wording, ``class_text`` the reference's class
    (for example ``class 'restrictions.ParseError'``), both for the report.
    """

    def __init__(
        self, message: str, *, text: str | None = None, class_text: str = ""
    ) -> None:
        super().__init__(message)
        self.text = message if text is None else text
        self.class_text = class_text


class UsageError(RepyError):
    """A wrong option, argument or file name: one sentence, no traceback."""


class IsolationUnavailable(RepyError):
    """A ring can't be had on this machine, and the run won't do without it.

    Strict mode insists on all of them, any run on limits that can be measured.
    """


class ResourceRefused(RepyError):
    """The ledger said no. Nothing was taken."""

    def __init__(self, resource: str, message: str) -> None:
        super().__init__(message)
        self.resource = resource


class LimitReached(ResourceRefused):
    """Every item of a counted resource that the limit allows is held."""

    def __init__(self, resource: str) -> None:
        super().__init__(resource, f"Resource '{resource}' limit exceeded!!")


class PortForbidden(ResourceRefused):
    """The restrictions don't grant this local port."""

    def __init__(self, kind: str, port: int) -> None:
        super().__init__(kind, f"Resource '{kind} {port}' not allowed!!!")
        self.port = port


class RateIsZero(ResourceRefused):
    """A renewable resource whose limit is zero can't be charged, not even with 0."""

    def __init__(self, resource: str) -> None:
        super().__init__(
            resource, f"Resource '{resource}' limit set to 0, won't drain!"
        )


class CallDenied(RepyError):
    """A call rule of the restrictions file denied a call (Repy V1)."""


class InternalError(Exception):
    """A defect of repy_compat itself. Please report it with the program."""


class RunEnded(BaseException):
    """The run is over; raised in every event that is still inside the API.

    No ``except`` of a program catches it: see ``language/meaning``.
    """


def os_error_text(error: OSError) -> str:
    """An error of the operating system for people: ``name: No such file or directory``.

    Whatever it is about comes first, if it says what that is.
    """
    reason = error.strerror or str(error)
    return reason if error.filename is None else f"{error.filename}: {reason}"
