"""The border between Python 3 values and Repy values."""

from __future__ import annotations

import enum
import functools
import threading
from collections import OrderedDict, namedtuple
from pathlib import Path
from types import ModuleType

import pytest

from repy_compat import import_repy
from repy_compat.porting.border import BorderError, as_bytes
from repy_compat.porting.raising import OldStyleRaised

PROGRAM = """
def echo(value):
  return value

def call(function, *arguments):
  return function(*arguments)

def length(value):
  return len(value)

def type_name(value):
  return str(type(value))

def first_items(values, count):
  found = []
  for value in values:
    found.append(value)
    if len(found) == count:
      break
  return found

def append(values, value):
  values.append(value)

class Old:
  def __init__(self, value):
    self.value = value
  def get(self, more=None):
    return (self.value, more)
  def __str__(self):
    return "Old of " + str(self.value)

class New(object):
  def __init__(self, value):
    self.value = value

class Mine(Exception):
  pass

class MyIO(IOError):
  pass

class OldError:
  def __init__(self, code):
    self.code = code

def fail(how):
  if how == 'mine': raise Mine("text")
  if how == 'io': open("no/such/file")
  if how == 'myio': raise MyIO(2, "gone")
  if how == 'zero': return 1 / 0
  if how == 'key': return {}['k']
  if how == 'index': return [][3]
  if how == 'type': return 1 + "x"
  if how == 'old': raise OldError(7)

def kind_of_failure(function):
  try:
    return function()
  except IOError, e:
    return 'IOError', e.errno, str(e)
  except ValueError, e:
    return 'ValueError', str(e)
  except Exception, e:
    return 'Exception', str(e)

def catch_os_error(function):
  try:
    function()
  except OSError, e:
    return e.strerror

def raise_again(function):
  try:
    function()
  except Exception, e:
    raise e

def pass_on(function):
  try:
    return function()
  except Mine:
    raise
"""


@pytest.fixture(scope="module")
def repy(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """A module of Repy code."""
    path: Path = tmp_path_factory.mktemp("border") / "border.repy"
    path.write_text(PROGRAM, "utf-8")
    return import_repy(path)


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        False,
        0,
        -1,
        2**80,
        1.5,
        2j,
        "",
        "text",
        "\xe4\xff\x00",
        (1, "a"),
        {1: [2]},
    ],
)
def test_plain_values_cross_unchanged(repy: ModuleType, value: object) -> None:
    """Numbers, None and strings of characters 0-255 are the same on both sides."""
    result = repy.echo(value)
    assert result == value
    assert type(result) is type(value)


@pytest.mark.parametrize(
    "text", ["\u20ac", "a\u0100", "\ud800", ["x", "\u20ac"], {"\u20ac": 1}, ("\u20ac",)]
)
def test_text_outside_latin_1_is_refused(repy: ModuleType, text: object) -> None:
    """A string that isn't bytes is an error that names it, wherever it's hidden."""
    with pytest.raises(BorderError, match="can't become a Repy byte string"):
        repy.echo(text)


def test_error_names_value_and_character(repy: ModuleType) -> None:
    """The message shows the value, the character and where it is."""
    with pytest.raises(BorderError, match=r"'5 \u20ac'.*U\+20AC at index 2"):
        repy.echo("5 \u20ac")


@pytest.mark.parametrize("value", [b"a\xff", bytearray(b"a\xff"), memoryview(b"a\xff")])
def test_bytes_become_byte_strings(repy: ModuleType, value: bytes) -> None:
    """Bytes become the Repy string with one character for each."""
    assert repy.length(value) == 2
    assert repy.type_name(value) == "<type 'str'>"
    assert as_bytes(repy.echo(value)) == bytes(value)


def test_as_bytes_refuses_text() -> None:
    """What can't be a byte string has no bytes."""
    with pytest.raises(BorderError):
        as_bytes("\u20ac")


def test_containers_are_shared(repy: ModuleType) -> None:
    """A list that needs no conversion is the same list on both sides."""
    values: list[object] = [1]
    repy.append(values, "x")
    assert values == [1, "x"]
    assert repy.echo(values) is values


def test_cycles_cross(repy: ModuleType) -> None:
    """A list that holds itself crosses, also when it has to be copied."""
    values: list[object] = [1]
    values.append(values)
    assert repy.echo(values) is values
    values.append(b"x")
    copy = repy.echo(values)
    assert copy is not values and copy[1] is copy and copy[2] == "x"


@pytest.mark.parametrize(
    "value", [{b"a": 1, "a": 2}, {b"a", "a"}, {(b"a",): 1, ("a",): 2}]
)
def test_lost_members_are_refused(repy: ModuleType, value: object) -> None:
    """A conversion that would make two keys one is refused."""
    with pytest.raises(BorderError, match="become one"):
        repy.echo(value)


@pytest.mark.parametrize(
    "value",
    [
        {"a": 1}.keys(),
        {"a": 1}.values(),
        {"a": 1}.items(),
        range(3),
        map(str, [1]),
        zip([1]),
    ],
)
def test_views_become_lists(repy: ModuleType, value: object) -> None:
    """What was a list in Python 2 is one in Repy."""
    assert repy.type_name(value) == "<type 'list'>"


def test_generators_are_read_as_wanted(repy: ModuleType) -> None:
    """A generator is never read further than Repy code does; items are converted."""

    def numbers() -> object:
        yield b"1"
        yield "2"
        raise AssertionError

    assert repy.first_items(numbers(), 2) == ["1", "2"]
    generator = numbers()
    assert repy.echo(generator) is generator
    with pytest.raises(BorderError):
        repy.first_items(iter(["\u20ac"]), 1)


class _Colour(enum.IntEnum):
    RED = 1


class _Text(str):
    pass


@pytest.mark.parametrize("value", [_Colour.RED, _Text("x"), [_Text("x")]])
def test_scalars_of_other_classes_are_refused(repy: ModuleType, value: object) -> None:
    """An enum or a subclass of str is an error, not a value that lost its class."""
    with pytest.raises(BorderError, match=r"(int|str)\(\.\.\.\)"):
        repy.echo(value)


def test_container_subclasses(repy: ModuleType) -> None:
    """They cross as they are, and are refused if they'd have to be converted."""
    pair = namedtuple("pair", "a b")
    for value in (OrderedDict(a=1), pair(1, "x")):
        assert repy.echo(value) is value
    for value in (OrderedDict(a=b"x"), [pair(1, b"x")]):
        with pytest.raises(BorderError):
            repy.echo(value)


class _Plain:
    def method(self, value: object) -> object:
        return value


def test_python_objects_cross_as_they_are(repy: ModuleType) -> None:
    """An instance of a Python class keeps its identity, and its class."""
    thing = _Plain()
    assert repy.echo(thing) is thing
    assert repy.echo(_Plain) is _Plain
    assert repy.echo([thing])[0] is thing


# --- functions ------------------------------------------------------------------


def test_functions_come_back_as_themselves(repy: ModuleType) -> None:
    """Functions of either side are the same after a round trip."""

    def mine() -> None:
        pass

    assert repy.echo(mine) is mine
    assert repy.echo(repy.echo) is repy.echo
    assert repy.echo({"f": mine})["f"] is mine


@pytest.mark.parametrize(
    "function",
    [
        lambda v: v,
        _Plain().method,
        functools.partial(lambda a, b: b, 1),
        str.upper,
        len,
    ],
)
def test_callables_are_called(repy: ModuleType, function: object) -> None:
    """Whatever can be called in Python can be called from Repy."""
    assert repy.call(function, "A") == function("A")  # type: ignore[operator]


def test_callback_values_are_converted(repy: ModuleType) -> None:
    """Arguments and results of Python callbacks cross the border, too."""
    assert repy.call(lambda: b"x") == "x"
    assert repy.call(lambda old: old.get(b"m"), repy.Old(1)) == (1, "m")
    with pytest.raises(BorderError):
        repy.call(lambda: "\u20ac")


def test_callbacks_on_threads_of_repy(repy: ModuleType) -> None:
    """A Python function as a timer's callback runs on a thread of Repy's."""
    from repy_compat.porting import repyportability

    done = threading.Event()
    seen: list[object] = []

    def callback(*arguments: object) -> None:
        seen.extend([*arguments, threading.get_ident()])
        done.set()

    repyportability.settimer(0.0, callback, (b"x", 2))  # type: ignore[attr-defined]
    assert done.wait(10)
    assert seen[:2] == ["x", 2]
    assert seen[2] != threading.get_ident()


# --- objects ----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Old", "New"])
def test_instances(repy: ModuleType, name: str) -> None:
    """Attributes, classes and identity of Repy's instances are seen from Python."""
    cls = getattr(repy, name)
    thing = cls(b"v")
    assert thing.value == "v"
    assert isinstance(thing, cls)
    assert repy.echo(thing) is thing
    thing.value = b"w"
    assert thing.value == "w"
    with pytest.raises(BorderError):
        thing.value = "\u20ac"
    with pytest.raises(AttributeError):
        thing.nothing  # noqa: B018
    assert thing == thing and thing != cls(1) and len({thing, thing}) == 1


def test_methods_and_texts(repy: ModuleType) -> None:
    """Methods convert, and str() is Repy's."""
    thing = repy.Old(3)
    assert thing.get(more=b"m") == (3, "m")
    assert str(thing) == "Old of 3"
    assert repr(thing) == "Old of 3" or repr(thing).startswith("<")
    assert repy.echo(repy.Old) is repy.Old
    assert repr(repy.Old) == "<Repy class .Old>"


def test_python_class_below_a_repy_class(repy: ModuleType) -> None:
    """A Python class can derive from a Repy class."""

    class Below(repy.Old):  # type: ignore[name-defined, misc]
        def more(self) -> object:
            return self.value

    thing = Below(5)
    assert repy.echo(thing).get() == (5, None)
    assert isinstance(repy.echo(thing), repy.Old)


def test_handles() -> None:
    """Locks and files of Repy are used from Python."""
    from repy_compat.porting import repyportability

    lock = repyportability.getlock()  # type: ignore[attr-defined]
    assert lock.acquire() is True
    assert lock.acquire(False) is False
    lock.release()
    with pytest.raises(Exception, match="release unlocked lock"):
        lock.release()


# --- exceptions -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("how", "cls"),
    [
        ("io", OSError), ("io", IOError), ("myio", OSError), ("zero", ZeroDivisionError),
        ("zero", ArithmeticError), ("key", KeyError), ("key", LookupError),
        ("index", IndexError), ("type", TypeError), ("old", OldStyleRaised),
    ],
)  # fmt: skip
def test_repy_exceptions_by_class(repy: ModuleType, how: str, cls: type) -> None:
    """Python's except clauses catch Repy's exceptions."""
    with pytest.raises(cls):
        repy.fail(how)


def test_classes_of_the_file(repy: ModuleType) -> None:
    """A file's own exception classes are named in except clauses."""
    with pytest.raises(repy.Mine, match="^text$"):
        repy.fail("mine")
    with pytest.raises(repy.MyIO) as found:
        repy.fail("myio")
    assert found.value.errno == 2


def test_texts_are_python_2s(repy: ModuleType) -> None:
    """The text of an error is the one that the library's authors knew."""
    with pytest.raises(ZeroDivisionError, match="integer division or modulo by zero"):
        repy.fail("zero")


def test_tools_of_python_work_on_them(repy: ModuleType) -> None:
    """What leaves Repy code has the methods that Python's libraries call."""
    for how in ("mine", "io", "zero"):
        with pytest.raises(Exception) as found:
            repy.fail(how)
        error = found.value
        assert error.with_traceback(None) is error
        assert error.__traceback__ is None


def test_old_style_exception(repy: ModuleType) -> None:
    """An old-style instance that was raised is at hand."""
    with pytest.raises(OldStyleRaised) as found:
        repy.fail("old")
    assert found.value.value.code == 7  # type: ignore[attr-defined]
    assert isinstance(found.value.value, repy.OldError)


class _Own(Exception):
    def __str__(self) -> str:
        return "own text \u20ac"


def _raises(error: BaseException) -> object:
    def function() -> object:
        raise error

    return function


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (FileNotFoundError(2, "No such file", "x"), ("IOError", 2, "[Errno 2] No such file: 'x'")),
        (ValueError("v"), ("ValueError", "v")),
        (UnicodeDecodeError("utf-8", b"x", 0, 1, "why"), None),
        (_Own(1, 2), ("Exception", "own text \\u20ac")),
        (KeyError("k"), ("Exception", "'k'")),
        (ValueError("\u20ac"), ("ValueError", "\\u20ac")),
    ],
)  # fmt: skip
def test_python_exceptions_in_repy(
    repy: ModuleType, error: BaseException, expected: object
) -> None:
    """Repy's except clauses catch Python's exceptions by Python 2's classes."""
    found = repy.kind_of_failure(_raises(error))
    if expected is None:
        assert found[0] == "ValueError"
    else:
        assert found == expected


def test_os_error_is_caught_as_either(repy: ModuleType) -> None:
    """Python 3 merged IOError and OSError; both clauses catch it."""
    assert repy.catch_os_error(_raises(OSError(5, "bad"))) == "bad"


@pytest.mark.parametrize("error", [FileNotFoundError(2, "n"), _Own(), ValueError("v")])
def test_exceptions_pass_through(repy: ModuleType, error: Exception) -> None:
    """What a callback raised comes out as the very exception, also if re-raised."""
    for through in (repy.call, repy.pass_on):
        with pytest.raises(type(error)) as found:
            through(_raises(error))
        assert found.value is error
    if type(error) is not ValueError:
        with pytest.raises(type(error)):
            repy.raise_again(_raises(error))


def test_keyboard_interrupt_passes(repy: ModuleType) -> None:
    """No except Exception of Repy code stops an interrupt."""
    with pytest.raises(KeyboardInterrupt):
        repy.kind_of_failure(_raises(KeyboardInterrupt()))


@pytest.mark.parametrize("kind", ["set", "frozenset"])
def test_sets_are_converted_with_what_they_hold(tmp_path: Path, kind: str) -> None:
    """A Repy set of instances becomes a set of what stands for them."""
    text = f"class K: pass\nk = K()\ndef give(): return {kind}([k, 1])\n"
    text += "def count(items): return len(items)\n"
    (tmp_path / "sets.repy").write_text(text)
    module = import_repy(str(tmp_path / "sets.repy"))
    given = module.give()
    assert module.k in given and 1 in given and len(given) == 2
    assert module.count(given) == 2
