"""The include preprocessor, and the map from its lines to the files people wrote.

A line that starts with ``include `` in the first column is replaced by the file
it names, between two marker lines (Repy V1 specification, section 17)::

    #begin include a.repy
    ...
    #end include a.repy

A file that is in the text already is only noted as ``#already included``. What
an earlier run of the preprocessor put in is brought up to date. Files are read
one after the other from an explicit stack, so a chain of includes may be as
long as it likes.
"""

from __future__ import annotations

import os
from bisect import bisect_right

from ..errors import IncludeError
from .included import NotIncluded, read_regular, refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterable, Iterator, Sequence


class SourceMap:
    """Where the lines of a merged text come from.

    A line of the merged text is counted as the compiler counts it: ``\\n``,
    ``\\r\\n`` and a lone ``\\r`` end a line. Lines that the preprocessor wrote
    belong to the include line they stand for.
    """

    __slots__ = ("_starts", "_places")

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._places: list[tuple[str, int]] = []

    def add(self, start: int, file: str, line: int) -> None:
        """From merged line ``start`` on, lines are those of ``file`` from ``line``."""
        self._starts.append(start)
        self._places.append((file, line))

    def locate(self, line: int) -> tuple[str, int]:
        """The file, as it was named, and the line in it of a merged line."""
        at = bisect_right(self._starts, line) - 1
        if at < 0:
            return self._places[0] if self._places else ("", line)
        file, first = self._places[at]
        return file, first + line - self._starts[at]


class Preprocessed:
    """A program's text with its includes put in.

    ``text`` holds characters 0-255, one for each byte. ``source_map`` is None
    when the text is the file's own, without any include.
    """

    __slots__ = ("text", "source_map")

    def __init__(self, text: str, source_map: SourceMap | None) -> None:
        self.text = text
        self.source_map = source_map


def library_folder() -> str:
    """The folder of the Repy libraries that are installed with the package."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    return os.path.join(os.path.dirname(package), "seattlelib")


def read_source(path: str) -> str:
    """A file's bytes as characters 0-255; raises OSError."""
    with open(path, "rb") as file:
        return file.read().decode("latin-1")


def preprocess(
    path: str,
    include_path: Iterable[str] = (),
    read: Callable[[str], str] = read_source,
) -> Preprocessed:
    """Reads a program and puts its includes in.

    A file is looked for in the program's own folder, the current folder, the
    folders of ``include_path`` and last among the installed libraries. ``read``
    gives the text of a path or raises OSError.

    A program without include lines comes back as it is, also when an earlier
    run of the preprocessor put files into it. Lines of strings, and statements
    about a variable called ``include``, are none: the reference runs such programs.
    In a program that has include lines besides, which the reference can't run
    unprocessed, those of them that name a file are followed, too. Raises IncludeError for a file that can't be read and for
    section markers that don't match, and OSError when the program itself can't be
    read.
    """
    text = read(path)
    if not (text.startswith("include ") or "\ninclude " in text):
        return Preprocessed(text, None)
    file = _File(path, text, "")
    includes = (found for found in file.directives if found[1] == "include ")
    if all(map(file.is_program_text, includes)):
        return Preprocessed(text, None)
    folders = [os.path.dirname(path), "", *include_path, library_folder()]
    return _Merger(folders, read, for_run=True).merge(path, text)


def write_preprocessed(
    infile: str,
    outfile: str,
    include_path: Sequence[str] = (),
    tell: Callable[[str], object] = bool,
) -> str | None:
    """What the command of the preprocessor does (specification, section 17.3).

    Names are relative to the current folder; after it come the program's
    folder, ``include_path`` and the installed libraries. Returns None, or the
    sentence to print when the output file can't be written. Raises IncludeError
    for an input that can't be read; then no output file is left. ``tell`` gets a
    sentence about each file that a run wouldn't have brought in.
    """
    if infile == outfile:
        return "The infile and outfile must be different files"
    folders = ("", os.path.dirname(infile), *include_path, library_folder())

    def read(path: str) -> str:
        text = read_regular(path)
        reason = refusal(path, folders)
        if reason is not None:
            tell(f"{path} is put in, though a run wouldn't do it: {reason}")
        return text

    lines = processfile(infile, include_path, read)
    try:
        with open(outfile, "wb") as file:
            file.write("".join(lines).encode("latin-1"))
    except OSError:
        return f"Error opening out file '{outfile}'"
    return None


def processfile(
    filename: str,
    include_path: Iterable[str] = (),
    read: Callable[[str], str] = read_regular,
) -> list[str]:
    """The lines of a file with its includes put in; library form of the command.

    One newline is added to each file, the first one included. Raises
    IncludeError for a file that can't be read.
    """
    try:
        text = read_source(filename)
    except OSError:
        raise IncludeError(f"Error opening source file '{filename}'") from None
    folders = ["", os.path.dirname(filename), *include_path, library_folder()]
    merged = _Merger(folders, read).merge(filename, text)
    return [line + "\n" for line in merged.text.split("\n")[:-1]]


def processfiledata(lines: Iterable[str]) -> tuple[list[str], list[str]]:
    """The names that a file's lines include, and the lines without old sections.

    Remarks behind the names are left out of the names. A section that an
    earlier run put in is reduced to its include line, and a newline is added at
    the end. Raises ValueError for an ``#end include`` outside a section.
    """
    names: list[str] = []
    kept: list[str] = []
    inside: str | None = None
    depth = 0
    for line in [*lines, "\n"]:
        if inside is not None:
            if line.startswith("#begin include ") and _name(line[15:]) == inside:
                depth += 1
            elif line.startswith("#end include ") and _name(line[13:]) == inside:
                depth -= 1
                if not depth:
                    inside = None
            continue
        if line.startswith("#begin include "):
            inside, depth = _name(line[15:]), 1
            names.append(inside)
            kept.append(line[7:])
            continue
        if line.startswith("#end include "):
            raise ValueError("Found an #end include outside of an included section")
        if line.startswith("include "):
            names.append(_name(line[8:]))
        kept.append(line)
    return names, kept


def _name(rest: str) -> str:
    """The file named on an include line, without blanks and remark."""
    return rest.partition("#")[0].strip()


def _directives(text: str, start: int = 0) -> Iterator[re.Match[str]]:
    """The lines of a text that mean something to the preprocessor."""
    import re  # not loaded for a program without includes: start-up

    pattern = r"^(include |#begin include |#end include )(.*)\n"
    return re.compile(pattern, re.M).finditer(text, start)


class _File:
    """A file being put in: its text, and how far it has been read."""

    __slots__ = ("name", "text", "position", "line", "directives", "rest", "strings")

    def __init__(self, name: str, text: str, rest: str) -> None:
        self.name = name
        self.text = text + "\n"
        self.position = 0
        self.line = 1
        self.directives: Iterator[re.Match[str]] = _directives(self.text)
        self.rest = rest
        self.strings: _Strings | None = None

    def is_program_text(self, found: re.Match[str]) -> bool:
        """Whether what looks like an include line is the program's own.

        It's a line of a string, or a statement about a variable called ``include``.
        Asked from the beginning of the text to its end.
        """
        import re

        if re.match(r"[=(\[,;]|[-+*/%&|^]=|(//|\*\*|<<|>>)=", found[2].strip()):
            return True
        if self.strings is None:
            self.strings = _Strings(self.text)
        return self.strings.hold(found.start())


class _Strings:
    """The strings of several lines in a text, from its beginning to its end."""

    def __init__(self, text: str) -> None:
        from .tokens import PIECE

        self._spans = (
            piece.span()
            for piece in PIECE.finditer(text)
            if "\n" in piece[0] and piece[0].lstrip("uUbBrR")[:1] in ("'", '"')
        )
        self._span = 0, 0

    def hold(self, position: int) -> bool:
        """Whether ``position``, which never goes back, is inside of a string."""
        while self._span[1] <= position:
            span = next(self._spans, None)
            if span is None:
                return False
            self._span = span
        return self._span[0] < position


class _Merger:
    """Puts the files of one program together."""

    def __init__(
        self,
        folders: list[str],
        read: Callable[[str], str],
        for_run: bool = False,
    ) -> None:
        self.folders = list(dict.fromkeys(folders))
        self.read = read
        self.for_run = for_run
        self.parts: list[str] = []
        self.line = 1
        self.map = SourceMap()
        self.included: set[str] = set()

    def merge(self, name: str, text: str) -> Preprocessed:
        open_files = [_File(name, text, "")]
        while open_files:
            file = open_files[-1]
            included = self.advance(file)
            if included is not None:
                open_files.append(included)
                continue
            open_files.pop()
            if open_files:
                self.marker("#end include " + file.rest, open_files[-1])
                open_files[-1].line += 1
        return Preprocessed("".join(self.parts), self.map)

    def advance(self, file: _File) -> _File | None:
        """Copies up to the next file to put in; None at the end of the text."""
        for found in file.directives:
            if found.start() < file.position:
                continue
            word, rest = found.groups()
            name = _name(rest)
            if word == "#end include ":
                self.copy(file, found.start())
                raise IncludeError(
                    f"{file.name}:{file.line}: '#end include {name}' without its "
                    "'#begin include' before it"
                )
            text = None if name in self.included else self.find(name)
            if isinstance(text, NotIncluded):
                if self.for_run and word == "#begin include ":
                    self.copy(file, self.section_end(file, found, name))
                    continue
                if self.for_run and file.is_program_text(found):
                    continue
                self.copy(file, found.start())
                reason = f": {text}" if text.args else ""
                raise IncludeError(
                    f"{file.name}:{file.line}: "
                    f"Error opening source file '{name}'{reason}"
                )
            dropped = 1
            end = found.end()
            if word == "#begin include ":
                end = self.section_end(file, found, name)
                dropped = _lines(file.text[found.start() : end])
            self.copy(file, found.start())
            file.position = end
            included = self.include(file, name, rest, text)
            file.line += dropped - 1  # one line is counted with the last marker
            if included is not None:
                return included
        self.copy(file, len(file.text))
        return None

    def include(
        self, file: _File, name: str, rest: str, text: str | None
    ) -> _File | None:
        """Begins to put a file in, or notes that it is there already (no text)."""
        if text is None:
            self.marker("#begin include " + rest, file)
            self.marker("#already included " + rest, file)
            self.marker("#end include " + rest, file)
            file.line += 1
            return None
        self.included.add(name)
        self.marker("#begin include " + rest, file)
        return _File(name, text, rest)

    def section_end(self, file: _File, found: re.Match[str], name: str) -> int:
        """Where the section that begins at ``found`` ends, past its last marker.

        A section of a circle holds another one of the same name.
        """
        depth = 0
        for marker in _directives(file.text, found.start()):
            if marker[1] == "include " or _name(marker[2]) != name:
                continue
            depth += 1 if marker[1] == "#begin include " else -1
            if not depth:
                return marker.end()
        if not self.for_run:
            return len(file.text)  # as the reference: the rest of the file
        self.copy(file, found.start())
        raise IncludeError(
            f"{file.name}:{file.line}: '#begin include {name}' without its "
            "'#end include' behind it"
        )

    def find(self, name: str) -> str | NotIncluded:
        """The text of a file from the first folder that has it."""
        missing = NotIncluded()
        for folder in self.folders:
            try:
                return self.read(os.path.join(folder, name))
            except NotIncluded as reason:
                missing = missing if missing.args else NotIncluded(*reason.args)
            except (OSError, ValueError):  # ValueError: a NUL in the name
                continue
        return missing

    def copy(self, file: _File, end: int) -> None:
        """Copies a file's text up to a position."""
        if end > file.position:
            chunk = file.text[file.position : end]
            self.map.add(self.line, file.name, file.line)
            self.parts.append(chunk)
            count = _lines(chunk)
            self.line += count
            file.line += count
            file.position = end

    def marker(self, text: str, file: _File) -> None:
        """A line of our own, which stands for an include line."""
        self.map.add(self.line, file.name, file.line)
        self.parts.append(text + "\n")
        self.line += _lines(text + "\n")


def _lines(text: str) -> int:
    """How many line ends the compiler sees in a text."""
    count = text.count("\n")
    if "\r" in text:
        count += text.count("\r") - text.count("\r\n")
    return count
