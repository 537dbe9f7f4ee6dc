"""The two files under the real client: the lines it speaks in, and the tab that it runs in."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import Any

import pytest

from syncsim.bridge.process import ClientError, Process
from syncsim.bridge.tanstack import FOLDER

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="Node is missing")

ECHO = f"""
import {{ serve }} from '{FOLDER.as_uri()}/lockstep.mjs'
await serve((message) => ({{ text: message.text }}))
"""


def node(program: str) -> subprocess.CompletedProcess[str]:
    """Run a module in Node, with the page at hand."""
    module = f"import {{ page }} from '{FOLDER.as_uri()}/page.mjs'\n{program}"
    command = [shutil.which("node") or "", "--input-type=module", "-e", module]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def said(program: str) -> Any:
    """Return what a module that runs in the page has put on its list."""
    done = node(f"const list = []\n{program}\nconsole.log(JSON.stringify(list))")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def echo(tmp_path):
    """Give a process that says each text again."""
    path = tmp_path / "echo.mjs"
    path.write_text(ECHO, encoding="utf-8")
    process = Process(["node", str(path)], "echo")
    yield process
    process.close()


@pytest.mark.parametrize("size", [0, 65_500, 65_536, 200_000])
def test_lines_of_every_length_go_through_whole(echo, size):
    """A letter of two bytes falls on every border of what is read at one time."""
    for shift in ("", "x"):
        text = shift + "ü" * size
        line = json.dumps({"id": 7, "text": text}, ensure_ascii=False).encode()
        assert json.loads(echo.exchange(line)) == {"id": 7, "text": text}


def test_what_is_no_json_ends_the_client_with_a_word(echo):
    with pytest.raises(ClientError, match="SyntaxError"):
        echo.exchange(b"hello")


def test_a_client_ends_when_its_input_does(echo, started):
    echo.close()
    assert started[0].returncode == 0


def test_timers_run_in_the_order_of_their_times_and_of_being_set():
    assert said(
        """
        await page.run(0, () => {
          for (const [name, wait] of [['c', 2], ['a', 1], ['b', 1], ['now', 0], ['d', 2]])
            setTimeout(() => list.push(name), wait)
        }, 0)
        list.push(page.wakeUs)
        await page.run(1_999, undefined, 0)
        list.push(page.wakeUs)
        await page.run(2_000, undefined, 0)
        list.push(page.wakeUs)
        """
    ) == ["now", 1000, "a", "b", 2000, "c", "d", None]


def test_timers_that_are_due_run_before_what_came_in():
    assert said(
        """
        await page.run(0, () => setTimeout(() => list.push(['timer', Date.now()]), 5), 0)
        await page.run(9_500, () => list.push(['task', Date.now()]), 1)
        """
    ) == [["timer", 1_000_005], ["task", 1_000_009]]


def test_a_timer_remembers_what_led_to_it():
    assert said(
        """
        const look = () => list.push(page.cause)
        await page.run(0, () => setTimeout(() => { look(); setTimeout(look, 3) }, 5), 3)
        await page.run(1_000, () => setTimeout(look, 1), 4)
        await page.run(9_000, look, 8)
        """
    ) == [4, 3, 3, 8]


def test_microtasks_run_before_the_next_timer():
    assert said(
        """
        const later = async (name) => {
          for (let n = 0; n < 5; n += 1) await null
          list.push(name)
        }
        await page.run(0, () => {
          setTimeout(() => { list.push('a'); later("a's") }, 0)
          setTimeout(() => list.push('b'), 0)
          later('first')
        }, 0)
        """
    ) == ["first", "a", "a's", "b"]


@pytest.mark.parametrize(
    ("wait", "due_us"),
    [("0", 0), ("-5", 0), ("1.9", 1_000), ("undefined", 0), ("NaN", 0), ("Infinity", 0),
     ("2 ** 31 - 1", 2_147_483_647_000), ("2 ** 31", 0)],
)  # fmt: skip
def test_waits_are_whole_milliseconds_as_a_browser_takes_them(wait, due_us):
    ran = said(f"await page.run(0, () => setTimeout(() => list.push(1), {wait}), 0)")
    assert ran == ([1] if due_us == 0 else [])
    left = said(
        f"await page.run(500, () => setTimeout(() => {{}}, {wait}), 0)\nlist.push(page.wakeUs)"
    )
    assert left == [due_us or None]


def test_a_timer_that_was_cleared_never_runs_and_wakes_nobody():
    assert said(
        """
        await page.run(0, () => {
          const timer = setTimeout(() => list.push('cleared'), 1)
          setTimeout(() => list.push('kept'), 2)
          clearTimeout(timer)
          clearTimeout(timer)
          clearTimeout(undefined)
        }, 0)
        list.push(page.wakeUs)
        await page.run(5_000, undefined, 0)
        """
    ) == [2000, "kept"]


def test_dates_are_those_of_the_page():
    assert said(
        "await page.run(3_000, () => list.push(Date.now(), +new Date(), +new Date(7)), 0)"
    ) == [1_000_003, 1_000_003, 7]


def test_timers_that_set_one_another_for_ever_are_an_error():
    done = node("const again = () => setTimeout(again, 0)\nawait page.run(0, again, 0)")
    assert done.returncode != 0
    assert "timers set one another for ever" in done.stderr


def test_there_is_no_other_clock():
    done = node("setInterval(() => {}, 1)")
    assert done.returncode != 0
    assert "setTimeout and no other clock" in done.stderr


@pytest.mark.parametrize(
    ("error", "is_heard"), [("Error('offline')", False), ("TypeError('no such thing')", True)]
)
def test_a_mistake_of_the_app_is_heard_and_a_failed_request_is_not(error, is_heard):
    done = node(f"Promise.reject(new {error})\nawait page.run(0, () => {{}}, 0)")
    assert (done.returncode != 0) == is_heard
    assert ("no such thing" in done.stderr) == is_heard
