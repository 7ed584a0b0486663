"""What ``repy port`` found: changes it makes, questions for a person, what is used."""

from __future__ import annotations

CHANGE, QUESTION = "change", "question"


class Finding:
    """One change or question with its place; ``line`` counts from 1."""

    __slots__ = ("kind", "line", "message", "rule")

    def __init__(self, kind: str, line: int, rule: str, message: str) -> None:
        self.kind = kind
        self.line = line
        self.rule = rule
        self.message = message


class Port:
    """The result for one file.

    ``text`` is the Python 3 text; ``findings`` are in the order of the text;
    ``libraries`` and ``api_names`` tell what of Repy the program uses.
    """

    def __init__(
        self,
        name: str,
        text: str,
        findings: list[Finding],
        libraries: dict[str, int],
        api_names: dict[str, int],
    ) -> None:
        self.name = name
        self.text = text
        self.findings = sorted(findings, key=lambda finding: finding.line)
        self.libraries = libraries
        self.api_names = api_names

    @property
    def questions(self) -> list[Finding]:
        """What a person has to decide."""
        return [finding for finding in self.findings if finding.kind == QUESTION]

    @property
    def changes(self) -> list[Finding]:
        """What was changed."""
        return [finding for finding in self.findings if finding.kind == CHANGE]

    def lines(self) -> list[str]:
        """The report, for people."""
        lines = [f"{self.name}:"]
        lines += _used("Repy libraries", self.libraries)
        lines += _used("Repy names", self.api_names)
        for title, found in (("Changes", self.changes), ("Questions", self.questions)):
            lines.append(f"  {title}: {len(found) or 'none'}")
            lines += [f"    {self.name}:{f.line}: {f.message}" for f in found]
        return lines


def _used(title: str, names: dict[str, int]) -> list[str]:
    if not names:
        return [f"  {title}: none"]
    listed = ", ".join(f"{name} (line {line})" for name, line in sorted(names.items()))
    return [f"  {title}: {listed}"]
