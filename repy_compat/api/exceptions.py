"""The exceptions that the API raises: V2's hierarchy and V1's nameless classes.

V2 programs know 27 of these classes by name (``EXPORTED``; Repy V2
specification, section 5) and may raise and subclass them. V1 programs can name
none, but see their texts in reports and may catch a base (Repy V1
specification, section 4.3).

Several programs of one process share these classes, so none may change them:
their metaclass refuses (threat class T2). A class that a program derives is
the program's own and stays open.
"""

from __future__ import annotations

from repy_compat.python2.errors import EXCEPTIONS, define

# Python 2's classes, for what the API raises with their meaning. The host's own
# would be translated on the way to the program; these are what it gets.
Py2Exception: type[Exception] = EXCEPTIONS["Exception"]
Py2AttributeError: type[Exception] = EXCEPTIONS["AttributeError"]
Py2IOError: type[Exception] = EXCEPTIONS["IOError"]
Py2KeyError: type[Exception] = EXCEPTIONS["KeyError"]
Py2OSError: type[Exception] = EXCEPTIONS["OSError"]
Py2StopIteration: type[Exception] = EXCEPTIONS["StopIteration"]
Py2SyntaxError: type[Exception] = EXCEPTIONS["SyntaxError"]
Py2TypeError: type[Exception] = EXCEPTIONS["TypeError"]
Py2ValueError: type[Exception] = EXCEPTIONS["ValueError"]


def _new_class(module: str, name: str, base: type) -> type[Exception]:
    """An exception class that shows as ``<class 'module.name'>`` and never changes."""
    made: type[Exception] = define(name, (base,), f"class '{module}.{name}'")  # type: ignore[assignment]
    return made


def _repy(name: str, base: type) -> type[Exception]:
    return _new_class("exception_hierarchy", name, base)


RepyException = _repy("RepyException", Py2Exception)
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
NamespaceViolationError = _new_class(
    "namespace", "NamespaceViolationError", Py2Exception
)
ThreadError = _new_class("thread", "error", Py2Exception)
SocketError = _new_class("socket", "error", Py2IOError)
SocketTimeout = _new_class("socket", "timeout", SocketError)
SocketAddressError = _new_class("socket", "gaierror", SocketError)
