"""The tests. Helpers are imported by their full name, as in `from tests.tidy import rules`."""
