"""What holds for every test: how Hypothesis searches, which tests wait, what is told at the end."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import settings

# The same examples on every machine and in every run: a red test is red for everybody.
settings.register_profile("steady", derandomize=True, database=None, deadline=None)
# New examples in every run; `print_blob` says how to get a failing one again.
settings.register_profile(
    "thorough", max_examples=1_000, database=None, deadline=None, print_blob=True
)
settings.load_profile("steady")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--slow`, which `make test-all` gives."""
    parser.addoption("--slow", action="store_true", help="also run the tests marked slow")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a slow test unless it was asked for."""
    if "slow" in item.keywords and not item.config.getoption("--slow"):
        pytest.skip("slow; `make test-all` runs it")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was not tested and why: a missing tool must not look like a pass."""
    reasons = Counter(
        report.longrepr[2].removeprefix("Skipped: ")
        for report in terminalreporter.stats.get("skipped", [])
    )
    if reasons:
        terminalreporter.section("not tested here")
    for reason, count in sorted(reasons.items()):
        terminalreporter.write_line(f"{count:5d}  {reason}")
