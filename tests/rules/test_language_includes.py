"""The include preprocessor (Repy V1 specification, section 17)."""

from __future__ import annotations

from pathlib import Path

import pytest

from repy_compat.errors import IncludeError
from repy_compat.language.includes import (
    preprocess,
    processfile,
    processfiledata,
    write_preprocessed,
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        (folder / f"{name}.repy").write_bytes(text.encode("latin-1"))


def test_the_example_of_the_specification(folder: Path) -> None:
    """Markers around the file, an empty line at its end."""
    write(folder, a="def a():\n  pass\n", main="include a.repy\nmain()\n")
    assert "".join(processfile("main.repy")) == (
        "#begin include a.repy\ndef a():\n  pass\n\n#end include a.repy\nmain()\n\n"
    )


def test_remarks_and_missing_newlines(folder: Path) -> None:
    """A remark behind the name is no part of it; the last line may lack its end."""
    write(folder, a="x = 1", main="include a.repy # why")
    rest = "a.repy # why"
    assert "".join(processfile("main.repy")) == (
        f"#begin include {rest}\nx = 1\n#end include {rest}\n"
    )


def test_a_file_is_brought_in_once(folder: Path) -> None:
    """A second include and a circle are only noted."""
    write(folder, a="include b.repy\na\n", b="include a.repy\nb\n")
    write(folder, main="include a.repy\ninclude b.repy\n")
    text = "".join(processfile("main.repy"))
    assert text.count("#already included") == 2
    assert text.count("\na\n") == 1


def test_refreshing_a_circle(folder: Path) -> None:
    """The output of a circle can be processed again."""
    write(folder, a="include a.repy\na\n")
    once = "".join(processfile("a.repy"))
    (folder / "out.repy").write_text(once)
    assert "".join(processfile("out.repy")) == once + "\n"


@pytest.mark.parametrize(
    ("main", "sentence"),
    [
        ("\ninclude no.repy\n", "main.repy:2: Error opening source file 'no.repy'"),
        ("include \n", "main.repy:1: Error opening source file ''"),
        (
            "x\n#end include a\n",
            "main.repy:2: '#end include a' without its '#begin include' before it",
        ),
    ],
)
def test_errors(folder: Path, main: str, sentence: str) -> None:
    """One sentence with file and line, and no output file."""
    write(folder, main=main)
    with pytest.raises(IncludeError) as caught:
        write_preprocessed("main.repy", "out.repy")
    assert str(caught.value) == sentence
    assert not (folder / "out.repy").exists()


def test_errors_inside_included_files(folder: Path) -> None:
    """The place is that of the include line in the file that holds it."""
    write(folder, main="\n\ninclude a.repy\n", a="a\ninclude no.repy\n")
    with pytest.raises(IncludeError, match=r"^a\.repy:2: Error opening"):
        preprocess("main.repy")


def test_a_section_without_end(folder: Path) -> None:
    """It swallows the rest of the file in the command; in a run it's an error."""
    write(folder, main="#begin include a.repy\nx\n#end include b.repy\ny\n", a="z\n")
    assert "".join(processfile("main.repy")) == (
        "#begin include a.repy\nz\n\n#end include a.repy\n"
    )
    write(folder, main="include a.repy\n#begin include a.repy\nx\n")
    with pytest.raises(IncludeError) as caught:
        preprocess("main.repy")
    assert str(caught.value) == (
        "main.repy:2: '#begin include a.repy' without its '#end include' behind it"
    )


@pytest.mark.parametrize(
    "text",
    [
        "'''\ninclude no.repy\n'''\n",
        'def f():\n  r"""x\ninclude no.repy # x\ninclude more"""\n',
        "x = 'a\\\ninclude no.repy'\n",
        "include = 5\ninclude += 1\ninclude (x)\ninclude [0] = 1\ninclude , x = 1, 2\n",
    ],
)
def test_text_that_only_looks_like_an_include(folder: Path, text: str) -> None:
    """The reference ran such programs; its command took them for includes."""
    write(folder, main=text)
    result = preprocess("main.repy")
    assert (result.text, result.source_map) == (text, None)
    with pytest.raises(IncludeError):
        processfile("main.repy")
    write(folder, main=text + "include a.repy\n", a="a\n")
    assert preprocess("main.repy").text.startswith(text + "#begin include a.repy\na\n")


def test_the_name_of_a_file_in_a_string(folder: Path) -> None:
    """Only where the command would have been needed anyway it's an include."""
    text = "'''\ninclude a.repy\n'''\n"
    write(folder, main=text, a="a\n", b="b\n")
    assert preprocess("main.repy").text == text
    write(folder, main=text + "include b.repy\n")
    processed = "".join(processfile("main.repy"))
    assert preprocess("main.repy").text == processed
    assert processed.startswith("'''\n#begin include a.repy\na\n")


@pytest.mark.parametrize(
    "text",
    [
        "# '''\ninclude no.repy\n# '''\n",
        "x = '''a'''\ninclude no.repy\n'''b'''\n",
        "x = 'unterminated\ninclude no.repy\n'\n",
        "x = (\ninclude no.repy\n)\n",
        "include /nowhere/passwd\n",
        "include -no.repy\n",
    ],
)
def test_includes_outside_of_strings(folder: Path, text: str) -> None:
    """Each of these names a file, which isn't there."""
    write(folder, main=text)
    with pytest.raises(IncludeError, match="Error opening source file"):
        preprocess("main.repy")


def test_the_command_forms(folder: Path) -> None:
    """The old command's two refusals, and its output."""
    write(folder, main="x\n")
    same = write_preprocessed("main.repy", "main.repy")
    assert same == "The infile and outfile must be different files"
    failed = write_preprocessed("main.repy", "no/such/folder")
    assert failed == "Error opening out file 'no/such/folder'"
    assert write_preprocessed("main.repy", "out.repy") is None
    assert (folder / "out.repy").read_text() == "x\n\n"
    with pytest.raises(IncludeError, match="Error opening source file 'no.repy'"):
        processfile("no.repy")


def test_search_path(folder: Path, tmp_path: Path) -> None:
    """The program's folder, then the given folders, then the installed libraries."""
    for name in ("own", "given"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "both.repy").write_text(f"whose = '{name}'\n")
    (tmp_path / "given" / "only.repy").write_text("only = 1\n")
    main = tmp_path / "own" / "main.repy"
    main.write_text("include both.repy\ninclude only.repy\ninclude parallelize.repy\n")
    text = preprocess(str(main), [str(tmp_path / "given")]).text
    assert "whose = 'own'" in text and "only = 1" in text
    assert "def parallelize_initfunction" in text


def test_a_program_without_includes_is_left_alone(folder: Path) -> None:
    """Nothing is added, also where an earlier run put files in."""
    text = "#begin include a.repy\nx\n\n#end include a.repy\n"
    write(folder, main=text)
    result = preprocess("main.repy")
    assert (result.text, result.source_map) == (text, None)


def test_a_section_whose_file_is_gone_is_kept(folder: Path) -> None:
    """A processed program goes on running where the libraries aren't."""
    section = "#begin include gone.repy\nx = 1\n#end include gone.repy\n"
    write(folder, main=section + "include a.repy\n", a="y = 2\n")
    assert preprocess("main.repy").text.startswith(section)


def test_a_long_chain(folder: Path) -> None:
    """Three thousand files that include one another need no recursion."""
    for number in range(3000):
        line = f"include f{number + 1}.repy\nx{number} = 1\n"
        write(folder, **{f"f{number}": line if number < 2999 else "last = 1\n"})
    result = preprocess("f0.repy")
    assert result.source_map is not None
    lines = result.text.split("\n")
    assert result.source_map.locate(lines.index("last = 1") + 1) == ("f2999.repy", 1)
    assert result.source_map.locate(lines.index("x7 = 1") + 1) == ("f7.repy", 2)


def test_library_form() -> None:
    """Names without remarks; lines with sections reduced to their include lines."""
    names, lines = processfiledata(
        ["include a.repy # x\n", "#begin include b\n", "old\n", "#end include b\n", "c"]
    )
    assert names == ["a.repy", "b"]
    assert lines == ["include a.repy # x\n", "include b\n", "c", "\n"]
    with pytest.raises(ValueError, match="outside of an included section"):
        processfiledata(["#end include a\n"])
