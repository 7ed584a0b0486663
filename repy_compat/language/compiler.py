"""The door: a program's text in, a code object out.

Only what a start from the cache needs is imported here; the pipeline behind it
(parser, check, meaning) is loaded when a text has to be compiled.
"""

from __future__ import annotations

from .cache import CodeCache, new_hash

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType

    from ..errors import Complaint
    from .dialect import Dialect
    from .includes import SourceMap


class Program:
    """A program that passed the check and was compiled.

    ``filename`` is the name it was compiled under, ``dialect`` its dialect,
    ``code`` the code object, ``source_map`` where its lines come from (None:
    all from the one file) and ``digest`` a hexadecimal hash of its text.
    ``table_dicts`` tells for which processes it was compiled.
    """

    __slots__ = (
        *("filename", "dialect", "code", "source_map", "digest"),
        "table_dicts",
    )

    def __init__(
        self,
        filename: str,
        dialect: Dialect,
        code: CodeType,
        source_map: SourceMap | None,
        digest: str,
        table_dicts: bool = False,
    ) -> None:
        self.filename = filename
        self.dialect = dialect
        self.code = code
        self.source_map = source_map
        self.digest = digest
        self.table_dicts = table_dicts

    def locate(self, line: int) -> tuple[str, int]:
        """The file, as the person named it, and the line of a merged line."""
        if self.source_map is None:
            return self.filename, line
        return self.source_map.locate(line)


def compile_program(
    source: bytes | str,
    filename: str,
    dialect: Dialect,
    *,
    source_map: SourceMap | None = None,
    cache: CodeCache | None = None,
    exploring: bool = False,
    table_dicts: bool = False,
    hidden: frozenset[str] = frozenset(),
) -> Program:
    """Compiles a program's text, or takes it from the cache.

    Raises ProgramRejected with all complaints when the text isn't a program of
    the dialect. ``exploring`` compiles in the places where an exploring run may
    switch to another event. ``table_dicts`` compiles for a process that lists
    dictionaries in Python 2.7's order. ``hidden`` are builtins of whose names the
    text's globals hold something else from the start; such code isn't kept on disk.
    """
    text = _bytes(source, filename)
    digest = new_hash(text, 20).hex()
    key = code = None
    if cache is not None and not hidden:
        key = cache.key(digest, dialect.name, filename, exploring, table_dicts)
        code = cache.load(key)
    if code is None:
        from .pipeline import compile_text

        code = compile_text(
            text, filename, dialect, source_map, exploring, table_dicts, hidden
        )
        if cache is not None and key is not None:
            cache.store(key, code)
    return Program(filename, dialect, code, source_map, digest, table_dicts)


def check_program(
    source: bytes | str,
    filename: str,
    dialect: Dialect,
    *,
    source_map: SourceMap | None = None,
) -> list[Complaint]:
    """Everything that is wrong with a program's text; an empty list if nothing is."""
    from ..errors import ProgramRejected
    from .pipeline import check_text

    try:
        text = _bytes(source, filename)
    except ProgramRejected as rejected:
        return list(rejected.complaints)
    return check_text(text, filename, dialect, source_map)


def _bytes(source: bytes | str, filename: str) -> bytes:
    """A program's text as bytes; its characters stand for the bytes 0-255."""
    if isinstance(source, bytes):
        return source
    try:
        return source.encode("latin-1")
    except UnicodeEncodeError as error:
        from ..errors import Complaint, ProgramRejected

        said = "a character beyond a byte's 255 values: hand the text over as bytes"
        line = source.count("\n", 0, error.start) + 1
        complaint = Complaint(filename, line, None, said)
        text = "(\"<type 'exceptions.UnicodeEncodeError'> ordinal not in range\",)"
        raise ProgramRejected([complaint], text) from None
