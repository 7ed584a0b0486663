"""Compiled code on disk, in a folder that only their user can write to.

An entry is code that will run, so it is taken only from a folder and a file that
belong to the user and that nobody else can write, and only when its hash is
right. Whatever is wrong with an entry (damaged, half written, foreign, of
another version), the program is compiled again and nothing is said.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType

_MAGIC = b"repy-code 1\n"
_HASH_SIZE = 32
_KEPT_ENTRIES = 2000


def new_hash(data: bytes | memoryview, size: int) -> bytes:
    """A BLAKE2b hash of ``size`` bytes, without loading the rest of hashlib."""
    try:
        from _blake2 import blake2b
    except ImportError:  # an interpreter that is built without it
        from hashlib import blake2b
    digest: bytes = blake2b(data, digest_size=size).digest()
    return digest


def default_folder() -> str:
    """Where compiled programs are kept.

    ``REPY_CACHE_DIR`` if it is set (empty: nothing is kept), else the folder
    ``repy_compat`` in the user's cache folder.
    """
    chosen = os.environ.get("REPY_CACHE_DIR")
    if chosen is not None:
        return chosen
    base = os.environ.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(base):
        base = os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(base, "repy_compat")


class CodeCache:
    """Compiled programs by a hash of all that they depend on.

    ``folder`` is made when the first entry is stored; None means
    :func:`default_folder`. No method raises because of what it finds on disk.
    """

    __slots__ = ("folder",)

    def __init__(self, folder: str | None = None) -> None:
        self.folder = default_folder() if folder is None else folder

    def key(
        self,
        digest: str,
        dialect: str,
        filename: str,
        exploring: bool,
        table_dicts: bool = False,
    ) -> str:
        """The name of an entry: a hash of text, names, versions and flags.

        ``digest`` is the hash of the program's text.
        """
        parts = (
            digest,
            dialect,
            filename,
            "exploring" if exploring else "plain",
            "table dicts" if table_dicts else "",
            _fingerprint(),
            sys.version,
            str(sys.implementation.cache_tag),
        )
        joined = "\0".join(parts).encode("utf-8", "surrogatepass")
        return new_hash(joined, 20).hex()

    def load(self, key: str) -> CodeType | None:
        """The code object of an entry, or None."""
        data = read_file(self.folder, key) if self.folder else None
        if data is None:
            return None
        start = len(_MAGIC) + _HASH_SIZE
        body = data[start:]
        if data[:start] != _MAGIC + new_hash(key.encode() + body, _HASH_SIZE):
            return None
        import marshal

        try:
            code = marshal.loads(body)
        except (ValueError, EOFError, TypeError):
            return None
        return code if hasattr(code, "co_code") else None

    def store(self, key: str, code: CodeType) -> None:
        """Keeps a code object; the entry appears as a whole or not at all."""
        if not self.folder:
            return
        import marshal

        try:
            body = marshal.dumps(code)
        except ValueError:  # deeper than marshal goes
            return
        data = _MAGIC + new_hash(key.encode() + body, _HASH_SIZE) + body
        if keep_file(self.folder, key, data):
            self._thin_out()

    def _thin_out(self) -> None:
        """Removes the oldest entries when there are very many."""
        try:
            names = os.listdir(self.folder)
        except OSError:
            return
        if len(names) <= _KEPT_ENTRIES:
            return
        paths = [os.path.join(self.folder, name) for name in names]
        paths.sort(key=_age)
        for path in paths[: len(paths) // 2]:
            try:
                os.unlink(path)
            except OSError:
                continue


def path_in_cache(folder: str, name: str) -> str:
    """Where the file ``name`` of a cache folder is.

    No program can make a file of that name, in whatever folder it runs: Repy's names
    have no plus sign.
    """
    return os.path.join(folder, "+" + name)


def _open_own(folder: str, name: str) -> int:
    """A descriptor of a file, if folder and file are the user's own; else OSError."""
    if not _is_private(os.lstat(folder)):
        raise PermissionError(folder)
    path = path_in_cache(folder, name)
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    if not _is_private(os.fstat(descriptor)):
        os.close(descriptor)
        raise PermissionError(path)
    return descriptor


def read_file(folder: str, name: str) -> bytes | None:
    """The bytes of a file in a cache folder, or None if it can't be trusted."""
    try:
        with open(_open_own(folder, name), "rb") as file:
            return file.read()
    except OSError:
        return None


def map_file(folder: str, name: str) -> memoryview | None:
    """The same as ``read_file``; only what is looked at is read from the disk."""
    from mmap import ACCESS_READ, mmap

    try:
        descriptor = _open_own(folder, name)
        try:
            return memoryview(mmap(descriptor, 0, access=ACCESS_READ))
        finally:
            os.close(descriptor)
    except (OSError, ValueError):
        return None


def keep_file(folder: str, name: str, data: bytes) -> bool:
    """Put a file into a cache folder, as a whole or not at all; whether it is there.

    The folder is made if need be.
    """
    unfinished = path_in_cache(folder, f"{name}.{os.getpid()}.{id(data):x}")
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        if not _is_private(os.lstat(folder)):
            return False
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with open(descriptor, "wb") as file:
                file.write(data)
            os.replace(unfinished, path_in_cache(folder, name))
        except BaseException:
            os.unlink(unfinished)
            raise
    except OSError:
        return False
    return True


def _age(path: str) -> float:
    try:
        return os.lstat(path).st_mtime
    except OSError:
        return 0.0


def _is_private(status: os.stat_result) -> bool:
    """Whether a file or folder is the user's, and nobody else can write to it."""
    if not hasattr(os, "geteuid"):
        return True
    return status.st_uid == os.geteuid() and not status.st_mode & 0o022


def _fingerprint() -> str:
    """Our own version: size and time of every module that has a say in code.

    The compiler may change without a new version number while it is worked on.
    """
    here = os.path.dirname(os.path.abspath(__file__))
    parts: list[str] = []
    for folder in (here, os.path.join(here, "meaning")):
        try:
            with os.scandir(folder) as entries:
                for entry in sorted(entries, key=lambda entry: entry.name):
                    if entry.name.endswith(".py"):
                        status = entry.stat()
                        parts.append(
                            f"{entry.name} {status.st_size} {status.st_mtime_ns}"
                        )
        except OSError:
            continue
    return "\n".join(parts)
