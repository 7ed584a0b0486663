"""A Pygments lexer for Repy: ``*.repy``, ``*.r2py`` and ``*.mix``.

Pygments finds it through its entry point; ``pip install repy_compat[pygments]``.
"""

from __future__ import annotations

from pygments.lexer import bygroups, inherit, words  # type: ignore[import-untyped]
from pygments.lexers.python import Python2Lexer  # type: ignore[import-untyped]
from pygments.token import Comment, Keyword, Name, String, Text  # type: ignore[import-untyped]

# The API of both dialects, and the names that a program finds in its context.
_API = (
    "VirtualNamespace", "canceltimer", "createlock", "createthread",
    "createvirtualnamespace", "exitall", "file", "get_thread_name", "getlasterror",
    "getlock", "getmyip", "getresources", "getruntime", "getthreadname",
    "gethostbyname", "gethostbyname_ex", "listdir", "listenforconnection",
    "listenformessage", "listfiles", "log", "open", "openconn", "openconnection",
    "openfile", "randombytes", "randomfloat", "recvmess", "removefile", "sendmess",
    "sendmessage", "settimer", "sleep", "stopcomm", "waitforconn",
    "dy_import_module", "dy_import_module_symbols", "dy_dispatch_module",
)  # fmt: skip
_CONTEXT = ("_context", "callargs", "callfunc", "mycontext", "CHILD_CONTEXT",
            "CHILD_CONTEXT_DEF")  # fmt: skip
_V2_ERRORS = (
    "RepyException", "RepyArgumentError", "ResourceExhaustedError",
    "ResourceForbiddenError", "FileNotFoundError", "FileInUseError",
    "SeekPastEndOfFileError", "FileClosedError", "LockDoubleReleaseError",
    "SocketWouldBlockError", "SocketClosedLocal", "SocketClosedRemote",
)  # fmt: skip


class RepyLexer(Python2Lexer):
    """Repy V1 and V2: Python 2's words, the API's names and include lines."""

    name = "Repy"
    aliases = ["repy", "r2py"]
    filenames = ["*.repy", "*.r2py", "*.mix"]
    mimetypes = ["text/x-repy"]
    url = "https://seattle.poly.edu"

    tokens = {
        "root": [
            (
                r"^(include)( +)([^#\n]*?)([ \t]*)(#[^\n]*)?$",
                bygroups(Keyword.Namespace, Text, String, Text, Comment.Single),
            ),
            inherit,
        ],
        "builtins": [
            (words(_API, prefix=r"(?<!\.)", suffix=r"\b"), Name.Builtin),
            (words(_CONTEXT, prefix=r"(?<!\.)", suffix=r"\b"), Name.Builtin.Pseudo),
            (words(_V2_ERRORS, prefix=r"(?<!\.)", suffix=r"\b"), Name.Exception),
            inherit,
        ],
    }

    def analyse_text(text: str) -> float:
        """How likely a text is Repy: an include line in column 0 says so."""
        if text.startswith("include ") or "\ninclude " in text:
            return 0.6
        return 0.2 if "callfunc ==" in text or "mycontext[" in text else 0.0
