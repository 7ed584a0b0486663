"""From a program's file to compiled code, and what is said when that fails.

The texts are those of the Repy V1 specification, sections 2.3 and 5.8, and of
the Repy V2 specification, sections 1.2 and 1.8; in front of them stands a plain
sentence with file and line.
"""

from __future__ import annotations

import os

from repy_compat import outcome, report
from repy_compat.errors import IncludeError, ProgramRejected
from repy_compat.outcome import Ending

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from repy_compat.language.compiler import Program
    from repy_compat.language.includes import Preprocessed, SourceMap
    from repy_compat.world.base import World


class Loader:
    """Reads, merges and compiles one program.

    ``name`` is the path of the file, and what the program is called in messages;
    if ``source`` isn't None, that is the text and no file is read.
    ``dialect_name`` is ``"V1"`` or ``"V2"``. ``cache_folder`` is where compiled
    programs are kept (None: they aren't), ``exploring`` compiles for exploration,
    ``table_dicts`` for dictionaries that are listed in Python 2.7's order. ``terse``
    leaves the plain sentences about a refused text away.
    """

    def __init__(
        self,
        name: str,
        source: bytes | None,
        dialect_name: str,
        include_path: Sequence[str],
        *,
        cache_folder: str | None = None,
        exploring: bool = False,
        table_dicts: bool = False,
        terse: bool = False,
    ) -> None:
        self.name = name
        self.source = source
        self.dialect_name = dialect_name
        self.include_path = include_path
        self.cache_folder = cache_folder
        self.exploring = exploring
        self.table_dicts = table_dicts
        self.terse = terse
        #: the text that ``compile`` read, and the map of its lines
        self.read: tuple[bytes | str, SourceMap | None] = "", None

    def load(self, world: World) -> Program | Ending:
        """The compiled program, or how the run ended for want of one.

        What a person has to be told about it has been written to ``world``.
        """
        try:
            return self.compile()
        except OSError as error:
            return self._unreadable(error, world)
        except IncludeError as error:
            world.error_output.write(f"{error}\n")
            return Ending("startup", outcome.STARTUP_FAILED, str(error))
        except ProgramRejected as rejected:
            return self._refused(rejected, world)

    def compile(self) -> Program:
        """The compiled program.

        Raises OSError, IncludeError or ProgramRejected.
        """
        from repy_compat.language.cache import CodeCache
        from repy_compat.language.compiler import compile_program
        from repy_compat.language.dialect import Dialect

        text, source_map = self._text()
        self.read = text, source_map
        return compile_program(
            text,
            self.name,
            Dialect.of_name(self.dialect_name),
            source_map=source_map,
            cache=None if self.cache_folder is None else CodeCache(self.cache_folder),
            exploring=self.exploring,
            table_dicts=self.table_dicts,
        )

    def _text(self) -> tuple[bytes | str, SourceMap | None]:
        """The program's text with its includes put in, and the map of its lines."""
        source = self.source
        if source is None:
            with open(find_program(self.name), "rb") as file:
                source = file.read()
        if not source.startswith(b"include ") and b"\ninclude " not in source:
            return source, None
        merged = merge_includes(source, self.name, self.include_path)
        return merged.text, merged.source_map

    def _unreadable(self, error: OSError, world: World) -> Ending:
        reason = f"{self.name}: {error.strerror}"
        if self.dialect_name == "V2":
            sentence = "FATAL ERROR: Unable to read the specified program file: "
            _say(world, f"{sentence}'{self.name}'\n")
            world.error_output.write(f"{reason}\n")
            return Ending("startup", outcome.V2_USAGE, reason)
        _say(world, f"Failed to read the specified file: '{self.name}'\n")
        conclusion = (
            "Exception (with type 'exceptions.IOError'): "
            f"[Errno {error.errno}] {error.strerror}: '{self.name}'"
        )
        world.error_output.write(f"{reason}\n" + report.report([], conclusion, "V1"))
        return Ending("startup", outcome.STARTUP_FAILED, reason)

    def _refused(self, rejected: ProgramRejected, world: World) -> Ending:
        from repy_compat.language.complaints import shown_line

        text_read, source_map = self.read
        for complaint in () if self.terse else rejected.complaints:
            shown = shown_line(complaint, text_read, source_map)
            world.error_output.write(f"{complaint}\n{shown}")
        detail = str(rejected.complaints[0])
        text = rejected.reference_text
        if rejected.late:
            conclusion = f"Exception (with type 'exceptions.SyntaxError'): {text}"
        elif self.dialect_name == "V2":
            _say(
                world,
                "Specified repy program is unsafe!\n"
                "Static-code analysis failed with error: "
                f"Code failed safety check! Error: {text}\n",
            )
            return Ending("refused", outcome.V2_REFUSED, detail)
        else:
            conclusion = (
                "Exception (with type 'exceptions.ValueError'): "
                f"Code failed safety check! Error: {text}"
            )
        world.error_output.write(report.report([], conclusion, self.dialect_name))
        return Ending("refused", outcome.STARTUP_FAILED, detail)


def merge_includes(
    source: bytes, name: str, include_path: Sequence[str]
) -> Preprocessed:
    """The text of a program that was read already, with its includes put in.

    A program's text may be a stranger's, and what it includes is read with our
    rights: so it gets Repy sources of the folders it may include from, and nothing
    else (threat class T13). IncludeError for an include that can't be followed.
    """
    from repy_compat.language.included import read_allowed
    from repy_compat.language.includes import preprocess

    text = source.decode("latin-1")
    folders = (os.path.dirname(name), "", *include_path, library_folder())
    # The text is read once: what is checked is what runs, whoever changes the file.
    return preprocess(
        name,
        include_path,
        lambda path: text if path == name else read_allowed(path, folders),
    )


def find_program(name: str) -> str:
    """Where a program's file is: as named, else among the installed libraries.

    ``dylink.r2py`` and ``encasementlib.r2py`` need no copy beside the program.
    """
    if not os.path.exists(name) and os.path.basename(name) == name:
        installed = os.path.join(library_folder(), name)
        if os.path.isfile(installed):
            return installed
    return name


def library_folder() -> str:
    """The folder of the installed Repy libraries."""
    here = os.path.dirname(os.path.abspath(__file__))
    return os.path.join(os.path.dirname(here), "seattlelib")


def _say(world: World, text: str) -> None:
    """Write what the reference says on standard output; nothing if that is full."""
    try:
        world.output.write(text)
    except OSError:
        return
