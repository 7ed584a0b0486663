"""Names that a program misses because they belong to another dialect or to a layer.

``name 'openfile' is not defined`` says little to whoever runs a V2 program as V1,
or runs without its security layer a program that was written for one.
"""

from __future__ import annotations

import re

# Names of the one dialect, and what does the same in the other, if anything does.
_OF_V2 = {
    "openfile": "open",
    "listfiles": "listdir",
    "openconnection": "openconn",
    "listenforconnection": "waitforconn",
    "sendmessage": "sendmess",
    "listenformessage": "recvmess",
    "gethostbyname": "gethostbyname_ex",
    "createvirtualnamespace": "VirtualNamespace",
    "randombytes": "randomfloat",
    "getresources": "",
    "getlasterror": "",
    "dy_import_module": "an include line",
    "dy_import_module_symbols": "an include line",
}
_OF_V1 = {
    "settimer": "createthread",
    "canceltimer": "",
    "getlock": "createlock",
    "get_thread_name": "getthreadname",
    "stopcomm": "the method close",
    **{theirs: ours for ours, theirs in _OF_V2.items() if theirs.isidentifier()},
}
_CALLS_OF_V2 = ("openfile", "listfiles", "removefile", "createlock", "openconnection")
_MISSING = re.compile(r".*'exceptions\.NameError'\): (?:global )?name '(\w+)' is not ")


def advice(conclusion: str, dialect_name: str) -> str:
    """A sentence about the name that a report's last line says is missing, or nothing.

    ``dialect_name`` is ``"V1"`` or ``"V2"``.
    """
    missing = _MISSING.match(conclusion)
    if missing is None:
        return ""
    name = missing[1]
    other, elsewhere = ("V2", _OF_V2) if dialect_name == "V1" else ("V1", _OF_V1)
    if name in elsewhere:
        same = elsewhere[name]
        instead = f", where Repy {dialect_name} has {same}" if same else ""
        return f"{name} is of Repy {other}{instead}: --dialect {other} runs it as that"
    if name.lower().endswith(_CALLS_OF_V2):
        return f"{name} isn't of Repy; was the security layer left out that defines it?"
    return ""
