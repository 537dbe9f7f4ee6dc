"""Each tidy rule is shown what it must find and what it must let pass."""

from __future__ import annotations

import pytest

from tests.tidy import purity, shape
from tests.tidy.source import Source

SLASH = "/"

BAD = [
    (purity.outside_world, "import time\nnow = time.monotonic()"),
    (purity.outside_world, "import time as clock\nnow = clock.perf_counter()"),
    (purity.outside_world, "from time import time\nnow = time()"),
    (purity.outside_world, "import datetime\nday = datetime.datetime.now()"),
    (purity.outside_world, "from datetime import date\nday = date.today()"),
    (purity.outside_world, "import random\nluck = random.random()"),
    (purity.outside_world, "from random import shuffle\nshuffle([])"),
    (purity.outside_world, "import os\nluck = os.urandom(8)"),
    (purity.outside_world, "from uuid import uuid4\nname = str(uuid4())"),
    (purity.outside_world, "import threading\nthreading.Thread(target=print).start()"),
    (purity.identity, "key = id(object())"),
    (purity.identity, "key = hash('a') % 8"),
    (purity.set_order, "for name in {'a', 'b'}:\n    print(name)"),
    (purity.set_order, "names = [name for name in set('ab')]"),
    (purity.set_order, "names = list(frozenset('ab'))"),
    (purity.set_order, "text = ','.join({'a'} | {'b'})"),
    (purity.set_order, "def f(names: set[str]):\n    return [*names]"),
    (purity.set_order, "def f():\n    seen = set()\n    return tuple(seen)"),
    (
        purity.set_order,
        "class A:\n    b: frozenset[str]\n    def c(self):\n        return [*self.b]",
    ),
    (purity.set_order, "class A:\n    def b(self):\n        self.c = set()\n        self.c.pop()"),
    (purity.set_order, "ALL = {1}\ndef f():\n    return {n: n for n in ALL}"),
    (purity.whole_microseconds, "delay_us = 0.5"),
    (purity.whole_microseconds, "delay_us = total / 2"),
    (purity.whole_microseconds, "self.delay_us /= 2"),
    (purity.whole_microseconds, "wait(delay_us=3 * 1.5)"),
    (purity.whole_microseconds, "delay_us = max(0, float(text))"),
    (purity.whole_microseconds, "def f(delay_us: float):\n    return delay_us"),
    (purity.whole_microseconds, "def delay_us() -> float:\n    return draw()"),
    (shape.small, "a = 1\n" * 501),
    (shape.small, "def f():\n" + "    a = 1\n" * 60),
    (shape.narrow, "a = '" + "a" * 95 + "'"),
    (shape.documented, "a = 1"),
    (shape.documented, "'''A.'''\ndef f():\n    return 1"),
    (shape.documented, "'''A.'''\nclass A:\n    '''A.'''\n    def f(self):\n        return 1"),
    (shape.finished, "# TO" + "DO: the rest"),
    (shape.finished, "raise NotImplemented" + "Error"),
    (shape.defended, "a = b  # no" + "qa"),
    (shape.defended, "a = b  # no" + "qa: E501"),
    (shape.defended, "a = b  # type" + ": ignore"),
    (shape.defended, "a = b  # type" + ": ignore[arg-type]"),
]

GOOD = [
    (purity.outside_world, "import os\npath = os.path.join('a', 'b')"),
    (purity.outside_world, "from datetime import date\nday = date(2026, 1, 1)"),
    (purity.outside_world, "def f(time, random):\n    return time.time() + random.random()"),
    (purity.identity, "key = row.id"),
    (purity.set_order, "for name in sorted({'a', 'b'}):\n    print(name)"),
    (purity.set_order, "def f():\n    a = set()\ndef g():\n    a = []\n    return [*a]"),
    (purity.set_order, "def f(names: set[str]):\n    return 'a' in names and len(names)"),
    (purity.whole_microseconds, "delay_us = int(total / 2)"),
    (purity.whole_microseconds, "delay_us = total // 2"),
    (purity.whole_microseconds, "seconds = delay_us / 1e6"),
    (shape.small, "a = 1\n" * 500),
    (shape.small, "def f():\n" + "    a = 1\n" * 59),
    (shape.narrow, "a = '" + "a" * 94 + "'"),
    (shape.documented, "'''A.'''\ndef _f():\n    def g(): ..."),
    (shape.documented, ""),
    (shape.finished, "todos = 0"),
    (shape.defended, "a = b  # no" + "qa: E501 - the address is long"),
    (shape.defended, "a = b  # type" + ": ignore[arg-type]  # the stub is wrong"),
]


@pytest.mark.parametrize(("rule", "text"), BAD)
def test_a_bad_example_is_found(rule, text):
    assert list(rule(Source.of(text)))


@pytest.mark.parametrize(("rule", "text"), GOOD)
def test_a_good_example_passes(rule, text):
    assert list(rule(Source.of(text))) == []


def test_a_package_with_few_asserts_is_found():
    plain, stated = "a = 1\n" * 99, "assert a\n"
    assert list(shape.asserted([Source.of(plain), Source.of(plain)]))
    assert not list(shape.asserted([Source.of(plain + stated), Source.of(plain + stated)]))


@pytest.mark.parametrize(
    "text",
    [
        "https:" + SLASH * 2 + "files.python" + "hosted.org/a.whl",
        "see PyPI" + ".org for more",
        '"resolved": "https:' + SLASH * 2 + 'registry.example/a.tgz"',
        f"open('{SLASH}tmp{SLASH}a')",
        f"cd {SLASH}home{SLASH}someone",
    ],
)
def test_a_bad_line_of_any_file_is_found(text):
    assert list(shape.anywhere("a", text))


@pytest.mark.parametrize("text", ["out/tmp/a", "~/work/a", "pip and npm", "https://example.com"])
def test_a_good_line_of_any_file_passes(text):
    assert list(shape.anywhere("a", text)) == []
