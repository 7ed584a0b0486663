"""The code of our modules in one file, so that a start opens one instead of a hundred.

Python's import system looks for, opens and reads a file for each module: half of what
a short run costs. A command keeps the compiled modules that it used in one file of
the user's cache folder, which the next command maps into memory. Where nothing may be
written into the installation, or no byte code is wanted there, it also spares
compiling ourselves anew each time.

A module is taken from the file only while its source has the size and the time that it
had, so a change of the installation is noticed module by module. What the file doesn't
have is imported as ever, and added when the program is about to start. The file is
code that will run: it is held to the same rules as compiled programs (language/cache).
"""

from __future__ import annotations

import marshal
import os
import sys
from _frozen_importlib import ModuleSpec
from _frozen_importlib_external import PathFinder

from repy_compat.language.cache import default_folder, keep_file, map_file, new_hash

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import CodeType, ModuleType
    from typing import TypeAlias

    #: size and time of the source, whether it is a package, begin and end of its code
    Entry: TypeAlias = tuple[int, int, bool, int, int]

_MAGIC = b"repy-modules 1\n"
_PACKAGE = __name__.partition(".")[0] + "."

_installed: Bundle | None = None


def install() -> None:
    """From here on modules of this package come from the user's bundle.

    Does nothing if there is no cache folder, or if this package isn't files.
    """
    global _installed
    folder = default_folder()
    if not folder or not os.path.isfile(__file__):
        return
    _installed = Bundle(folder, os.path.dirname(os.path.abspath(__file__)))
    sys.meta_path.insert(0, _installed)


def refresh() -> None:
    """Add to the bundle what had to be imported without it, if anything was."""
    if _installed is not None:
        _installed.refresh()


class Bundle:
    """A finder and loader of modules, as ``sys.meta_path`` wants it.

    ``folder`` is where the file is kept, ``root`` the folder of this package.
    """

    def __init__(self, folder: str, root: str) -> None:
        self._folder = folder
        self._root = root
        identity = (root, sys.version, sys.implementation.cache_tag, sys.flags.optimize)
        self._name = "modules-" + new_hash(repr(identity).encode(), 20).hex()
        self._index: dict[str, Entry] = {}
        self._codes = memoryview(b"")
        self._mapped: list[memoryview] = []
        self._fresh: dict[str, tuple[int, int, bool, bytes]] = {}
        self._read()

    # --- what the import system calls ----------------------------------------

    def find_spec(
        self,
        name: str,
        path: Sequence[str] | None = None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        """How to load ``name``, if it is a module of ours; else None."""
        if not name.startswith(_PACKAGE):
            return None
        entry = self._index.get(name)
        if entry is not None:
            origin = self._origin(name, entry[2])
            try:
                status = os.stat(origin)
            except OSError:
                return None
            if (status.st_size, status.st_mtime_ns) == entry[:2]:
                return self._spec(name, origin, entry[2])
            del self._index[name]
        found = PathFinder.find_spec(name, path, target)
        if found is None or not hasattr(found.loader, "get_code"):
            return found
        is_package = found.submodule_search_locations is not None
        if found.origin != self._origin(name, is_package):
            return found
        return self._spec(name, found.origin, is_package, found.loader)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """None: the ordinary kind of module."""
        return None

    def exec_module(self, module: ModuleType) -> None:
        """Run the code of a module."""
        spec = module.__spec__
        assert spec is not None and spec.origin is not None
        module.__file__ = spec.origin
        entry = self._index.get(spec.name)
        if entry is None:
            exec(self._import_as_ever(spec), module.__dict__)
        else:
            exec(marshal.loads(self._codes[entry[3] : entry[4]]), module.__dict__)

    def _spec(
        self, name: str, origin: str, is_package: bool, loader: object = None
    ) -> ModuleSpec:
        spec = ModuleSpec(
            name,
            self,  # type: ignore[arg-type]
            origin=origin,
            loader_state=loader,
            is_package=is_package,
        )
        if is_package:
            spec.submodule_search_locations = [os.path.dirname(origin)]
        return spec

    def _origin(self, name: str, is_package: bool) -> str:
        """The source file of a module."""
        ending = "/__init__.py" if is_package else ".py"
        path = self._root + name[len(_PACKAGE) - 1 :].replace(".", "/") + ending
        return path if os.sep == "/" else os.path.normpath(path)

    def _import_as_ever(self, spec: ModuleSpec) -> CodeType:
        """The code of a module that the bundle lacks; noted for ``refresh``."""
        assert spec.origin is not None and spec.loader_state is not None
        # Sooner than the text: a change in between is noticed next time.
        status = os.stat(spec.origin)
        code: CodeType = spec.loader_state.get_code(spec.name)
        is_package = spec.submodule_search_locations is not None
        stamp = (status.st_size, status.st_mtime_ns, is_package)
        self._fresh[spec.name] = (*stamp, marshal.dumps(code))
        return code

    # --- the file ------------------------------------------------------------

    def _read(self) -> None:
        data = map_file(self._folder, self._name)
        if data is None:
            return
        # A mapping owns a descriptor and closes it when it goes. In a worker that
        # number may be another file's by then (the vessel's, say): none goes.
        self._mapped.append(data)
        index, codes = _parts(data)
        self._index, self._codes = index, codes

    def refresh(self) -> None:
        """Write the file again, with what was imported without it."""
        if not self._fresh:
            return
        # Another process may have added to it meanwhile.
        self._read()
        modules = {
            name: (size, time, is_package, bytes(self._codes[begin:end]))
            for name, (size, time, is_package, begin, end) in self._index.items()
        }
        modules.update(self._fresh)
        self._fresh = {}
        keep_file(self._folder, self._name, _joined(modules))


def _joined(modules: dict[str, tuple[int, int, bool, bytes]]) -> bytes:
    """The content of a file that holds ``modules``."""
    index: dict[str, Entry] = {}
    position = 0
    for name, (size, time, is_package, code) in modules.items():
        index[name] = (size, time, is_package, position, position + len(code))
        position += len(code)
    head = marshal.dumps(index)
    lengths = len(head).to_bytes(8, "big") + position.to_bytes(8, "big")
    codes = b"".join(code for *_, code in modules.values())
    return b"".join((_MAGIC, lengths, new_hash(head, 16), head, codes))


def _parts(data: memoryview) -> tuple[dict[str, Entry], memoryview]:
    """The index and the codes of a file; empty ones if it isn't whole."""
    begin = len(_MAGIC) + 32
    lengths = data[len(_MAGIC) : begin - 16]
    end = begin + int.from_bytes(lengths[:8], "big")
    head = data[begin:end]
    if (
        data[: len(_MAGIC)] != _MAGIC
        or len(data) != end + int.from_bytes(lengths[8:], "big")
        or data[begin - 16 : begin] != new_hash(head, 16)
    ):
        return {}, memoryview(b"")
    return marshal.loads(head), data[end:]
