"""The verdict on a history of Jepsen or elle-cli, for the terminal and as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from syncsim.checks import Finding, Status
from syncsim.checks.verdict import as_plain
from syncsim.jepsen import Judgement, applying

if TYPE_CHECKING:
    from rich.console import RenderableType

STATUS_STYLE = {"pass": "green", "unknown": "yellow", "fail": "bold red"}


def outside_table(judgement: Judgement) -> RenderableType:
    """Return the answer for the model and each anomaly, the stories, and what was not asked."""
    from rich.console import Group
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for title in ("asked", "answer", "seen", "why"):
        table.add_column(title, overflow="fold")
    for finding in judgement.verdict.findings:
        status = finding.status.value
        why = finding.why if finding.check == judgement.model and not finding.failures else ""
        table.add_row(
            Text(finding.check, "bold"),
            Text(status, STATUS_STYLE[status]),
            Text(f"{finding.seen:,}", justify="right"),
            Text(why or _count(finding, judgement.model)),
        )
    parts: list[RenderableType] = [table]
    for finding in judgement.verdict.findings:
        if finding.check == judgement.model and len(judgement.verdict.findings) > 1:
            continue
        for number, story in enumerate(finding.stories, start=1):
            head = f"{finding.check} ({number} of {finding.failures or finding.seen})"
            parts += [Text(""), Text(head, "bold"), Padding(Text(story.text), (0, 0, 0, 2))]
    parts += [Text(""), *(Text(line) for line in _last(judgement))]
    return Group(*parts)


def _count(finding: Finding, model: str) -> str:
    if not finding.failures:
        return finding.why
    allowed = f"; {model} allows it" if finding.status is Status.PASS else ""
    return f"{finding.failures} found{allowed}"


def _last(judgement: Judgement) -> list[str]:
    """Return what else a reader must know: what is left standing, and what was not asked."""
    lines = [f"history: {judgement.kind}"]
    if judgement.ruled_out:
        lines.append(f"ruled out: {', '.join(judgement.ruled_out)}")
    if judgement.remaining:
        lines.append(f"strongest that nothing rules out: {', '.join(judgement.remaining)}")
    own = []
    for entry in applying(judgement.kind):
        if entry.why.startswith("it needs "):
            own.append(entry.what)
        elif not entry.applies:
            lines.append(f"not asked: {entry.what}: {entry.why}")
    lines.append(
        f"not asked: {', '.join(own)}: they need screens, rows and commits; such a history tells"
        " what was asked and answered (--json says what each needs)"
    )
    lines.append(f"verdict: {judgement.verdict.status.value}")
    return lines


def as_json(judgement: Judgement) -> dict[str, Any]:
    """Return a judgement as plain data, with what was asked and what was not."""
    return {
        "kind": judgement.kind,
        "model": judgement.model,
        "status": judgement.verdict.status.value,
        "ruled_out": list(judgement.ruled_out),
        "remaining": list(judgement.remaining),
        "findings": [as_plain(finding) for finding in judgement.verdict.findings],
        "applies": [entry._asdict() for entry in applying(judgement.kind)],
    }
