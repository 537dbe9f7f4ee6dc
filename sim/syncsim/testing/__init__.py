"""Conformance tests for what a user adds: import a class, name the thing, run pytest.

    from syncsim.testing import DomainTests
    from my_package.board import KANBAN

    class TestKanban(DomainTests):
        domain = KANBAN

syncsim holds its own application and its own designs against the same classes.
"""

from syncsim.testing.designs import DesignTests
from syncsim.testing.domains import DomainTests

__all__ = ["DesignTests", "DomainTests"]
