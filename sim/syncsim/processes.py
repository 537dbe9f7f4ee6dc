"""How other processes are started: never as copies of this one, which may have threads.

A copy holds every lock that another thread held when it was made, and no thread that would let go.
Source: Python's `multiprocessing`, "Contexts and start methods".
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import Any


def pool(workers: int, module: str, start: Callable[[], None] | None = None) -> ProcessPoolExecutor:
    """Return a pool of processes.

    Args:
        workers: How many at most.
        module: What the work imports; it is imported once for all of them, where that can be.
        start: Called in each process before its work.
    """
    assert workers > 0, workers
    return ProcessPoolExecutor(workers, _context(module), start)


def _context(module: str) -> Any:
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([module])
    return context
