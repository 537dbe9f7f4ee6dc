"""The documentation says what the code does: generated pages, the schema, links and the walk."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from syncsim.checks import judge
from syncsim.history import jsonl
from syncsim.scenario import load
from syncsim.world import run

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *(ROOT / "tests").glob("*.md")])
GENERATED = [
    "docs/reference/checks.md",
    "docs/reference/cli.md",
    "docs/reference/designs.md",
    "docs/reference/exports.md",
    "docs/reference/history.md",
    "docs/reference/outside.md",
    "docs/reference/scenario.md",
    "scenarios/schema/history.schema.json",
    "scenarios/schema/lockstep.schema.json",
]


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """A folder with what the generator writes today."""
    folder = tmp_path_factory.mktemp("reference")
    command = [sys.executable, DOCS / "generate.py", folder]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


def test_the_generator_writes_these_files(written):
    files = (path for path in written.rglob("*") if path.is_file())
    assert sorted(path.relative_to(written).as_posix() for path in files) == GENERATED


@pytest.mark.parametrize("name", GENERATED)
def test_the_committed_file_is_in_step(written, name):
    committed = (ROOT / name).read_text(encoding="utf-8")
    current = (written / name).read_text(encoding="utf-8")
    assert committed == current, f"{name} is out of date: python docs/generate.py"


@pytest.fixture(scope="module")
def line_schema():
    text = (ROOT / "scenarios/schema/history.schema.json").read_text(encoding="utf-8")
    schema = json.loads(text)
    Draft7Validator.check_schema(schema)
    return Draft7Validator(schema)


def wrong(line_schema, line):
    return [error.message for error in line_schema.iter_errors(line)]


@pytest.fixture(scope="module")
def recorded():
    """Every line of every seed scenario under every design, one of each shape."""
    shapes = {}
    for name in ("offline", "payment", "rejection-review", "two-operators", "everyone-at-once"):
        for design in ("manual-refresh", "enhanced", "hardened"):
            history = run(load(f"seed/{name}", design=design))
            for text in jsonl.lines(history):
                line = json.loads(text)
                shape = (line.get("kind"), *line, *line.get("data", ()))
                shapes.setdefault(shape, line)
    return list(shapes.values())


def test_every_recorded_line_fits_the_schema(line_schema, recorded):
    found = {json.dumps(line)[:200]: wrong(line_schema, line) for line in recorded}
    assert {line: errors for line, errors in found.items() if errors} == {}


def test_the_header_holds_what_the_page_says(line_schema, recorded):
    header = next(line for line in recorded if "format" in line)
    said = line_schema.schema["definitions"]["header"]["properties"]
    # A scenario that is faithful, and states none of these, leaves their keys out.
    assert sorted(said) == sorted({*header, "properties", "core", "gateways", "unfaithful"})


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "celebrate"},
        {"seq": -1},
        {"time_us": 0.5},
        {"colour": "green"},
        {"at": ""},
        {"data": {"verb": "drop", "mood": "bad"}},
    ],
)
def test_the_schema_refuses(line_schema, change):
    record = {"seq": 3, "time_us": 7, "kind": "fault", "at": "op-1", "data": {"verb": "drop"}}
    assert wrong(line_schema, record) == []
    assert wrong(line_schema, record | change)


def test_the_example_on_the_history_page_fits_the_schema(line_schema):
    page = (DOCS / "reference/history.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    assert wrong(line_schema, json.loads(example)) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page):
    text = page.read_text(encoding="utf-8")
    anchors = {anchor(title) for title in re.findall(r"^#+ (.*)$", text, re.MULTILINE)}
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        file, _, name = target.partition("#")
        if file.startswith(("http:", "https:")):
            continue
        if not (page.parent / file).exists() or (not file and name not in anchors):
            broken.append(target)
    assert broken == []


def anchor(title):
    """The name under which a heading can be linked to."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_files_that_are_named_exist(page):
    text = page.read_text(encoding="utf-8")
    named = re.findall(r"`((?:docs|notebooks|scenarios|tests|reports|sim)/[\w./-]+)`", text)
    places = [ROOT / name for name in named if "NAME" not in name and "AXIS" not in name]
    assert [place for place in places if not place.exists()] == []


@pytest.mark.parametrize(("design", "failed"), [("enhanced", ["CONV", "INVAL"]), ("hardened", [])])
def test_the_scenario_of_the_guide_does_what_the_guide_says(tmp_path, design, failed):
    guide = (DOCS / "guide/getting-started.md").read_text(encoding="utf-8")
    (text,) = re.findall(r"```yaml\n(.*?)```", guide, re.DOTALL)
    file = tmp_path / "mine.yaml"
    file.write_text(text, encoding="utf-8")
    verdict = judge(run(load(file, design=design)))
    assert [finding.check for finding in verdict.findings if finding.status == "fail"] == failed
    assert [finding.check for finding in verdict.sometimes if finding.status != "pass"] == []


def test_one_action_travels_as_the_architecture_page_tells():
    page = (DOCS / "architecture.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| (→?) ?\| ([\d.]+) \| ([\w-]+) \| `(\w+)` \|", page, re.MULTILINE)
    history = run(load("seed/accept-pending"))
    told_of = [(round(float(ms) * 1000), at, kind) for _, ms, at, kind in told]
    happened = [(record.time_us, record.at, record.kind) for record in history]
    missing = [step for step in told_of if step not in happened]
    assert missing == []

    view = "appointments/list/pending"
    last = next(
        record
        for record in history.of("paint")
        if (record.at, record.view, record.entity) == ("op-2", view, "appointment/A1")
        and (record.data or {})["fields"] is None
    )
    chain = [*reversed(list(history.causes(last.seq))), last]
    marked = [step for step, (mark, *_) in zip(told_of, told, strict=True) if mark]
    assert marked == [(record.time_us, record.at, record.kind) for record in chain]
