"""Which files a run has open: one open file object a name, and its item.

The table holds the files themselves, but only a weak reference to what the
program holds of them. So a file that the program has lost is closed at once,
and one whose finaliser couldn't run (at the end of the stack, or in a cycle) is
found and closed when its name or its place is wanted again (Repy V1
specification, sections 10.4 and 13.4; Repy V2 specification, section 4.11).
"""

from __future__ import annotations

from _weakref import ref

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from repy_compat.api.runtime import Runtime
    from repy_compat.limits.ledger import Item
    from repy_compat.world.base import RawFile


class Entry:
    """A name in the table: reserved while it's being opened, then an open file.

    ``id`` is the internal id that texts of Repy V1 show.
    """

    __slots__ = ("id", "item", "name", "raw", "watch")

    def __init__(self, name: str, id: str) -> None:
        self.name = name
        self.id = id
        self.item: Item | None = None
        self.raw: RawFile | None = None
        self.watch: ref[object] | None = None

    def is_lost(self) -> bool:
        """Whether the program can't reach this file any more."""
        return self.watch is not None and self.watch() is None


class FileTable:
    """The open files of one run, by name."""

    __slots__ = ("_entries", "_runtime")

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._entries: dict[str, Entry] = {}

    def find(self, name: str) -> Entry | None:
        """The entry of an open file; one that the program lost is closed first."""
        entry = self._entries.get(name)
        if entry is not None and entry.is_lost():
            self.release(entry)
            return None
        return entry

    def reserve(self, name: str) -> Entry | None:
        """A new entry for ``name``, or None if the name is open or reserved."""
        if self.find(name) is not None:
            return None
        entry = Entry(name, self._runtime.unique_id())
        return entry if self._entries.setdefault(name, entry) is entry else None

    def take_item(self, entry: Entry) -> None:
        """Take one ``filesopened`` item for a reserved entry.

        When none is left, files that nobody holds are looked for, once.

        Raises:
            Exception: all are held; the class is the dialect's.
        """
        take = self._runtime.take
        try:
            entry.item = take("filesopened", entry.id)
            return
        except Exception:
            pass
        self.sweep()
        entry.item = take("filesopened", entry.id)

    def watch(self, entry: Entry, holder: object) -> None:
        """Close the file of ``entry`` once the program has lost ``holder``.

        ``holder`` is what every method of the file's handle refers to.
        """
        release = self.release
        entry.watch = ref(holder, lambda _gone: release(entry))

    def release(self, entry: Entry) -> None:
        """Close the file, give its item back, free its name; again is harmless.

        Every step may be repeated, so a release that was cut short is completed
        by the next one. Safe from a finaliser: nothing here waits.
        """
        if entry.raw is not None:
            entry.raw.close()
        if entry.item is not None:
            entry.item.give_back()
        if self._entries.get(entry.name) is entry:
            self._entries.pop(entry.name, None)
        entry.watch = None

    def sweep(self) -> None:
        """Close every file that the program can't reach any more."""
        import gc

        gc.collect()
        for entry in list(self._entries.values()):
            if entry.is_lost():
                self.release(entry)

    def close_all(self) -> None:
        """The end of the run: close what is still open."""
        for entry in list(self._entries.values()):
            self.release(entry)


def opened(table: FileTable, entry: Entry, body: Callable[[], RawFile]) -> RawFile:
    """Run ``body``, which opens the file of ``entry``; undo all of it on failure."""
    try:
        entry.raw = body()
        return entry.raw
    except BaseException:
        table.release(entry)
        raise
