"""The exceptions that the API raises: V2's hierarchy and V1's nameless classes.

V2 programs know 27 of these classes by name (``EXPORTED``; Repy V2
specification, section 5) and may raise and subclass them. V1 programs can name
none, but see their texts in reports and may catch a base (Repy V1
specification, section 4.3).

Several programs of one process share these classes, so a program must not be
able to change them: ``python2.errors.register_class_text`` tells the texts,
and ``Sealed`` refuses every assignment to a class made here. A class that a
program derives is the program's own and stays open.
"""

from __future__ import annotations

from repy_compat.python2 import errors as python2_errors

_SEALED: set[type] = set()
_PROGRAM_CLASS: type = type(python2_errors.EXCEPTIONS["IOError"])


class Sealed(_PROGRAM_CLASS):  # type: ignore[misc]
    """Metaclass: classes of this module can't be changed, derived ones can."""

    def __setattr__(cls, name: str, value: object) -> None:
        if cls in _SEALED:
            raise TypeError(_refusal(cls))
        super().__setattr__(name, value)

    def __delattr__(cls, name: str) -> None:
        if cls in _SEALED:
            raise TypeError(_refusal(cls))
        super().__delattr__(name)


def _refusal(cls: type) -> str:
    return f"can't set attributes of built-in/extension type '{cls.__name__}'"


def _new_class(module: str, name: str, *bases: type) -> type[Exception]:
    """A sealed exception class that shows as ``<class 'module.name'>``."""
    made: type[Exception] = Sealed(name, bases, {"__module__": module})
    python2_errors.register_class_text(made, f"class '{module}.{name}'")
    _SEALED.add(made)
    return made


def _repy(name: str, base: type) -> type[Exception]:
    return _new_class("exception_hierarchy", name, base)


RepyException = _repy("RepyException", Exception)
RepyArgumentError = _repy("RepyArgumentError", RepyException)
TimeoutError = _repy("TimeoutError", RepyException)
CodeUnsafeError = _repy("CodeUnsafeError", RepyException)
ContextUnsafeError = _repy("ContextUnsafeError", RepyException)
ResourceUsageError = _repy("ResourceUsageError", RepyException)
ResourceExhaustedError = _repy("ResourceExhaustedError", ResourceUsageError)
ResourceForbiddenError = _repy("ResourceForbiddenError", ResourceUsageError)
FileError = _repy("FileError", RepyException)
FileNotFoundError = _repy("FileNotFoundError", FileError)
FileInUseError = _repy("FileInUseError", FileError)
SeekPastEndOfFileError = _repy("SeekPastEndOfFileError", FileError)
FileClosedError = _repy("FileClosedError", FileError)
LockDoubleReleaseError = _repy("LockDoubleReleaseError", RepyException)
NetworkError = _repy("NetworkError", RepyException)
NetworkAddressError = _repy("NetworkAddressError", NetworkError)
AlreadyListeningError = _repy("AlreadyListeningError", NetworkError)
DuplicateTupleError = _repy("DuplicateTupleError", NetworkError)
CleanupInProgressError = _repy("CleanupInProgressError", NetworkError)
InternetConnectivityError = _repy("InternetConnectivityError", NetworkError)
AddressBindingError = _repy("AddressBindingError", NetworkError)
ConnectionRefusedError = _repy("ConnectionRefusedError", NetworkError)
LocalIPChanged = _repy("LocalIPChanged", NetworkError)
SocketClosedLocal = _repy("SocketClosedLocal", NetworkError)
SocketClosedRemote = _repy("SocketClosedRemote", NetworkError)
SocketWouldBlockError = _repy("SocketWouldBlockError", NetworkError)
TCPServerSocketInvalidError = _repy("TCPServerSocketInvalidError", NetworkError)

EXPORTED: dict[str, type[Exception]] = {
    made.__name__: made
    for made in (
        RepyException,
        RepyArgumentError,
        TimeoutError,
        CodeUnsafeError,
        ContextUnsafeError,
        ResourceUsageError,
        ResourceExhaustedError,
        ResourceForbiddenError,
        FileError,
        FileNotFoundError,
        FileInUseError,
        SeekPastEndOfFileError,
        FileClosedError,
        LockDoubleReleaseError,
        NetworkError,
        NetworkAddressError,
        AlreadyListeningError,
        DuplicateTupleError,
        CleanupInProgressError,
        InternetConnectivityError,
        AddressBindingError,
        ConnectionRefusedError,
        LocalIPChanged,
        SocketClosedLocal,
        SocketClosedRemote,
        SocketWouldBlockError,
        TCPServerSocketInvalidError,
    )
}
"""The classes that are builtins of a V2 program, by name."""

# V1: not nameable by programs.
_IOError: type[Exception] = python2_errors.EXCEPTIONS["IOError"]
NamespaceViolationError = _new_class("namespace", "NamespaceViolationError", Exception)
ThreadError = _new_class("thread", "error", Exception)
SocketError = _new_class("socket", "error", _IOError)
SocketTimeout = _new_class("socket", "timeout", SocketError)
SocketAddressError = _new_class("socket", "gaierror", SocketError)
