"""Import of Repy files from Python 3: ``import parallelize_repy``.

``install_importer()`` makes ``foo.repy`` importable as ``foo_repy`` and ``bar.r2py``
as ``bar_r2py``; files are looked for along ``sys.path`` and among the installed Repy
libraries. ``import_repy`` needs no installation. Imported files live in a
:class:`~repy_compat.porting.home.Home`.
"""

from __future__ import annotations

import os
import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader

from repy_compat.porting.home import (
    ENDINGS,
    Home,
    RepyModule,
    module_name_of,
    read_text,
    trusted_home,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from types import ModuleType, TracebackType

    from repy_compat.limits.restrictions import Limits

_SUFFIXES = tuple(ending.replace(".", "_") for ending in ENDINGS)


class RepyLoader(Loader):
    """Executes one Repy file as a module, again at each reload."""

    def __init__(self, home: Home, path: str) -> None:
        self.home = home
        self.path = path
        self._executed = False

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """The module; one that an include line loaded already is that one."""
        module = self.home.modules.get(self.path)
        self._executed = module is not None
        return RepyModule(spec.name) if module is None else module

    def exec_module(self, module: ModuleType) -> None:
        """Execute the file, unless the module is new to Python only."""
        assert isinstance(module, RepyModule)
        if self._executed:
            self._executed = False
            return
        self.home.execute(module, self.path)

    def get_filename(self, fullname: str) -> str:
        """The path of the file."""
        return self.path

    def get_source(self, fullname: str) -> str:
        """The text of the file, a character for each byte."""
        return read_text(self.path)

    def is_package(self, fullname: str) -> bool:
        """No Repy file is a package."""
        return False


class Importer(MetaPathFinder):
    """Finds Repy files for Python's ``import``; see :func:`install_importer`."""

    def __init__(self, home: Home, path: Iterable[str] = ()) -> None:
        self.home = home
        self.path = list(path)

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        """The spec of ``foo_repy`` or ``foo_r2py``; None for any other name."""
        base = fullname.rpartition(".")[2]
        if not base.endswith(_SUFFIXES):
            return None
        folders = self.home.folders() if path is None else list(path)
        for folder in folders:
            found = _file_in(folder, base)
            if found is not None:
                loader = RepyLoader(self.home, found)
                spec = spec_from_loader(fullname, loader, origin=found)
                assert spec is not None
                spec.has_location = True
                return spec
        return None

    def install(self) -> Importer:
        """Let Python's ``import`` ask this importer, before its own; once."""
        if self not in sys.meta_path:
            sys.meta_path.insert(0, self)
            self.home.path[:0] = self.path
        return self

    def uninstall(self) -> None:
        """Ask it no longer and forget its modules, so that they can't be mixed."""
        if self in sys.meta_path:
            sys.meta_path.remove(self)
            for folder in self.path:
                self.home.path.remove(folder)
        for name, module in list(sys.modules.items()):
            loader = getattr(getattr(module, "__spec__", None), "loader", None)
            if isinstance(loader, RepyLoader) and loader.home is self.home:
                del sys.modules[name]
                self.home.modules.pop(loader.path, None)

    def __enter__(self) -> Importer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.uninstall()

    def import_repy(self, path: str | os.PathLike[str]) -> ModuleType:
        """The module of a Repy file of this importer; see :func:`import_repy`."""
        return _import_file(self.home, path)


def install_importer(
    path: Iterable[str | os.PathLike[str]] = (),
    *,
    limits: Limits | None = None,
    folder: str | os.PathLike[str] = ".",
    cache: bool = True,
) -> Importer:
    """Make Repy files importable by ``import foo_repy``, in this process.

    Args:
        path: folders to look in before those of ``sys.path``.
        limits: None trusts the files: they run without call rules or limits. Else
            they get the API of a run under these limits, all but those of
            processor, memory and disk.
        folder: the folder of the files' own ``open``, if there are limits.
        cache: keep compiled files in the user's cache.

    Returns the importer; used as a context manager it's uninstalled at the end of
    the block. All trusted imports of a process share their files' state and
    ``mycontext``; importers with ``limits`` share nothing with others.
    """
    folders = [os.fspath(place) for place in path]
    if limits is None and cache:
        home = trusted_home()
    else:
        home = Home(limits, folder=os.fspath(folder), cache=cache)
    return Importer(home, folders).install()


def import_repy(path: str | os.PathLike[str], *, limits: Limits | None = None) -> ModuleType:  # fmt: skip
    """The module of the Repy file ``path``, imported into the trusted home.

    The same file gives the same module each time. With ``limits`` it gives a new
    one, in a home of its own whose files are beside it.

    Raises:
        ImportError: there is no such file.
        RepySyntaxError: it isn't a Repy program; a SyntaxError.
    """
    if limits is None:
        return _import_file(trusted_home(), path)
    folder = os.path.dirname(os.path.abspath(path))
    return _import_file(Home(limits, folder=folder), path)


def _import_file(home: Home, path: str | os.PathLike[str]) -> ModuleType:
    name = os.fspath(path)
    found = os.path.abspath(name) if os.path.isfile(name) else home.find(name)
    if found is None:
        raise ModuleNotFoundError(f"no such Repy file: {name}", path=name)
    return home.load(found)


def _file_in(folder: str, module_name: str) -> str | None:
    """The Repy file of a folder whose module name is this."""
    try:
        names = os.listdir(folder or ".")
    except OSError:
        return None
    for name in sorted(names):
        if name.endswith(ENDINGS) and module_name_of(name) == module_name:
            path = os.path.join(folder, name)
            if os.path.isfile(path):
                return os.path.abspath(path)
    return None
