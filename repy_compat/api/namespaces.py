"""Virtual namespaces: code that a program runs with globals of its own choice.

Repy V1 specification, section 16; Repy V2 specification, section 12. The same
check on the same terms as the program itself (threat class T9): the text is
compiled by the one compiler, and runs with the builtins of the run and with
nothing else but what the context holds.
"""

from __future__ import annotations

from repy_compat.api.boundary import (
    MISSING,
    check_string,
    copied_v1,
    invalid_type,
    parameters,
    wrong_call_v1,
    wrong_count_v2,
)
from repy_compat.api.copying import deep_copy
from repy_compat.api.exceptions import (
    CodeUnsafeError,
    ContextUnsafeError,
    Py2Exception,
    Py2SyntaxError,
    Py2ValueError,
)
from repy_compat.api.handles import make_handle
from repy_compat.api.making import wanted_names
from repy_compat.api.safedict import SafeDict, namespace_of, safedict_of
from repy_compat.errors import ProgramRejected
from repy_compat.python2.builtins import CALLABLE
from repy_compat.python2.names import DICTS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from repy_compat.api.runtime import Runtime
    from repy_compat.language.compiler import Program

_REFUSED = "Code failed safety check! Error: "
_BAD_CONTEXT = "Provided context is not safe! Exception: "


def build_v1(runtime: Runtime) -> dict[str, object]:
    """The function ``VirtualNamespace`` of a V1 run, if it wants it."""
    return wanted_names({"VirtualNamespace": _build_v1}, runtime)


def _build_v1(runtime: Runtime) -> Callable[..., object]:
    denied = runtime.fixed_gate("VirtualNamespace")

    def VirtualNamespace(*arguments: object, **keywords: object) -> object:
        found = parameters(("code", "name"), arguments, keywords)
        if found is None:
            raise wrong_call_v1("get_VirtualNamespace", arguments, keywords)
        code, name = found
        if name is MISSING:
            name = "<string>"
        if type(code) is not str or type(name) is not str:
            raise wrong_call_v1("get_VirtualNamespace", arguments, keywords)
        if denied is not None:
            raise Py2Exception(*denied.args)
        return _new_namespace_v1(runtime, _compile_v1(runtime, code, name), code)

    return VirtualNamespace


def _compile_v1(runtime: Runtime, code: str, name: str) -> Program:
    try:
        return runtime.compile(code, name)
    except ProgramRejected as error:
        said = error.reference_text if error.late else _REFUSED + error.reference_text
        _note_refusal(runtime, said, error, code)
        raise (Py2SyntaxError(said) if error.late else Py2ValueError(said)) from None


def _new_namespace_v1(runtime: Runtime, program: Program, code: str) -> object:
    subject = f"<virtual_namespace.VirtualNamespace instance at 0x{id(program):x}>"

    def evaluate(*arguments: object, **keywords: object) -> object:
        found = parameters(("context",), arguments, keywords)
        given = None if found is None else found[0]
        if type(given) not in DICTS and type(given) is not SafeDict:
            raise wrong_call_v1("evaluate", arguments, keywords, subject=subject)
        if type(given) in DICTS:
            given = copied_v1(given, "evaluate", arguments, keywords)
        return _evaluate(runtime, program, code, given, Py2ValueError)

    return make_handle(
        runtime.handle_class, "VirtualNamespace", subject, {"evaluate": evaluate}
    )


def build_v2(runtime: Runtime) -> dict[str, object]:
    """The function ``createvirtualnamespace`` of a V2 run, if it wants it."""
    return wanted_names({"createvirtualnamespace": _build_v2}, runtime)


def _build_v2(runtime: Runtime) -> Callable[..., object]:
    def createvirtualnamespace(*arguments: object, **keywords: object) -> object:
        if keywords or len(arguments) != 2:
            raise wrong_count_v2("createvirtualnamespace", 2, arguments, keywords)
        code = check_string(arguments[0])
        name = check_string(arguments[1])
        return _new_namespace_v2(runtime, _compile_v2(runtime, code, name), code)

    return createvirtualnamespace


def _compile_v2(runtime: Runtime, code: str, name: str) -> Program:
    try:
        return runtime.compile(code, name)
    except ProgramRejected as error:
        said = _REFUSED + _refusal_v2(error)
        _note_refusal(runtime, said, error, code)
        raise CodeUnsafeError(said) from None


def _refusal_v2(error: ProgramRejected) -> str:
    """What only Python 2's compiler finds is told as any syntax error."""
    if not error.late:
        return error.reference_text
    first = error.complaints[0]
    return f"(\"<type 'exceptions.SyntaxError'> {first.message} (line {first.line})\",)"


def _new_namespace_v2(runtime: Runtime, program: Program, code: str) -> object:
    def evaluate(*arguments: object, **keywords: object) -> object:
        if keywords or len(arguments) != 1:
            raise wrong_count_v2("evaluate", 1, arguments, keywords)
        given = arguments[0]
        if type(given) not in DICTS and type(given) is not SafeDict:
            raise invalid_type(given)
        if type(given) in DICTS:
            given = deep_copy(given, lenient=True)
        return _evaluate(runtime, program, code, given, ContextUnsafeError)

    return make_handle(
        runtime.handle_class,
        "VirtualNamespace",
        f"<virtual_namespace.VirtualNamespace object at 0x{id(program):x}>",
        {"evaluate": evaluate},
        iterated="<class 'virtual_namespace.VirtualNamespace'>",
    )


def _note_refusal(
    runtime: Runtime, said: str, error: ProgramRejected, code: str
) -> None:
    """Keep what a person should know of the refusal, should it end the run."""
    from repy_compat.api.refusals import Refusal

    runtime.refusal_of_code = Refusal(said, error.complaints, code)


def _evaluate(
    runtime: Runtime,
    program: Program,
    code: str,
    given: object,
    unsafe: type[Exception],
) -> SafeDict:
    """Run ``program`` in the given context and return the context.

    A SafeDict is used itself; a dictionary, which is a copy by now, becomes a
    new one. Exceptions of the code pass through.
    """
    context = given if type(given) is SafeDict else _as_safedict(runtime, given, unsafe)
    namespace = namespace_of(context)
    hidden = frozenset(CALLABLE & namespace.keys())
    if hidden:
        program = runtime.compile_hiding(code, program.filename, hidden)
    # The program's own context has some already, and no program can set them.
    namespace.setdefault("__builtins__", runtime.bare_builtins)
    exec(program.code, namespace)
    return context


def _as_safedict(runtime: Runtime, given: object, unsafe: type[Exception]) -> SafeDict:
    try:
        return safedict_of(given, runtime.dialect)
    except (TypeError, ValueError) as error:
        raise unsafe(f"{_BAD_CONTEXT}{error}") from None
