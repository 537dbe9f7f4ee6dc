"""The command line."""

from syncsim.cli.main import main

__all__ = ["main"]
