"""What programs are made of: every step, every option, and the values they may take.

The values are few and often the same, so that timers meet at one time, answers arrive while
something else begins, and keys are prefixes of each other. `omissions.py` names what is left
out on purpose.
"""

from __future__ import annotations

from typing import Any, Final

Program = dict[str, Any]
Choices = tuple[Any, ...]

GAPS_MS: Final = (0, 1, 0, 10, 50, 0, 5, 20, 30, 100, 0, 49, 51, 60, 99, 101, 150, 200, 500, 2000)
"""Between two steps. Many are 0: steps of one time have a macrotask each."""

LATENCIES_MS: Final = (100, 0, 1, 10, 20, 30, 50, 60, 150, 200, 500)

TAILS_MS: Final = (0, 1, 100, 250, 250, 500, 500, 1000)
"""Between the last step and the end."""

LONG_TAILS_MS: Final = (5000, 20_000, 700_000)
"""For programs in which nothing goes on without end. The last is past two lives of the default
`gcTime`."""

KEYS: Final = ("a/list", "a/detail/1", "b", "a")
PREFIXES: Final = ("a", "a/list", "a/detail", "b", "a/detail/1", "nowhere")
OBSERVERS: Final = ("o1", "o2", "o3", "o4")

VALUES: Final[Choices] = (
    {"n": 1},
    {"n": 2},
    {"n": 1, "rows": [{"id": 1, "s": "open"}, {"id": 2, "s": "open"}]},
    {"n": 1, "rows": [{"id": 1, "s": "open"}, {"id": 2, "s": "done"}]},
    {"n": 2, "rows": [{"id": 2, "s": "done"}], "more": {"deep": {"er": [1, [2, 3], {}]}}},
    {"n": 2, "rows": [{"id": 1, "s": "open"}], "more": {"deep": {"er": [1, [2, 3], {}]}}},
    [{"id": 1}, {"id": 2}],
    [{"id": 1}, {"id": 2}, {"id": 3}],
    [[{"id": 1}], {"0": {"id": 1}}],
    {"0": {"id": 1}, "1": {"id": 2}},
    {"rows": None, "more": {}},
    {"rows": [], "more": []},
    [],
    {},
    None,
    0,
    1,
    True,
    False,
    "",
    "text",
    0.5,
)
PATCHES: Final[Choices] = ({"n": 2}, {"n": 3}, {"more": {"er": [1]}}, {"rows": []}, {"0": 7}, {})
ERRORS: Final = ("500", "409", "gone")

STALE_TIMES: Final = (0, "Infinity", 100, "static", 10, 50, 150, 1000)
GC_TIMES: Final = (0, 100, "Infinity", 10, 50, 200, 1000)
RETRIES: Final = (False, 1, 0, 2, 3, True)
RETRY_DELAYS_MS: Final = (10, 0, 1, 50, 100, 1000)
NETWORK_MODES: Final = ("online", "always", "offlineFirst")
REFETCH: Final = (False, "always", True)
FLAGS: Final = (False, True)

QUERY_OPTIONS: Final[dict[str, Choices]] = {
    "staleTime": STALE_TIMES,
    "gcTime": GC_TIMES,
    "retry": RETRIES,
    "retryDelay": RETRY_DELAYS_MS,
    "retryOnMount": FLAGS,
    "networkMode": NETWORK_MODES,
    "enabled": FLAGS,
    "structuralSharing": FLAGS,
    "refetchOnMount": REFETCH,
    "refetchOnWindowFocus": REFETCH,
    "refetchOnReconnect": REFETCH,
    "refetchInterval": (50, False, 0, 20, 30, 60, 100, 1000),
    "refetchIntervalInBackground": FLAGS,
}

FILTERS: Final[dict[str, Choices]] = {
    "exact": FLAGS,
    "type": ("active", "inactive", "all"),
    "stale": FLAGS,
    "fetchStatus": ("fetching", "idle", "paused"),
}

MUTATION_OPTIONS: Final[dict[str, Choices]] = {
    "scope": ("row", "other"),
    "retry": RETRIES,
    "retryDelay": RETRY_DELAYS_MS,
    "networkMode": NETWORK_MODES,
    "gcTime": (100, 1000, 10, "Infinity", 300_000),
    "defaults": (False,),
}

HOOKS: Final = (
    "cache.onMutate",
    "onMutate",
    "cache.onSuccess",
    "onSuccess",
    "cache.onError",
    "onError",
    "cache.onSettled",
    "onSettled",
)
MUTATION_OBSERVERS: Final = ("save", "pay")

THUNKS: Final = ("load", "save")
CONDITIONS: Final = (
    False,
    True,
    "idle",
    {"after": 10, "value": False},
    {"after": 10, "value": True},
    {"after": 0, "value": True},
    {"after": 50, "value": True},
)
REASONS: Final = ("left the page", "")

QUERY_STEPS: Final = (
    *("mount", "mutate") * 8,
    *("answers",) * 8,
    *("invalidate", "unmount") * 5,
    *("refetch", "setData", "serverWrite", "options", "fetch") * 3,
    *("unmountMutation",) * 4,
    *("cancel", "offline", "online", "focus", "blur") * 3,
    *("count", "count"),
    *("remove", "reset", "prefetch", "ensure", "resume", "reload", "store", "restore", "restore"),
)
"""The kinds of steps of a query program, each as often as it is likely."""

REDUX_STEPS: Final = (*("dispatch",) * 4, *("abort",) * 2, "set")
