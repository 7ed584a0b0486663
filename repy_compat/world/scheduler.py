"""Real time: one heap of timers, reused workers, locks and signals that a stop ends.

A body that is due goes into ``_ready``; a worker thread takes it from there.
For every body in ``_ready`` that no worker is on its way for, an idle worker is
woken, or a thread started when none is idle. A worker that finishes takes the next
body before it goes idle, often its own successor: then nothing was switched at
all. So there are never more threads than bodies ran at once.

A body that is due later lies in ``_heap`` and costs no thread. One timer thread
sleeps until the first is due; it is there only while the heap isn't empty. A
cancelled body stays in the heap as an empty shell until it is due or until shells
are the majority.

Two rules make this safe against finalisers, which the collector may run inside
any of our calls and which may call us again in the same thread: the mutex is
reentrant, and code under it reads the state again after every call.
"""

from __future__ import annotations

import sys
from _collections import deque  # type: ignore[import-not-found]
from _heapq import heapify, heappop, heappush
from _thread import (
    RLock,
    allocate_lock,
    get_ident,
    stack_size,
    start_new_thread,
)
from errno import EAGAIN
from time import monotonic

from repy_compat.errors import InternalError, RunEnded
from repy_compat.world.base import Body, KeepAlive, Lock, Pending, Scheduler, Signal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _thread import LockType
    from collections.abc import Callable
    from types import TracebackType

STACK_SIZE = 8 << 20  # bytes of address space for each worker
SWITCH_INTERVAL = 0.001  # seconds; a woken event waits at most this per busy one
LONGEST_WAIT = 100_000.0  # seconds in one piece; longer waits are repeated
LINGER = 0.5  # seconds that the timer thread waits for another timer before it ends
RETRY = 0.05  # seconds until due bodies try again to get a thread

_new_object = object.__new__

# Reentrant: a finaliser in the middle of a start may start an event, too.
_stack_size_lock = RLock()


class RealScheduler(Scheduler):
    """The scheduler of a run against the operating system's clock and threads."""

    events_are_threads = True

    def __init__(self, *, started: float | None = None) -> None:
        """``started`` is the moment of time.monotonic() at which the run began."""
        self._start = monotonic() if started is None else started
        self._mutex = mutex = RLock()
        # On the busy roads in place of ``with``, which costs twice as much.
        self._enter = mutex.acquire
        self._leave = mutex.release
        self._ready: deque[_Job] = deque()
        self._idle: list[LockType] = []  # the gates of idle workers
        self._coming = 0  # workers woken or started that haven't looked at _ready yet
        self._heap: list[tuple[float, int, _Job]] = []
        self._sequence = 0
        self._shells = 0  # cancelled bodies that are still in the heap
        self._timer_thread = False
        self._timer_wake = allocate_lock()
        self._timer_wake.acquire()
        self._alive = 0  # bodies ready, running or pending, and keep-alives
        self._idle_waiters: deque[LockType] = deque()
        self._parked: set[LockType] = set()
        self._contended: dict[object, _RealLock] = {}  # by wait
        self._names: dict[int, str] = {}
        self._at_stop: list[Callable[[], None]] = []
        self._stopped = False
        self._defect: BaseException | None = None
        if sys.getswitchinterval() > SWITCH_INTERVAL:
            sys.setswitchinterval(SWITCH_INTERVAL)

    # Time

    def now(self) -> float:
        """Seconds since the run began; never decreases."""
        return monotonic() - self._start

    def sleep(self, seconds: float) -> None:
        """Block the calling event for at least ``seconds``; RunEnded after stop()."""
        if self._stopped:
            raise RunEnded
        end = monotonic() + seconds
        gate = None
        while (left := end - monotonic()) > 0:
            if gate is None:
                gate = allocate_lock()
                gate.acquire()
            self.park(gate, left)

    # Events

    def current_name(self) -> str:
        """Name of the calling event; ``MainThread`` for every thread not named here."""
        return self._names.get(get_ident(), "MainThread")

    def name_thread(self, name: str | None) -> None:
        """Name a thread of our own (a selector, say); None forgets the name."""
        if name is None:
            self._names.pop(get_ident(), None)
        else:
            self._names[get_ident()] = name

    def start(self, name: str, body: Body) -> None:
        """Run ``body`` in another event. OSError if the system has no thread left."""
        self._make_ready(_Job(self, name, body))

    def call_later(self, delay: float, name: str, body: Body) -> Pending:
        """Run ``body`` once ``delay`` seconds have passed; at once if not above 0.

        OSError if it is due at once and the system has no thread left.
        """
        job = _Job(self, name, body)
        if not delay > 0:
            self._make_ready(job)
            return job
        when = monotonic() + delay
        self._enter()
        try:
            if self._stopped:
                raise RunEnded
            self._sequence += 1
            job.in_heap = True
            heappush(self._heap, (when, self._sequence, job))
            self._alive += 1
            first = self._heap[0][2] is job
            start_timer = not self._timer_thread
            self._timer_thread = True
        finally:
            self._leave()
        if start_timer:
            try:
                self._start_timer_thread()
            except BaseException:
                job.cancel()
                raise
        elif first:
            _open(self._timer_wake)
        return job

    def _make_ready(self, job: _Job) -> None:
        """Queue a job and see to it that a worker comes for it."""
        self._enter()
        try:
            if self._stopped:
                raise RunEnded
            self._ready.append(job)
            self._alive += 1
            if len(self._ready) <= self._coming:
                return  # a worker that is on its way already has nothing else to do
        finally:
            self._leave()
        try:
            self._send_worker()
        except BaseException:
            with self._mutex:
                try:
                    self._ready.remove(job)
                except ValueError:
                    return  # a worker that finished has taken it meanwhile
                job.body = None
                # Nothing more: whoever waits for the last event isn't the
                # caller, and the caller is alive.
                self._alive -= 1
            raise

    def _send_worker(self) -> None:
        """If a ready body has no worker coming, wake or start one; else do nothing."""
        with self._mutex:
            if len(self._ready) <= self._coming:
                return
            self._coming += 1
            worker = self._idle.pop() if self._idle else None
        if worker is not None:
            worker.release()
            return
        try:
            start_thread(self._work)
        except BaseException:
            with self._mutex:
                self._coming -= 1
            raise

    def _work(self) -> None:
        """A worker's life: take a body, run it, take the next or go idle."""
        me = get_ident()
        names = self._names
        gate = allocate_lock()
        gate.acquire()
        coming, ran = 1, 0
        while True:
            self._enter()
            try:
                self._coming -= coming
                self._alive -= ran
                coming = ran = 0
                if not self._alive:
                    self._wake_idle_waiters()
                if self._stopped:
                    names.pop(me, None)
                    return
                body = None
                if self._ready:
                    job = self._ready.popleft()
                    body, job.body = job.body, None
                    if body is None:
                        continue  # cancelled after it was due
                    names[me] = job.name
                    del job
                else:
                    self._idle.append(gate)
            finally:
                self._leave()
            if body is None:
                names.pop(me, None)
                gate.acquire()
                coming = 1
                continue
            ran = 1
            try:
                body()
            except RunEnded:
                pass
            except BaseException as error:
                self._defect = self._defect or error
            del body

    def _wake_idle_waiters(self) -> None:
        """The last body or keep-alive is gone: tell who waits for it."""
        while self._idle_waiters:
            _open(self._idle_waiters.popleft())

    # Timers

    def _start_timer_thread(self) -> None:
        try:
            start_thread(self._run_timers)
        except BaseException:
            with self._mutex:
                self._timer_thread = False
            raise

    def _run_timers(self) -> None:
        """The timer thread: hand over what is due, sleep until the next is."""
        self.name_thread("(timers)")
        lingered = False
        while True:
            with self._mutex:
                due = self._hand_over_due()
                if self._stopped or (lingered and not due and not self._heap):
                    self._timer_thread = False
                    break
                wait = LINGER
                if self._heap:
                    wait = min(self._heap[0][0] - monotonic(), LONGEST_WAIT)
                lingered = not self._heap
            if due and not self._send_workers():
                wait, lingered = RETRY, False
            if wait > 0:
                self._timer_wake.acquire(timeout=wait)
        self.name_thread(None)

    def _hand_over_due(self) -> bool:
        """Move due bodies from the heap to the ready queue. Under the mutex.

        Whether the ready queue holds bodies.
        """
        now = monotonic()
        while self._heap and self._heap[0][0] <= now:
            job = heappop(self._heap)[2]
            job.in_heap = False
            if job.body is None:
                self._shells -= 1
            else:
                self._ready.append(job)
        return bool(self._ready)

    def _send_workers(self) -> bool:
        """Get a worker for each ready body; False if the system has no thread left.

        The bodies stay ready then: a worker that finishes takes them, or the
        timer thread tries again.
        """
        try:
            while len(self._ready) > self._coming:
                self._send_worker()
        except OSError:
            return False
        return True

    def _cancel(self, job: _Job) -> bool:
        self._enter()
        try:
            if self._shells > 64 and self._shells * 2 > len(self._heap):
                self._drop_shells()
            if job.body is None:
                return False
            # From here on nothing can fail any more.
            job.body = None
            self._shells += job.in_heap
            self._alive -= 1
            if not self._alive:
                self._wake_idle_waiters()
            return True
        finally:
            self._leave()

    def _drop_shells(self) -> None:
        """Rebuild the heap without cancelled bodies. Under the mutex."""
        self._heap[:] = [entry for entry in self._heap if entry[2].body is not None]
        heapify(self._heap)
        self._shells = 0

    # Locks, signals, waiting

    def new_lock(self) -> Lock:
        """A fresh lock."""
        # As a call of the class with a constructor of its own, at half the price.
        lock = _new_object(_RealLock)
        raw = allocate_lock()
        lock._raw = raw
        lock._scheduler = self
        lock.quick = raw.acquire
        lock.release = raw.release
        return lock

    def new_signal(self) -> Signal:
        """A fresh signal, lowered."""
        return _RealSignal(self)

    def park(self, gate: LockType, timeout: float | None = None) -> bool:
        """Wait until somebody releases ``gate``, a lock that is taken.

        At most ``timeout`` seconds; whether it was released. RunEnded if the
        run ends before or meanwhile.
        """
        self._parked.add(gate)
        try:
            # Registered first, looked second: stop() does it the other way
            # round, so one of the two sees the other.
            if self._stopped:
                raise RunEnded
            if timeout is None:
                opened = gate.acquire()
            else:
                opened = gate.acquire(timeout=max(0.0, min(timeout, LONGEST_WAIT)))
        finally:
            self._parked.discard(gate)
        if self._stopped:
            raise RunEnded
        return opened

    # The end

    def wait_until_idle(self) -> None:
        """Wait until no other event runs, is pending or is kept alive.

        InternalError if a body raised: bodies look after their own exceptions.
        """
        gate = allocate_lock()
        gate.acquire()
        while True:
            with self._mutex:
                if not self._alive:
                    break
                self._idle_waiters.append(gate)
            self.park(gate)
        if self._stopped:
            raise RunEnded
        if self._defect is not None:
            raise InternalError("an event's body raised") from self._defect

    def keep_alive(self) -> KeepAlive:
        """Keep wait_until_idle waiting until the result is released."""
        with self._mutex:
            self._alive += 1
        return _RealKeepAlive(self)

    def on_stop(self, function: Callable[[], None]) -> None:
        """Call ``function`` when the run is stopped; at once if it has been."""
        self._at_stop.append(function)
        if self._stopped:
            function()

    @property
    def stopped(self) -> bool:
        """Whether stop() was called."""
        return self._stopped

    def stop(self) -> None:
        """End of the run: no body starts any more, waiting calls raise RunEnded."""
        with self._mutex:
            self._stopped = True
            self._ready.clear()
            self._heap.clear()
            idle, self._idle[:] = list(self._idle), []
        for gate in idle:
            _open(gate)
        _open(self._timer_wake)
        for gate in list(self._parked):
            _open(gate)
        for lock in list(self._contended.values()):
            lock.let_go()
        for function in list(self._at_stop):
            function()


class _Job(Pending):
    """A body and the name of its event; ``body`` is None once started or cancelled."""

    __slots__ = ("_scheduler", "body", "in_heap", "name")

    def __init__(self, scheduler: RealScheduler, name: str, body: Body) -> None:
        self._scheduler = scheduler
        self.name = name
        self.body: Body | None = body
        self.in_heap = False

    def cancel(self) -> bool:
        """True if the body had not started and now never will."""
        return self._scheduler._cancel(self)


class _RealKeepAlive(KeepAlive):
    """One reason why the program isn't idle."""

    __slots__ = ("_scheduler",)

    def __init__(self, scheduler: RealScheduler) -> None:
        self._scheduler: RealScheduler | None = scheduler

    def release(self) -> None:
        """Stop holding; doing it again is harmless."""
        scheduler = self._scheduler
        if scheduler is None:
            return
        with scheduler._mutex:
            if self._scheduler is not None:
                self._scheduler = None
                scheduler._alive -= 1
                if not scheduler._alive:
                    scheduler._wake_idle_waiters()


class _RealLock(Lock):
    """A plain lock; only a contended acquire is known to the scheduler.

    ``release`` and ``quick`` are methods of the interpreter's own lock: nothing is as
    quick, and who waits for the lock gets the interpreter sooner.
    """

    __slots__ = ("_raw", "_scheduler", "quick", "release")

    _raw: LockType
    _scheduler: RealScheduler
    quick: Callable[[bool], bool]
    release: Callable[[], None]

    def acquire(self, blocking: bool = True) -> bool:
        """Take the lock; wait for it if ``blocking``. True when it was taken."""
        if self._raw.acquire(False):
            return True
        return bool(blocking) and self.wait()

    def locked(self) -> bool:
        """Whether somebody holds it now."""
        return self._raw.locked()

    def wait(self) -> bool:
        """Take the lock as soon as it is free; True. RunEnded if the run ends."""
        scheduler = self._scheduler
        contended = scheduler._contended
        wait = object()
        contended[wait] = self
        try:
            if scheduler._stopped:
                raise RunEnded
            self._raw.acquire()
        finally:
            del contended[wait]
        if scheduler._stopped:
            self.let_go()  # the next one that waits leaves, too
            raise RunEnded
        return True

    def let_go(self) -> None:
        """Release the lock whoever holds it, if anybody does."""
        _open(self._raw)

    def __enter__(self) -> None:
        if not self._raw.acquire(False):
            self.wait()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self.release()
        except RuntimeError:
            if not self._scheduler._stopped:
                raise
            raise RunEnded from None  # stop() took it to free those who waited


class _RealSignal(Signal):
    """A flag, and a gate for each event that waits for it. Takes no lock."""

    __slots__ = ("_flag", "_scheduler", "_waiting")

    def __init__(self, scheduler: RealScheduler) -> None:
        self._scheduler = scheduler
        self._flag = False
        self._waiting: deque[LockType] = deque()

    def set(self) -> None:
        """Raise the flag; every waiting event goes on."""
        self._flag = True
        waiting = self._waiting
        while waiting:
            try:
                gate = waiting.popleft()
            except IndexError:
                return
            _open(gate)

    def clear(self) -> None:
        """Lower the flag."""
        self._flag = False

    def is_set(self) -> bool:
        """Whether the flag is up."""
        return self._flag

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the flag is up, at most ``timeout`` seconds; whether it came.

        RunEnded after stop().
        """
        scheduler = self._scheduler
        if self._flag:
            return True
        gate = allocate_lock()
        gate.acquire()
        self._waiting.append(gate)
        try:
            if self._flag:
                return True
            if timeout is None:
                return scheduler.park(gate)
            end = monotonic() + timeout
            while (left := end - monotonic()) > 0:
                if scheduler.park(gate, left):
                    return True
            return self._flag
        finally:
            try:  # noqa: SIM105
                self._waiting.remove(gate)
            except ValueError:
                pass  # set() took it


def start_thread(function: Callable[[], None]) -> None:
    """Run ``function`` in a new thread of ours, with a stack of STACK_SIZE.

    OSError (EAGAIN) when the operating system refuses a thread.
    """
    with _stack_size_lock:
        before = stack_size(STACK_SIZE)
        try:
            start_new_thread(function, ())
        except RuntimeError as error:
            raise OSError(EAGAIN, "the system has no thread left") from error
        finally:
            stack_size(before)


def _open(gate: LockType) -> None:
    """Release a lock that may be free already."""
    try:  # noqa: SIM105 - a context manager costs ten times as much
        gate.release()
    except RuntimeError:
        pass
