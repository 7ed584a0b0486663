"""Supervised runs from inside any Python program, threads or not.

A program with threads can't fork safely, and what it holds in memory would go
along. So the first run starts a small server process, without threads and with
our modules loaded; for each run it forks a supervisor, which forks the worker.
The caller sends along the far ends of the run's output and of a line of its own;
the run ends when the caller does, and the server when the last caller is gone.
"""

from __future__ import annotations

import os
import pickle
import sys
from _thread import RLock

from repy_compat.errors import InternalError, IsolationUnavailable, RepyError
from repy_compat.supervisor import supervise
from repy_compat.supervisor.capture import Capture, CapturedRun

TYPE_CHECKING = False
if TYPE_CHECKING:
    import socket
    from collections.abc import Sequence

    from repy_compat.supervisor.job import Job
    from repy_compat.supervisor.link import Body

#: Characters of each stream that are kept unless the caller says otherwise.
OUTPUT_LIMIT = 64 << 20
#: Seconds to wait for the end of a run that was called off.
_PATIENCE = 10.0

#: What the body of a Repy program needs, so that no worker has to load it.
_PRELOADED = (
    "repy_compat.supervisor.worker",
    "repy_compat.execution",
    "repy_compat.sandbox",
    "repy_compat.report",
    "repy_compat.foreseen",
    "repy_compat.language.compiler",
    "repy_compat.language.pipeline",
    "repy_compat.language.includes",
    "repy_compat.python2.builtins",
    "repy_compat.api.v1",
    "repy_compat.api.v1_files",
    "repy_compat.api.v1_network",
    "repy_compat.api.v2",
    "repy_compat.api.v2_files",
    "repy_compat.api.v2_network",
    "repy_compat.world.real",
    "socket",
    "select",
    "random",
)

_servers: dict[int, _Server] = {}
_calls: set[_Call] = set()
#: Held while a server or a call is made, and by whoever forks this process: a fork
#: meets nothing half-made. Reentrant for a signal handler that forks.
_making = RLock()


def run_captured(
    job: Job, body: Body, *, output_limit: int = OUTPUT_LIMIT
) -> CapturedRun:
    """Run ``body`` under supervision from any thread of any program.

    ``body`` travels to another process and has to be picklable: an object of a
    module's class, or a module's function. At most ``output_limit`` bytes of each
    stream are kept. IsolationUnavailable if this system can't start the server,
    or if ``job.strict`` and a wall is missing; OSError and UsageError as ``supervise``.
    """
    if not hasattr(os, "fork"):
        from repy_compat.supervisor.spawn import run_captured_spawned

        return run_captured_spawned(job, body, output_limit=output_limit)
    request = pickle.dumps(
        (sys.path, pickle.dumps((job, body), protocol=pickle.HIGHEST_PROTOCOL))
    )
    module = getattr(body, "__module__", type(body).__module__)
    try:
        call = _Call(_server_for_this_process(module), output_limit)
    except ConnectionError:
        # The server was ended by somebody: another takes its place.
        _forget_server()
        call = _Call(_server_for_this_process(module), output_limit)
    return call.make(request)


def _server_for_this_process(module: str) -> _Server:
    pid = os.getpid()
    with _making:
        if pid not in _servers:
            # One that was inherited by a fork belongs to the process before.
            _servers.clear()
            _servers[pid] = _Server(module)
        return _servers[pid]


def _forget_server() -> None:
    with _making:
        _servers.clear()


def _leave_to_the_parent() -> None:
    """In a process that the caller forked: the server and the calls aren't ours.

    With copies of their ends we would keep a run going when the caller has ended.
    """
    _making.release()
    for call in list(_calls):
        call.close()
    for server in list(_servers.values()):
        server.close()
    _servers.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_making.acquire,
        after_in_parent=_making.release,
        after_in_child=_leave_to_the_parent,
    )


class _Server:
    """The client's end of the server process."""

    def __init__(self, module: str) -> None:
        import socket
        import subprocess

        if not sys.executable:
            raise IsolationUnavailable("this program doesn't know its interpreter")
        self._control, far_end = socket.socketpair()
        root = os.path.dirname(os.path.dirname(os.path.dirname(__file__)))
        command = (
            f"import sys; sys.path.insert(0, {os.path.abspath(root)!r}); "
            "from repy_compat.supervisor.forkserver import serve; "
            f"serve({far_end.fileno()}, {module!r})"
        )
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-c", command],
                stdin=subprocess.DEVNULL,
                pass_fds=[far_end.fileno()],
                # What the workers never see needn't be in the memory they come from.
                env=_environment(),
                # Not in our group: Ctrl-C is for the caller, who ends his runs.
                start_new_session=True,
            )
        except OSError as error:
            raise IsolationUnavailable(f"no server process: {error}") from None
        finally:
            far_end.close()

    def send(self, descriptors: Sequence[int]) -> None:
        """Hand over the far ends of one run; ConnectionError if it's gone."""
        import array
        import socket

        ends = array.array("i", descriptors)
        self._control.sendmsg([b"r"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, ends)])

    def close(self) -> None:
        """Release this end; the server ends when nobody holds it any more."""
        self._control.close()


def _environment() -> dict[str, str]:
    """The variables without which the interpreter might not start."""
    needed = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "HOME", "PATH")
    return {name: os.environ[name] for name in needed if name in os.environ}


class _Call:
    """One run, from the caller's side."""

    def __init__(self, server: _Server, output_limit: int) -> None:
        import socket
        from contextlib import ExitStack

        # Where no descriptor is left, none of those that were made stays.
        with _making, ExitStack() as undo:
            self._output = Capture(output_limit)
            undo.callback(self._output.close)
            self._errors = Capture(output_limit)
            undo.callback(self._errors.close)
            self._line, far_line = socket.socketpair()
            undo.callback(self._line.close)
            entrances = self._output.entrance, self._errors.entrance
            with far_line:
                try:
                    server.send([far_line.fileno(), *entrances])
                except OSError as error:
                    raise ConnectionResetError(str(error)) from None
            self._output.close_entrance()
            self._errors.close_entrance()
            _calls.add(self)
            undo.pop_all()

    def make(self, request: bytes) -> CapturedRun:
        """Send the request; gather output until the result comes."""
        try:
            try:
                self._line.sendall(len(request).to_bytes(4, "big") + request)
            except OSError:
                raise InternalError("the server of supervised runs has ended") from None
            answer = self._gather()
        except BaseException:
            # Ctrl-C, say. When the caller goes on, nothing of the run does: its folder
            # may be about to be removed.
            self._call_off()
            raise
        finally:
            self.close()
        return self._result(answer)

    def _call_off(self) -> None:
        """End the run and wait for its end."""
        import socket

        self._output.close()
        self._errors.close()
        try:
            self._line.shutdown(socket.SHUT_WR)
            self._line.settimeout(_PATIENCE)
            while self._line.recv(65536):
                pass
        except OSError:
            # It has ended already, or it takes too long.
            return

    def _gather(self) -> bytes:
        import select

        poll = select.poll()
        sources = {
            self._output.exit: self._output,
            self._errors.exit: self._errors,
        }
        for descriptor in (self._line.fileno(), *sources):
            poll.register(descriptor, select.POLLIN)
        answer = bytearray()
        line_open = True
        while line_open or sources:
            for descriptor, _ in poll.poll():
                if descriptor in sources:
                    if not sources[descriptor].take():
                        poll.unregister(descriptor)
                        del sources[descriptor]
                    continue
                try:
                    data = self._line.recv(65536)
                except ConnectionError:
                    data = b""
                answer += data
                if not data:
                    line_open = False
                    poll.unregister(descriptor)
        return bytes(answer)

    def _result(self, answer: bytes) -> CapturedRun:
        if not answer:
            raise InternalError("the supervisor of the run ended without a word")
        # From our own supervisor, who has seen what the worker sent as plain values.
        result = pickle.loads(answer)
        if isinstance(result, Exception):
            raise result
        truncated = self._output.truncated or self._errors.truncated
        return CapturedRun(
            result, self._output.content(), self._errors.content(), truncated
        )

    def close(self) -> None:
        """Release our ends; a run that still goes on ends."""
        _calls.discard(self)
        self._line.close()
        self._output.close()
        self._errors.close()


# -- the server's side


def serve(control_descriptor: int, module: str) -> None:
    """What the server process does: a supervisor for each request, until the end."""
    import _signal  # type: ignore[import-not-found]
    import socket

    from repy_compat.supervisor import watch  # noqa: F401  (loaded once for all)

    # The kernel reaps the supervisors: nobody asks for their status.
    _signal.signal(_signal.SIGCHLD, _signal.SIG_IGN)
    control = socket.socket(fileno=control_descriptor)
    control.set_inheritable(False)
    _preload(module)
    while True:
        # One byte a request: the descriptors of two are never mixed.
        data, descriptors, _, _ = socket.recv_fds(control, 1, 3)
        if not data:
            return
        if len(descriptors) == 3 and _fork_supervisor():
            control.close()
            _supervise_request(*descriptors)
            os._exit(0)
        for descriptor in descriptors:
            os.close(descriptor)


def _preload(module: str) -> None:
    """Load what the bodies need, once for all workers."""
    import _ctypes  # noqa: F401
    import mmap  # noqa: F401
    import resource  # noqa: F401

    for name in (module, *_PRELOADED):
        try:
            __import__(name)
        except Exception:
            # If a body needs it, its own import says so to somebody who can hear.
            continue


def _fork_supervisor() -> bool:
    """True in the new process; False in the server, also if there is none."""
    try:
        return os.fork() == 0
    except OSError:
        return False


def _supervise_request(line_descriptor: int, stdout: int, stderr: int) -> None:
    """Serve one request; nothing of it may come back into the server's loop."""
    import _signal
    import socket

    from repy_compat.supervisor.worker import import_nothing_from

    try:
        _signal.signal(_signal.SIGCHLD, _signal.SIG_DFL)
        line = socket.socket(fileno=line_descriptor)
        try:
            # The body's module lies where the caller would find it.
            sys.path[:], request = pickle.loads(_read_request(line))
            job, body = pickle.loads(request)
            import_nothing_from(job.folder)
            answer: object = supervise(
                job, body, stdout=stdout, stderr=stderr, leash=line_descriptor
            )
        except (RepyError, OSError) as error:
            answer = error
        except Exception as error:
            answer = InternalError(f"{type(error).__name__}: {error}")
        os.close(stdout)
        os.close(stderr)
        line.sendall(pickle.dumps(answer))
        line.close()
    finally:
        os._exit(0)


def _read_request(line: socket.socket) -> bytes:
    data = b""
    size = 4
    while len(data) < size:
        piece = line.recv(65536)
        if not piece:
            os._exit(0)
        data += piece
        if len(data) >= 4:
            size = 4 + int.from_bytes(data[:4], "big")
    return data[4:]
