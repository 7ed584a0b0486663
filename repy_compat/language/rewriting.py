"""What only Python 2 has, rewritten where it stands, so that Python 3 can read it.

:func:`rewrite` turns the pieces of a text that Python 3 would read differently
into something from which :mod:`repy_compat.language.convert` makes Python 2's
tree:

===========================  =============================================
``print a, b,``              ``ǀprint([a, b,],0)``
``print >>f, a``             ``ǀprint_to([f, a],1)``
``raise E, v``               ``raise ǀraise(E, v)``
``except E, t:``             ``except ǀexcept(E, t):``
``exec a in b``              ``ǀexec(a in b)``
```a, b```                    ``ǀrepr(a, b)``
``def f(a, (b, c)):``        ``def f(a, ǀtuple1):`` and the text ``(b, c)``
``[x for x in 1, 2]``        ``[x for x in (1, 2)]``
``10L``, ``0777``, ``<>``    ``u'ǀ10'``, ``0o777``, ``!=``
``True``, ``async``          ``ǀTrue``, ``ǀasync``
===========================  =============================================

Line ends stay where they are, so every line number survives. No program can
write a name that begins with U+01C0, since names are ASCII.

The rewriting never refuses anything. Where Python 3 might take what Python 2
refuses, it marks the text *suspicious*, and the exact grammar of
:mod:`repy_compat.language.grammar` decides.
"""

from __future__ import annotations

from .tokens import PIECE, PRIVATE, has_bad_escape, rewrite_literal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

# Kinds of pieces. A piece of kind PLAIN is the same in both languages.
PLAIN, NEWLINE, OPEN, CLOSE, REPLACE, NUMBER, WORD, JOIN, SUSPECT, UNICODE, STAR = (
    range(11)
)

# Words that Python 2 takes for names and Python 3 doesn't.
RENAMED_WORDS = frozenset(["True", "False", "async", "await", "nonlocal"])
_SPECIAL_WORDS = frozenset(["print", "exec", "raise", "except", "def", "lambda", "for"])
# Words that go on with the statement of the lines before.
_CONTINUING_WORDS = frozenset(["else", "elif", "except", "finally"])
# As many digits as any Python converts, however its limit is set.
_DIGITS = 640
# The least size of a chunk of a large text, in pieces.
_CHUNK = 10_000
# Words whose presence makes a program refused anyway: the grammar may decide.
_SUSPECT_WORDS = frozenset(["with", "yield", "import", "from", "global"])


class Rewritten:
    """A program's text as Python 3 can read it, and what it takes to undo that.

    ``text`` has the lines of the original. ``suspicious`` asks for the exact
    grammar. ``tuple_parameters`` gives the text and the line of each parameter
    that was written as a tuple, by its private name. ``renamed`` tells whether
    there are private words or long literals in the text. ``bad_escape`` is the
    line of the first ``\\x`` without two digits, or 0. ``pieces`` are the
    pieces of the original and ``output`` what they became. ``chunks`` is the text
    cut in front of statements outside of all blocks, if it is a large one.
    """

    __slots__ = (
        "text", "suspicious", "tuple_parameters", "renamed", "bad_escape",
        "pieces", "output", "chunks",
    )  # fmt: skip

    def __init__(self, pieces: list[str]) -> None:
        self.pieces = pieces
        self.output = pieces[:]
        self.text = ""
        self.chunks: list[str] = []
        self.suspicious = False
        self.tuple_parameters: dict[str, tuple[str, int]] = {}
        self.renamed = False
        self.bad_escape = 0

    def forget_pieces(self) -> None:
        """Frees what only the rewriting needs: a large text has many pieces."""
        self.pieces = self.output = []


def rewrite(text: str, rename_none: bool = False) -> Rewritten:
    """Rewrites what only Python 2 has in a normalized text.

    ``rename_none`` also makes ``None`` a private name, so that a text which
    assigns to it can be parsed (and then be refused for that).
    """
    return _Rewriter(text, rename_none).run()


class _Kinds(dict[str, int]):
    """The kinds of pieces, each found by a function when it is first asked for."""

    def __init__(self, classify: Callable[[str], int]) -> None:
        self.classify = classify

    def __missing__(self, piece: str) -> int:
        kind = self[piece] = self.classify(piece)
        return kind


def aligned(text: str) -> list[tuple[str, str]]:
    """The pieces of a newline and ``text``, each with what stands for it rewritten.

    For tools that look up where a node of the tree stands in the author's text.
    """
    rewriter = _Rewriter(text, False)
    rewriter.run()
    return list(zip(rewriter.pieces, rewriter.output, strict=True))


class _Rewriter:
    """One pass over the pieces of a text; ``output[i]`` replaces ``pieces[i]``."""

    def __init__(self, text: str, rename_none: bool) -> None:
        # The newline in front gives the first line its indentation piece.
        self.pieces = PIECE.findall("\n" + text)
        self.result = Rewritten(self.pieces)
        self.output = self.result.output
        self.replacements: dict[str, str] = {}
        self.kinds = _Kinds(self.classify)
        self.renamed_words = RENAMED_WORDS | {"None"} if rename_none else RENAMED_WORDS
        self.closing: dict[int, str] = {}
        self.skip: set[int] = set()
        # Looking ahead is bounded, so that no text takes more than linear time.
        self.budget = 30 * len(self.pieces) + 10_000
        self.counted = (0, 0)  # lines before the piece with an index
        self.cuts: list[int] = [0]
        self.next_cut = self.least_chunk = max(_CHUNK, len(self.pieces) // 40)

    def run(self) -> Rewritten:
        pieces, output, kinds = self.pieces, self.output, self.kinds
        replacements, skip = self.replacements, self.skip
        depth: list[str] = []
        kind_of = kinds.__getitem__
        noted = [index for index, kind in enumerate(map(kind_of, pieces)) if kind]
        for index in noted:
            if skip and index in skip:
                continue
            piece = pieces[index]
            kind = kinds[piece]
            if kind == NEWLINE:
                if not depth:
                    if index >= self.next_cut and piece[-1] == "\n":
                        self.cut(index + 1)
                    self.indent(index, piece)
            elif kind == OPEN:
                depth.append(piece[0])
            elif kind == CLOSE:
                opened = depth.pop() if depth else ""
                # Python 3 allows a comma behind *a, Python 2 doesn't.
                starred = opened[-1:] == "*" and self.before_inside(index) == ","
                if starred or not opened:
                    self.result.suspicious = True
            elif kind == STAR:
                if depth and self.before_inside(index) in ("(", ","):
                    depth[-1] += "*"
            elif kind == REPLACE:
                replacement = replacements[piece]
                if piece[0] in "bB" and pieces[index - 1][-1:] in ("'", '"'):
                    replacement = " " + replacement  # the b kept two literals apart
                output[index] = replacement
            elif kind == NUMBER:
                self.number(index, piece)
            elif kind == WORD:
                self.word(index, piece.rstrip(" \t\f"), depth)
            elif kind == JOIN:
                if not depth and pieces[index - 1][0] in "\n#":
                    # The indentation of the first line counts, not the second's.
                    head, _, indentation = output[index - 1].rpartition("\n")
                    output[index - 1] = head + "\n"
                    output[index] = "\n" + indentation
            elif kind == UNICODE:
                self.unicode_literal(index, piece, bool(depth))
            elif kind == SUSPECT:
                self.suspect(index, piece, depth)
        if depth:
            self.result.suspicious = True
        if pieces[-1][:2] == "\\\n":
            output[-1] = "\n"  # nothing follows, so the line just ends
        for index, text in self.closing.items():
            output[index] = text + output[index]
        self.cuts.append(len(output))
        chunks = [
            "".join(output[start:end])
            for start, end in zip(self.cuts, self.cuts[1:], strict=False)
        ]
        chunks[0] = chunks[0][1:]
        self.result.chunks = chunks
        self.result.text = "".join(chunks)
        return self.result

    def cut(self, index: int) -> None:
        """Cuts the text in front of a piece that begins a line, if a statement does."""
        following = self.pieces[index] if index < len(self.pieces) else ""
        word = following.rstrip(" \t\f")
        if following[:1].isalpha() and word not in _CONTINUING_WORDS:
            self.cuts.append(index)
            self.next_cut = index + self.least_chunk

    def classify(self, piece: str) -> int:
        """The kind of a piece, found once for each distinct piece of a text."""
        first = piece[0]
        if first in "\n#":
            return NEWLINE
        if first in "([{":
            return OPEN
        if first in ")]}":
            return CLOSE
        word = piece.rstrip(" \t\f")
        if first in "'\"" or (first in "uUbBrR" and word[-1] in "'\""):
            return self.classify_string(piece, word)
        if first.isalpha() or first == "_":
            return self.classify_word(piece, word) if first < "\x80" else SUSPECT
        if first.isdigit() or (first == "." and word[1:2].isdigit()):
            return self.classify_number(piece, word)
        if first == "\\":
            return JOIN if word[1:2] == "\n" else SUSPECT
        if word in ("*", "**"):
            return STAR
        if word == "." and piece != word:
            return SUSPECT
        if word == "<>":
            self.replacements[piece] = "!=" + piece[2:]
            return REPLACE
        if word in ("`", "@", "->", ":=", "...") or PIECE.fullmatch(word) is None:
            return SUSPECT
        return SUSPECT if len(word) == 1 and word not in "-+*/%&|^=<>~,:;." else PLAIN

    def classify_word(self, piece: str, word: str) -> int:
        if word in self.renamed_words:
            self.replacements[piece] = PRIVATE + piece
            self.result.renamed = True
            return REPLACE
        if word in _SPECIAL_WORDS:
            return WORD
        if word in _SUSPECT_WORDS:
            self.result.suspicious = True
        return PLAIN

    def classify_number(self, piece: str, word: str) -> int:
        text = word
        if text[-1] in "lL":
            text = text[:-1]
            self.result.renamed = True
        if len(text) > 1 and text[0] == "0" and text.isdigit() and text.strip("0"):
            if text.strip("01234567"):
                self.result.suspicious = True
            text = "0o" + text
        if len(text) > _DIGITS and text.isdigit():
            text = _as_hexadecimal(text)
        if word[-1] in "lL":
            # A string literal keeps its place in the tree, and can't be a number.
            text = f"u'{PRIVATE}{text}'"
        if text != word:
            self.replacements[piece] = text + piece[len(word) :]
            return NUMBER
        return NUMBER if piece == word else PLAIN

    def classify_string(self, piece: str, word: str) -> int:
        prefix = word[: min(word.find(q) for q in "'\"" if q in word)]
        lowered = prefix.lower()
        if "u" in lowered:
            self.replacements[piece] = (
                rewrite_literal(word, prefix) + piece[len(word) :]
            )
            return UNICODE
        if "\\" not in word and not prefix:
            return PLAIN
        if "r" in lowered:
            replacement = word[len(prefix) - 1 :] if prefix[0] in "bB" else word
        else:
            replacement = rewrite_literal(word, prefix)
            if has_bad_escape(word) and not self.result.bad_escape:
                self.result.bad_escape = self.line_of_first(piece)
        if replacement == word:
            return PLAIN
        self.replacements[piece] = replacement + piece[len(word) :]
        return REPLACE

    # -- where a piece stands --

    def before(self, index: int) -> str:
        """The piece before, past joined lines, without blanks."""
        while True:
            index -= 1
            piece = self.pieces[index]
            if piece[0] != "\\":
                return piece.rstrip(" \t\f") if piece[0] not in "\n#" else "\n"

    def before_inside(self, index: int) -> str:
        """The same inside brackets, where line ends and remarks don't count."""
        while self.pieces[index - 1][0] in "\\\n#":
            index -= 1
        return self.pieces[index - 1].rstrip(" \t\f")

    def after(self, index: int) -> int:
        """The index of the piece behind, past joined lines."""
        pieces = self.pieces
        index += 1
        while index < len(pieces) and pieces[index][0] == "\\":
            index += 1
        return index

    def line_of_first(self, piece: str) -> int:
        """The line on which a piece stands first; for rare pieces."""
        return self.line_at(self.pieces.index(piece))

    def line_at(self, index: int) -> int:
        """The line on which the piece at an index begins, from 1."""
        at, line = self.counted
        if index < at:
            at = line = 0
        line += sum(piece.count("\n") for piece in self.pieces[at:index])
        self.counted = (index, line)
        return line

    def looks_ahead(self, start: int, end: int) -> None:
        """Accounts for the pieces looked at; a text that wants too many is odd."""
        self.budget -= end - start
        if self.budget < 0:
            self.result.suspicious = True

    def statement_end(self, index: int, colon: bool = False) -> int:
        """The index of the piece that ends the statement begun at ``index``.

        That is a line end or a semicolon outside brackets or, with ``colon``,
        a colon that doesn't belong to a lambda.
        """
        pieces, depth, lambdas = self.pieces, 0, 0
        last = len(pieces) - 1
        for at in range(index, len(pieces) if self.budget > 0 else 0):
            first = pieces[at][0]
            if first in "([{":
                depth += 1
            elif first in ")]}":
                depth -= 1
            elif depth <= 0:
                if first in "\n#;":
                    last = at
                    break
                if first == "l" and pieces[at].rstrip(" \t\f") == "lambda":
                    lambdas += 1
                elif first == ":" and colon:
                    if not lambdas:
                        last = at
                        break
                    lambdas -= 1
        self.looks_ahead(index, last)
        return last

    # -- what is rewritten --

    def indent(self, index: int, piece: str) -> None:
        """Indentation in spaces: a tab goes to the next multiple of eight."""
        indentation = piece[piece.rfind("\n") + 1 :]
        if "\t" not in indentation and "\f" not in indentation:
            return
        column = 0
        for blank in indentation:
            if blank == "\t":
                column = column // 8 * 8 + 8
            else:
                column = 0 if blank == "\f" else column + 1
        self.output[index] = piece[: len(piece) - len(indentation)] + " " * column

    def number(self, index: int, piece: str) -> None:
        output = self.replacements.get(piece, piece)
        following = self.pieces[index + 1][0] if index + 1 < len(self.pieces) else "\n"
        tight = following.isalnum() or following == "_"
        if output[0] == "u" and (tight or self.is_beside_string(index)):
            self.result.suspicious = True
        if tight:
            self.result.suspicious |= piece == "0" and following in "xXoObB"
            output += " "
        self.output[index] = output

    def is_beside_string(self, index: int) -> bool:
        """Whether a string literal is next to a piece, on whatever line."""
        pieces = self.pieces
        for step in (-1, 1):
            at = index + step
            while 0 <= at < len(pieces) and pieces[at][0] in "\\\n#":
                at += step
            if 0 <= at < len(pieces) and pieces[at].rstrip(" \t\f")[-1:] in ("'", '"'):
                return True
        return False

    def unicode_literal(self, index: int, piece: str, inside: bool) -> None:
        """Marks the whole chain of adjacent literals as unicode by its first one.

        ``inside`` tells whether a bracket is open, so that lines may end.
        """
        self.output[index] = self.replacements[piece]
        first = index
        while self.output[first][:1] != "u" or first == index:
            at = first - 1
            while self.pieces[at][0] == "\\" or (
                inside and at > 0 and self.pieces[at][0] in "\n#"
            ):
                at -= 1
            word = self.pieces[at].rstrip(" \t\f")
            if word[-1:] not in ("'", '"') or word[0] in "\n#":
                break
            first = at
        if first != index:
            word = self.pieces[first].rstrip(" \t\f")
            prefix = word[: min(word.find(q) for q in "'\"" if q in word)]
            rest = self.pieces[first][len(word) :]
            raw = "ur" if "r" in prefix.lower() else "u"
            self.output[first] = rewrite_literal(word[len(prefix) :], raw) + rest

    def suspect(self, index: int, piece: str, depth: list[str]) -> None:
        """Backquotes become calls, and dots with blanks between them an ellipsis."""
        if piece.rstrip(" \t\f") == ".":
            dots = [dot.rstrip(" \t\f") for dot in self.pieces[index : index + 3]]
            if self.before_inside(index) not in ("[", ",") or dots != [".", ".", "."]:
                return
            self.output[index : index + 3] = ["...", "", ""]
        self.result.suspicious = True
        if piece[0] != "`":
            return
        rest = piece[1:]
        if depth and depth[-1] == "`":
            depth.pop()
            self.output[index] = ")" + rest
        else:
            depth.append("`")
            self.output[index] = f"{PRIVATE}repr(" + rest

    def word(self, index: int, word: str, depth: list[str]) -> None:
        if word == "for":
            if depth:
                self.comprehension(index)
        elif word == "def":
            self.parameters(index, self.after(self.after(index)))
        elif word == "lambda":
            self.result.suspicious = True
            self.parameters(index, index)
        elif self.before(index)[-1:] not in "\n;:" or depth:
            self.result.suspicious = True
        elif word == "except":
            self.call_form(index, "except ", self.statement_end(index, colon=True))
        elif word == "raise":
            self.call_form(index, "raise ", self.statement_end(index))
        elif word == "exec":
            self.result.suspicious = True
            self.call_form(index, "", self.statement_end(index))
        else:
            self.print_form(index, self.statement_end(index))

    def call_form(self, index: int, start: str, end: int) -> None:
        """``raise a, b`` as ``raise ǀraise(a, b)``, and the like."""
        word = self.pieces[index].rstrip(" \t\f")
        if self.after(index) >= end:
            return
        blanks = self.pieces[index][len(word) :]
        self.output[index] = f"{start}{PRIVATE}{word}({blanks}"
        if word == "except":
            self.comma_for_as(index, end)
        if self.before(end) == ",":
            self.result.suspicious = True
        self.close(end, ")")

    def comma_for_as(self, index: int, end: int) -> None:
        depth = 0
        for at in range(index, end):
            first = self.pieces[at][0]
            depth += (first in "([{") - (first in ")]}")
            if not depth and self.pieces[at].rstrip(" \t\f") == "as":
                if self.before(at) == ",":
                    self.result.suspicious = True
                self.output[at] = "," + self.pieces[at][1:].replace("s", " ", 1)

    def print_form(self, index: int, end: int) -> None:
        word = "print"
        blanks = self.pieces[index][len(word) :]
        following = self.after(index)
        comma = following < end and self.before(end) == ","
        if following < end and self.pieces[following].rstrip(" \t\f") == ">>":
            self.output[following] = self.pieces[following][2:]
            word = "print_to"
            # A comma behind the destination alone is an error of its own.
            self.result.suspicious |= comma
        self.output[index] = f"{PRIVATE}{word}([{blanks}"
        self.close(end, "],0)" if comma else "],1)")

    def close(self, end: int, text: str) -> None:
        """Puts text in front of the piece at ``end``, when all are done."""
        self.closing[end] = self.closing.get(end, "") + text

    def comprehension(self, index: int) -> None:
        """``for x in 1, 2`` inside brackets gets parentheses around ``1, 2``."""
        pieces, depth, inside, comma = self.pieces, 0, 0, False
        if self.budget < 0:
            return
        for at in range(index + 1, len(pieces)):
            first = pieces[at][0]
            if first in "([{":
                depth += 1
            elif first in ")]}" and depth:
                depth -= 1
            elif not depth:
                word = pieces[at].rstrip(" \t\f")
                if word == "in" and not inside:
                    inside = at
                elif inside and word == ",":
                    comma = True
                elif first in ")]}" or (inside and word in ("for", "if")):
                    break
        else:
            at = len(pieces) - 1
        self.looks_ahead(index, at)
        if inside and comma:
            self.result.suspicious = True
            self.output[inside] = "in (" + self.pieces[inside][2:]
            self.close(at, ")")

    def parameters(self, word: int, opening: int) -> None:
        """Replaces the parameters written as tuples by private names.

        ``opening`` is the index of a def's parenthesis or, for a lambda, that
        of the word itself.
        """
        pieces, depth = self.pieces, 0
        at = opening + 1
        while at < len(pieces) and self.budget > 0:
            self.budget -= 1
            first = pieces[at][0]
            if (
                first == "("
                and not depth
                and self.before_inside(at) in ("(", ",", "lambda")
            ):
                at = self.tuple_parameter(at)
            elif first in "([{":
                depth += 1
            elif first in ")]}":
                depth -= 1
            if depth < 0 or (first == ":" and not depth):
                return
            at += 1

    def tuple_parameter(self, opening: int) -> int:
        """Replaces one parameter in parentheses; gives the index of its end."""
        pieces, depth = self.pieces, 0
        for at in range(opening, len(pieces)):
            first = pieces[at][0]
            depth += (first in "([{") - (first in ")]}")
            if not depth:
                break
        text = "".join(pieces[opening : at + 1])
        inner = [piece.strip(" \t\f()") for piece in pieces[opening : at + 1]]
        words = [piece for piece in inner if piece and piece[0] not in "\\\n#"]
        if len(words) == 1:
            name = words[0]  # (a) is a plain parameter
            if name in self.renamed_words:
                name = PRIVATE + name
        else:
            name = f"{PRIVATE}tuple{len(self.result.tuple_parameters) + 1}"
            line = self.line_at(opening)
            self.result.tuple_parameters[name] = (text, line)
        for index in range(opening, at + 1):
            self.closing.pop(index, None)
            self.skip.add(index)
            self.output[index] = "\n" * pieces[index].count("\n")
        self.output[opening] = name + self.output[opening] + " "
        return at


def _as_hexadecimal(digits: str) -> str:
    """A decimal literal in as many characters, but hexadecimal.

    Python 2 reads a literal of any length. Newer Pythons refuse a long decimal one,
    unless the whole process gives that protection up, and it isn't ours alone.
    """
    return f"0x{_number_of(digits):0{len(digits) - 2}x}"


def _number_of(digits: str) -> int:
    if len(digits) <= _DIGITS:
        return int(digits)
    low = len(digits) // 2
    return _number_of(digits[:-low]) * 10**low + _number_of(digits[-low:])
