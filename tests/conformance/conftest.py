"""What tests that ask the real packages need."""

from __future__ import annotations

import pytest

from syncsim.conformance.node import ToolError, find_node


@pytest.fixture
def packages() -> None:
    """Skip the test if Node or the packages are missing."""
    try:
        find_node()
    except ToolError as error:
        pytest.skip(f"{error.problems[0].expected} is missing ({error.problems[0].hint})")
