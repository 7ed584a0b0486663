"""``repyportability``: the Repy API as plain Python functions.

``from repy_compat.porting.repyportability import *`` gives a Python program the API
unwrapped and unrestricted (Repy V1 specification, section 19.2): V1's functions
under their names, with ``open`` and ``file`` being Repy's, and those of V2 that V1
doesn't have. Values cross the border as ``repy_compat.porting.border`` says.

``initialize_restrictions`` switches rules, limits and metering on for everything
that was or will be imported into this process; ``override_restrictions`` switches
them off again. Share of the processor, memory and disk are never metered.
"""

from __future__ import annotations

import builtins

from repy_compat.api.exceptions import EXPORTED
from repy_compat.api.safedict import new_safedict
from repy_compat.language.dialect import Dialect
from repy_compat.limits.restrictions import Limits
from repy_compat.porting.border import from_repy, new_function, to_repy
from repy_compat.porting.home import RepyModule, public_names, trusted_home

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, MutableMapping

#: Python's own; ``file`` has no other heir.
originalopen = originalfile = builtins.open

#: the ports that ``getresources`` reports
port_list = list(range(60000, 65000))

#: what ``getresources`` reports as limits
default_restrictions: dict[str, object] = {
    "cpu": 1.0,
    "memory": 150000000000,
    "diskused": 10000000000,
    "events": 1000,
    "filesopened": 500,
    "insockets": 500,
    "outsockets": 500,
    "fileread": 10000000,
    "filewrite": 10000000,
    "netsend": 1000000,
    "netrecv": 1000000,
    "loopsend": 100000000,
    "looprecv": 100000000,
    "lograte": 3000000,
    "random": 10000,
    "messport": set(port_list),
    "connport": set(port_list),
}

#: what ``getresources`` reports as used; nothing is metered
resource_used: dict[str, object] = dict.fromkeys(default_restrictions, 0)
resource_used.update(messport=set(), connport=set())


def override_restrictions() -> None:
    """Switch all rules, limits and metering off, as they are at first."""
    trusted_home().trust()


def initialize_restrictions(filename: str) -> None:
    """Read a restrictions file and switch its rules, limits and metering on.

    Raises RestrictionsError if the file can't be read or understood.
    """
    trusted_home().restrict(Limits.from_file(filename))


def enable_restrictions() -> None:
    """Switch the restrictions on that were read last.

    Raises ValueError if none were.
    """
    trusted_home().restrict()


def initialize_safe_module() -> None:
    """Accepted for old programs: imports always work after code was evaluated."""


def getresources() -> tuple[dict[str, object], dict[str, object], list[object]]:
    """Limits, use and stop times; not those of this process."""
    return default_restrictions, resource_used, []


def add_dy_support(module_globals: MutableMapping[str, object]) -> None:
    """Define V2's dynamic linking in a module: ``add_dy_support(locals())``.

    ``dy_import_module(name)`` returns a module, ``dy_import_module_symbols(name)``
    puts a file's names into this module, ``dy_dispatch_module()`` runs the file that
    ``callargs[0]`` names. All raise ImportError if there is no such file.
    """

    def load(filename: str, callfunc: str, given: Iterable[str]) -> RepyModule:
        extra = {name: to_repy(module_globals[name]) for name in given}
        return trusted_home().import_dynamically(filename, callfunc, extra)

    def dy_import_module(
        filename: str, callfunc: str = "import", additional_globals: Iterable[str] = ()
    ) -> RepyModule:
        """The module of a V2 file; the same file gives the same module."""
        return load(filename, callfunc, additional_globals)

    def dy_import_module_symbols(filename: str, callfunc: str = "import") -> None:
        """Put the public names of a V2 file into the module."""
        module = load(filename, callfunc, ())
        inner = module.__dict__["__repy__"]
        for name in public_names(inner, trusted_home().api("V2")):
            module_globals[name] = from_repy(inner[name])

    def dy_dispatch_module() -> None:
        """Run the V2 file that ``callargs[0]`` of the module names."""
        arguments = list(module_globals.get("callargs") or [])  # type: ignore[call-overload]
        if arguments:
            home = trusted_home()
            found = home.find(arguments[0])
            if found is None:
                raise ImportError(f"Failed to locate the module! '{arguments[0]}'")
            module = RepyModule("__dispatched__")
            home.execute(module, found, callfunc="initialize", callargs=arguments[1:])

    for function in (dy_import_module, dy_import_module_symbols, dy_dispatch_module):
        module_globals[function.__name__] = function
    module_globals["HAS_DYLINK"] = True


def _restricted_calls() -> dict[str, Callable[..., object]]:
    """The switches, under the names that old programs look them up by."""
    return {
        "restrictions.override": override_restrictions,
        "restrictions.enable": enable_restrictions,
        "restrictions.initialize": initialize_restrictions,
    }


def _api() -> dict[str, object]:
    """V1's functions, and those of V2 whose names V1 doesn't have."""
    home = trusted_home()
    functions = {**home.api("V2"), **home.api("V1")}
    del functions["getresources"]
    return {name: new_function(function) for name, function in functions.items()}


def _new_context() -> object:
    """A SafeDict with the wrapped API, ``mycontext`` and itself."""
    home = trusted_home()
    namespace: dict[str, object] = {**home.api("V2"), **home.api("V1")}
    namespace["mycontext"] = home.mycontext
    context = new_safedict(namespace, Dialect.V1)
    namespace["_context"] = context
    return from_repy(context)


oldrestrictioncalls = _restricted_calls()
globals().update(_api())
globals().update(EXPORTED)
_context = usercontext = _new_context()

# Three exception classes of V2 have names of Python's own. They are attributes of
# this module, but ``import *`` mustn't hide Python's, which catch them too.
_HIDING = frozenset(vars(builtins))
__all__ = [
    *trusted_home().api("V1"),
    *(
        name
        for name in trusted_home().api("V2")
        if name not in trusted_home().api("V1")
    ),
    *(name for name in EXPORTED if name not in _HIDING),
    "SafeDict",
    "add_dy_support",
    "enable_restrictions",
    "getresources",
    "initialize_restrictions",
    "initialize_safe_module",
    "oldrestrictioncalls",
    "originalfile",
    "originalopen",
    "override_restrictions",
    "port_list",
    "usercontext",
]
__all__ = list(dict.fromkeys(__all__))
SafeDict = from_repy(trusted_home().access.builtins("V1")["SafeDict"])


def __getattr__(name: str) -> object:
    """``mycontext`` is the one that the modules of the process share now."""
    if name == "mycontext":
        return trusted_home().mycontext
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
