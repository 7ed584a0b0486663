"""Where imported Repy files live: a world, the API, and the files themselves.

A :class:`Home` is what a run is to a program: it has one world and one ledger for
all files that were imported into it. The trusted home of a process restricts
nothing; a home with limits gives its files the wrapped API, call rules and ledger
of a run. (Share of the processor, memory and disk are those of the caller's process
and aren't watched there: ``repy_compat.run`` does that.)

Each file is executed once, in a namespace of its own; an include line imports the
file that it names and copies its public names (Repy V1 specification, section
19.1). ``mycontext`` is one dictionary for all V1 files of a home.
"""

from __future__ import annotations

import os
import sys
from threading import RLock
from types import ModuleType

from repy_compat.api.safedict import new_safedict
from repy_compat.errors import ProgramRejected
from repy_compat.language.cache import CodeCache, default_folder
from repy_compat.language.compiler import compile_program
from repy_compat.language.dialect import Dialect
from repy_compat.language.included import refusal
from repy_compat.language.includes import library_folder
from repy_compat.porting import raising, trusted
from repy_compat.porting.access import Access
from repy_compat.porting.border import OUTWARD, from_repy, new_function, to_repy
from repy_compat.python2.classes import (
    PRIVATE,
    register_host_function,
    register_host_type,
)
from repy_compat.world.real import real_world

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import CodeType

    from repy_compat.limits.restrictions import Limits
    from repy_compat.world.base import World

_MODULE = PRIVATE + "module"
_NOT_PUBLIC = frozenset({"mycontext", "callfunc", "callargs", "repyhelper"})
ENDINGS = (".repy", ".r2py")


class RepySyntaxError(SyntaxError):
    """A Repy file was refused: the first thing wrong, with file, line and text.

    ``complaints`` holds everything that is wrong with it.
    """

    complaints: tuple[object, ...] = ()


class RepyModule(ModuleType):
    """A Python module whose names are those of a Repy file, across the border.

    Setting a name sets it in the Repy file, too.
    """

    __all__: list[str]

    def __getattr__(self, name: str) -> object:
        """A name that the Repy file was given, such as ``sleep``."""
        namespace = self.__dict__.get("__repy__")
        if namespace is None or name not in namespace or name.startswith("__"):
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        return from_repy(namespace[name])

    def __setattr__(self, name: str, value: object) -> None:
        namespace = self.__dict__.get("__repy__")
        if namespace is not None and not name.startswith("__"):
            namespace[name] = to_repy(value)
        super().__setattr__(name, value)

    def __delattr__(self, name: str) -> None:
        namespace = self.__dict__.get("__repy__")
        if namespace is not None:
            namespace.pop(name, None)
        super().__delattr__(name)


class Exports:
    """What ``dy_import_module`` gives Repy code: a file's names as attributes."""

    def __init__(self, module: RepyModule) -> None:
        self.__dict__[_MODULE] = module


class _Helper:
    """``repyhelper`` as an imported V1 file sees it: it follows include lines."""

    def __init__(self, include: Callable[[str], None]) -> None:
        self.__dict__["translate_and_import"] = lambda name: include(name)


for _cls, _text in ((Exports, "<type 'module'>"), (_Helper, "<type 'module'>")):
    register_host_type(_cls, _text)
OUTWARD[Exports] = lambda value: value.__dict__[_MODULE]


class Home:
    """A world for imported Repy files.

    Args:
        limits: what the files may hold and use; None trusts them.
        folder: where the files' own ``open`` looks, if there are limits.
        cache: whether compiled files are kept in the user's cache.
    """

    def __init__(
        self,
        limits: Limits | None = None,
        *,
        folder: str = ".",
        cache: bool = True,
    ) -> None:
        #: folders to look in before those of ``sys.path``
        self.path: list[str] = []
        self.mycontext: object = {}
        self.lock = RLock()
        self.modules: dict[str, RepyModule] = {}
        self._cache = CodeCache(default_folder()) if cache else None
        self._world = _new_world(folder, limits is None)
        self._trusted: Access | None = None
        self._restricted: Access | None = None
        if limits is None:
            self._trusted = Access(self._world, None)
        else:
            self._restricted = Access(self._world, limits)
        self._access = self._trusted or self._restricted
        self._names: dict[str, dict[str, object]] = {}

    # --- access ----------------------------------------------------------------

    @property
    def access(self) -> Access:
        """The API as it is now: the trusted one, or one with restrictions."""
        assert self._access is not None
        return self._access

    def trust(self) -> None:
        """Switch all restrictions off."""
        assert self._trusted is not None
        self._access = self._trusted

    def restrict(self, limits: Limits | None = None) -> None:
        """Switch restrictions on: ``limits``, or those that were given last.

        Raises ValueError if there were none so far.
        """
        if limits is not None:
            self._restricted = Access(self._world, limits)
        if self._restricted is None:
            raise ValueError("no restrictions were read so far")
        self._access = self._restricted

    def api(self, dialect_name: str) -> dict[str, object]:
        """The API's functions for Repy code; they follow the switches."""
        found = self._names.get(dialect_name)
        if found is None:
            found = self._names[dialect_name] = {
                name: self._switched(dialect_name, name, function)
                for name, function in self.access.names(dialect_name).items()
            }
        return found

    def _switched(self, dialect_name: str, name: str, first: object) -> object:
        if self._trusted is None:
            return first  # nothing to switch

        def call(*arguments: object, **keywords: object) -> object:
            function = self.access.names(dialect_name)[name]
            return function(*arguments, **keywords)  # type: ignore[operator]

        register_host_function(call, name)  # type: ignore[arg-type]
        return call

    def exported(self, dialect_name: str) -> dict[str, object]:
        """The API's functions for Python code."""
        return {
            name: new_function(function)
            for name, function in self.api(dialect_name).items()
        }

    # --- files -----------------------------------------------------------------

    def find(self, name: str, near: str | None = None) -> str | None:
        """The absolute path of a Repy file; None if there is none.

        A bare name is looked for beside the file that wants it (``near``), in
        ``path``, along ``sys.path`` and among the installed libraries; a V2 name
        may lack its ending.
        """
        candidates = [name]
        if not name.endswith(ENDINGS):
            candidates.append(name + ".r2py")
        folders = [""] if os.path.dirname(name) else self.folders(near)
        for candidate in candidates:
            for folder in folders:
                path = os.path.join(folder, candidate)
                if os.path.isfile(path):
                    return os.path.abspath(path)
        return None

    def _need_permission(self, found: str, near: str | None, sentence: str) -> None:
        """Under limits a file reaches Repy sources of the folders searched, as in a run.

        Raises ImportError. A trusted file may read whatever it likes anyway.
        """
        if self._access is self._restricted:
            reason = refusal(found, self.folders(near))
            if reason is not None:
                raise ImportError(f"{sentence}: {reason}")

    def folders(self, near: str | None = None) -> list[str]:
        """The folders in which files are looked for, in order."""
        beside = [] if near is None else [os.path.dirname(near)]
        everywhere = [*beside, *self.path, *sys.path, library_folder()]
        return [folder or "." for folder in dict.fromkeys(everywhere)]

    def load(self, path: str, module_name: str | None = None) -> RepyModule:
        """The module of a file, executed at the first time.

        Raises RepySyntaxError, OSError, or what the file raises.
        """
        with self.lock:
            module = self.modules.get(path)
            if module is None:
                name = module_name or module_name_of(path)
                module = RepyModule(name)
                module.__file__ = path
                self.execute(module, path)
            return module

    def execute(
        self,
        module: RepyModule,
        path: str,
        *,
        text: str | None = None,
        mycontext: object = None,
        callfunc: str = "import",
        callargs: Iterable[str] = (),
        extra: dict[str, object] | None = None,
    ) -> None:
        """Execute a file's text as the contents of ``module``.

        A second time is a reload: the names stay, and are bound anew.
        ``mycontext`` is the home's own unless given. ``extra`` adds names.
        """
        if text is None:
            text = read_text(path)
        dialect = Dialect.of_file(path)
        code = self._compiled(text, path, dialect)
        with self.lock:
            namespace = module.__dict__.get("__repy__")
            if namespace is None:
                namespace = {}
                module.__dict__["__repy__"] = namespace
            self._fill(namespace, path, dialect, mycontext)
            namespace.update(extra or {})
            namespace["callfunc"] = callfunc
            namespace["callargs"] = list(callargs)
            given = dict(namespace)
            known = self.modules.get(path)
            self.modules[path] = module
            try:
                exec(code, namespace)
            except BaseException as error:
                if known is None:
                    del self.modules[path]
                else:
                    self.modules[path] = known
                raised = raising.to_python(error, from_repy)
                if raised is error:
                    raise
                raise raised from None
            self._publish(module, namespace, given)

    def _publish(
        self,
        module: RepyModule,
        namespace: dict[str, object],
        given: dict[str, object],
    ) -> None:
        """Give the module the names that its text bound, and no others.

        They can't be bound anew later: Repy has no ``global``.
        """
        bound = {
            name: value
            for name, value in namespace.items()
            if name not in given or given[name] is not value
        }
        module.__dict__.update({n: from_repy(value) for n, value in bound.items()})
        names = [name for name in bound if not name.startswith("_")]
        module.__dict__["__all__"] = names
        module.__dict__["mycontext"] = from_repy(namespace["mycontext"])

    def _fill(
        self,
        namespace: dict[str, object],
        path: str,
        dialect: Dialect,
        mycontext: object,
    ) -> None:
        namespace["__builtins__"] = self.access.builtins(dialect.name)
        namespace.update(self.api(dialect.name))
        if dialect.name == "V1":
            namespace["mycontext"] = self.mycontext if mycontext is None else mycontext
            namespace["repyhelper"] = _Helper(
                lambda name: self.include(name, namespace, path)
            )
        else:
            namespace["mycontext"] = {} if mycontext is None else mycontext
            namespace.update(self.dynamic_linking(namespace, path))
        namespace["_context"] = new_safedict(namespace, dialect)

    def _compiled(self, text: str, path: str, dialect: Dialect) -> CodeType:
        remember_lines(path, text)
        if dialect.name == "V1":
            text = with_imports(text)
        try:
            return compile_program(text, path, dialect, cache=self._cache).code
        except ProgramRejected as rejected:
            raise syntax_error(rejected, text) from None

    # --- files that import files -------------------------------------------------

    def include(self, name: str, namespace: dict[str, object], path: str) -> None:
        """Do what an include line of the file ``path`` says.

        Raises ImportError if there is no such file.
        """
        found = self.find(name, path)
        if found is None:
            raise ImportError(f"{path}: can't find the included file '{name}'")
        self._need_permission(found, path, f"{path}: can't include '{name}'")
        inner = self.load(found).__dict__["__repy__"]
        names = public_names(inner, self.api("V1"))
        namespace.update({name: inner[name] for name in names})

    def dynamic_linking(
        self, namespace: dict[str, object], path: str | None
    ) -> dict[str, object]:
        """V2's import functions for the Repy code of one file."""

        def load(name: str, callfunc: str, given: Iterable[str] = ()) -> RepyModule:
            extra = {key: namespace[key] for key in given}
            return self.import_dynamically(name, callfunc, extra, path)

        def dy_import_module(filename, callfunc="import", additional_globals=()):  # type: ignore[no-untyped-def]
            module = load(filename, callfunc, additional_globals)
            exports = Exports(module)
            inner = module.__dict__["__repy__"]
            for name in public_names(inner, self.api("V2")):
                setattr(exports, name, inner[name])
            return exports

        def dy_import_module_symbols(filename, callfunc="import"):  # type: ignore[no-untyped-def]
            inner = load(filename, callfunc).__dict__["__repy__"]
            for name in public_names(inner, self.api("V2")):
                namespace[name] = inner[name]

        return {
            "dy_import_module": dy_import_module,
            "dy_import_module_symbols": dy_import_module_symbols,
            "HAS_DYLINK": True,
        }

    def import_dynamically(
        self,
        name: str,
        callfunc: str,
        extra: dict[str, object],
        near: str | None = None,
    ) -> RepyModule:
        """The module of a V2 file, as ``dy_import_module`` finds it.

        Raises ImportError if there is no such file.
        """
        found = self.find(name, near)
        if found is None:
            raise ImportError(f"Failed to locate the module! Module: '{name}'")
        self._need_permission(found, near, f"can't import '{name}'")
        with self.lock:
            if found in self.modules:
                return self.modules[found]
            module = RepyModule(module_name_of(found))
            module.__file__ = found
            self.execute(module, found, callfunc=callfunc, extra=extra)
            return module


def _new_world(folder: str, is_trusted: bool) -> World:
    world = real_world(
        folder, trusted.StandardOutput("stdout"), trusted.StandardOutput("stderr")
    )
    if is_trusted:
        world.files = trusted.TrustedFiles()
    return world


_home: Home | None = None
_home_lock = RLock()


def trusted_home() -> Home:
    """The one home of this process that restricts nothing."""
    global _home
    with _home_lock:
        if _home is None:
            _home = Home()
        return _home


# --- names and texts -----------------------------------------------------------


def read_text(path: str) -> str:
    """The text of a file, a character for each byte. Raises OSError."""
    with open(path, "rb") as file:
        return file.read().decode("latin-1")


def module_name_of(path: str) -> str:
    """``foo.repy`` as ``foo_repy`` (Repy V1 specification, section 19.1)."""
    return os.path.basename(path).replace(".", "_")


def public_names(namespace: dict[str, object], api: dict[str, object]) -> list[str]:
    """The names of a file that importing it copies."""
    return [
        name
        for name, value in namespace.items()
        if not name.startswith("_")
        and name not in _NOT_PUBLIC
        and not (name in api and api[name] is value)
        and name not in ("dy_import_module", "dy_import_module_symbols", "HAS_DYLINK")
    ]


def with_imports(text: str) -> str:
    """A V1 text whose include lines import (Repy V1 specification, section 19.1)."""
    if not (text.startswith("include ") or "\ninclude " in text):
        return text
    return "\n".join(_with_import(line) for line in text.split("\n"))


def _with_import(line: str) -> str:
    if not line.startswith("include "):
        return line
    name = line[len("include ") :].partition("#")[0].strip()
    return f"repyhelper.translate_and_import({name!r})"


def remember_lines(path: str, text: str) -> None:
    """Let tracebacks show the file's lines, whatever bytes they hold."""
    import linecache

    lines = [line + "\n" for line in text.split("\n")]
    linecache.cache[path] = (len(text), None, lines, path)


def syntax_error(rejected: ProgramRejected, text: str) -> RepySyntaxError:
    """A refusal as Python says it: file, line, column and the line's text."""
    first = rejected.complaints[0]
    lines = text.splitlines()
    line = lines[first.line - 1] if 0 < first.line <= len(lines) else ""
    column = None if first.column is None else first.column + 1
    error = RepySyntaxError(first.message, (first.file, first.line, column, line))
    error.complaints = rejected.complaints
    return error
