"""The unit of chances."""

MILLION = 1_000_000
"""Chances are whole numbers of millionths."""
