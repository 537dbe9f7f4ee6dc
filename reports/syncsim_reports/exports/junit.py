"""JUnit XML: the verdict on a history as a continuous integration server shows it."""

from __future__ import annotations

from xml.sax.saxutils import quoteattr

from syncsim.checks import Finding, Status, judge
from syncsim.history import History
from syncsim_reports.exports.format import Format, text


def write(history: History) -> bytes:
    """Return the verdict: each check is a test case, unknown is skipped with the reason."""
    verdict = judge(history)
    header = history.header
    suite = f"{header.get('scenario') or 'history'}"
    findings = [*verdict.findings, *verdict.sometimes]
    count = {status: sum(f.status is status for f in findings) for status in Status}
    totals = (
        f'tests="{len(findings)}" failures="{count[Status.FAIL]}" errors="0"'
        f' skipped="{count[Status.UNKNOWN]}"'
    )
    lines = ['<?xml version="1.0" encoding="utf-8"?>']
    lines.append(f"<testsuites {totals}>")
    lines.append(f"<testsuite name={_quoted(suite)} {totals}>")
    for finding in verdict.findings:
        lines.append(_case(suite, finding))
    for finding in verdict.sometimes:
        lines.append(_case(f"{suite}.sometimes", finding))
    lines += ["</testsuite>", "</testsuites>"]
    return text(lines)


def _case(suite: str, finding: Finding) -> str:
    start = f"<testcase classname={_quoted(suite)} name={_quoted(finding.check)}"
    if finding.status is Status.PASS:
        return f"{start}/>"
    if finding.status is Status.UNKNOWN:
        return f"{start}><skipped message={_quoted(finding.why)}/></testcase>"
    stories = "\n".join(story.text for story in finding.stories)
    return (
        f'{start}><failure type="{finding.check}" message={_quoted(finding.why)}>'
        f"{_escaped(stories)}</failure></testcase>"
    )


def _quoted(words: str) -> str:
    return quoteattr(_printable(words))


def _escaped(words: str) -> str:
    return _printable(words).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _printable(words: str) -> str:
    """Return words without control characters, which no XML may hold."""
    return "".join(char if char.isprintable() or char == "\n" else "?" for char in words)


FORMAT = Format(
    name="junit",
    suffix=".xml",
    readers="continuous integration servers",
    holds="the verdict: each check with its answer and stories",
    cannot_hold="the history itself; that an unknown answer is worse than a skipped test",
    write=write,
)
