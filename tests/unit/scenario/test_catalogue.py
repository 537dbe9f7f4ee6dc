from __future__ import annotations

import os
import shutil

import pytest

from syncsim import scenario
from syncsim.errors import EXIT_USAGE, InputError
from syncsim.scenario import catalogue
from tests.unit.scenario.sample import SAMPLE, spoiled


def refusal(call, *arguments, **options):
    with pytest.raises(InputError) as caught:
        call(*arguments, **options)
    assert caught.value.exit_status == EXIT_USAGE
    (problem,) = caught.value.problems
    return problem


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """Stand in for the catalogue with one of our own."""
    for kind in ("designs", "networks"):
        shutil.copytree(catalogue.folder() / kind, tmp_path / kind)
    for name in ("seed/one", "seed/two", "designs/broken", "schema/odd"):
        path = tmp_path / f"{name}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(SAMPLE)
    monkeypatch.setattr(catalogue, "folder", lambda: tmp_path)
    return tmp_path


def test_names_are_sorted_and_of_their_kind(shelf):
    assert scenario.names("scenarios") == ("seed/one", "seed/two")
    shipped = [path.stem for path in (shelf / "designs").iterdir()]
    assert scenario.names("designs") == tuple(sorted(shipped))
    assert "broken" in shipped
    assert scenario.find("designs", "broken") == shelf / "designs" / "broken.yaml"


def test_the_designs_and_networks_that_come_with_it():
    assert scenario.names("designs") == (
        *("best", "convex-like", "enhanced", "firestore-like", "hardened", "linear-like"),
        *("manual-refresh", "meteor-like", "polling", "powersync-like", "socketio-recovery"),
        "tkdodo",
    )
    assert scenario.names("networks") == (
        *("3g", "basement", "commuter", "congested", "edge", "office", "perfect", "rural-2g"),
        *("satellite", "slow-4g", "wifi", "wifi-lossy"),
    )


@pytest.mark.parametrize("name", scenario.names("designs"))
def test_each_design_loads_under_its_name(name):
    design = scenario.load_design(name)
    assert design.name == name
    assert design.title
    assert design.simplifies


def test_the_three_designs_differ_as_they_say():
    manual, enhanced, hardened = map(
        scenario.load_design, ("manual-refresh", "enhanced", "hardened")
    )
    assert (manual.read.strategy, manual.overlay.strategy) == ("manual", "pessimistic")
    assert (manual.read.refresh_every_us, manual.read.retries) == (30_000_000, 0)
    assert (manual.store, manual.push, manual.audit) == ("slice", False, False)
    assert (enhanced.read.strategy, enhanced.overlay.strategy) == ("invalidate", "snapshot")
    assert (enhanced.recovery.strategy, enhanced.write.retries) == ("nothing", 0)
    assert (manual.write.sent_by, enhanced.write.sent_by) == ("thunk", "thunk")
    assert (hardened.read.strategy, hardened.overlay.strategy) == ("generation", "layers")
    assert (hardened.write.strategy, hardened.write.if_match) == ("serial", True)
    assert (hardened.write.sent_by, hardened.write.retries) == ("mutation", 3)
    assert (hardened.write.idempotency_key, hardened.overlay.cancel_fetches) == (True, True)
    assert (hardened.recovery.strategy, hardened.keep_newest) == ("invalidate-all", True)


@pytest.mark.parametrize(
    ("name", "delay_us"),
    [("perfect", 0), ("office", 20_000), ("slow-4g", 75_000), ("3g", 150_000)],
)
def test_each_network_has_half_the_round_trip_of_its_source(name, delay_us):
    network = scenario.load_network(name)
    assert (network.name, network.delay_us, network.http_loss_ppm) == (name, delay_us, 0)


def test_a_network_that_is_no_measurement_says_so():
    lossy = scenario.load_network("wifi-lossy")
    assert lossy.http_loss_ppm == 20_000
    assert "not a measurement" in lossy.source


@pytest.mark.parametrize(
    ("call", "name", "code", "hint"),
    [
        (scenario.load_design, "enhansed", "unknown-design", "did you mean 'enhanced'?"),
        (scenario.load_network, "offise", "unknown-network", "did you mean 'office'?"),
        (scenario.load_design, "../networks/office", "unknown-design", None),
    ],
)
def test_an_unknown_name_has_a_nearest_one(call, name, code, hint):
    problem = refusal(call, name)
    assert problem.code == code
    assert hint is None or problem.hint == hint


def test_a_scenario_is_found_by_name_and_by_path(shelf):
    by_name = scenario.load("seed/one")
    by_path = scenario.load(shelf / "seed" / "one.yaml")
    assert by_name == by_path
    assert by_name.name == "seed/one"


def test_a_file_elsewhere_is_called_by_its_own_name(tmp_path):
    path = tmp_path / "my räre case.yaml"
    path.write_text(SAMPLE)
    loaded = scenario.load(str(path))
    assert loaded.name == "my-r-re-case.yaml"
    assert scenario.loads(scenario.dump(loaded)) == loaded


@pytest.mark.usefixtures("shelf")
@pytest.mark.parametrize("source", ["seed/ona", "seed/ona.yaml"])
def test_a_missing_file_has_a_nearest_name(source):
    problem = refusal(scenario.load, source)
    assert (problem.code, problem.place) == ("missing-file", source)
    assert problem.hint == "did you mean 'seed/one'?"


@pytest.mark.parametrize("source", ["a\0b", "x" * 5_000, ""])
def test_a_path_that_cannot_be_one_is_refused(source):
    assert refusal(scenario.load, source).code in ("missing-file", "not-a-file")


def test_a_folder_is_refused(tmp_path):
    problem = refusal(scenario.load, tmp_path)
    assert (problem.code, problem.found) == ("not-a-file", "a folder")


def test_a_pipe_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.yaml")
    assert refusal(scenario.load, tmp_path / "pipe.yaml").code == "not-a-file"


def test_a_file_of_50_mb_is_refused_by_its_size(tmp_path, monkeypatch):
    path = tmp_path / "huge.yaml"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    monkeypatch.setattr(type(path), "read_bytes", lambda _: pytest.fail("the file was read"))
    problem = refusal(scenario.load, path)
    assert (problem.code, problem.found) == ("too-large", "50,000,000 bytes")


def test_a_file_that_cannot_be_read_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "secret.yaml"
    path.write_text(SAMPLE)

    def denied(_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(path), "read_bytes", denied)
    problem = refusal(scenario.load, path)
    assert (problem.code, problem.found) == ("unreadable", "'Permission denied'")


def test_a_problem_is_placed_in_its_file(tmp_path):
    path = tmp_path / "bad.yaml"
    path.write_text(SAMPLE.replace("title:", "titel:"))
    with pytest.raises(InputError) as caught:
        scenario.load(path)
    places = [problem.place for problem in caught.value.problems]
    assert places == [f"{path}:1:1", f"{path}:2:1"]


def test_a_broken_file_of_the_catalogue_is_reported_by_its_own_place(shelf):
    for load in (
        lambda: scenario.load_design("broken"),
        lambda: scenario.loads(spoiled("design: enhanced", "design: broken")),
    ):
        with pytest.raises(InputError) as caught:
            load()
        assert caught.value.problems[0].place == f"{shelf / 'designs' / 'broken.yaml'}:1:1"


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"design": "enhansed"}, "unknown-design"),
        ({"network": "offise"}, "unknown-network"),
        ({"seed": -1}, "out-of-range"),
        ({"seed": 2**63}, "out-of-range"),
    ],
)
def test_an_option_that_cannot_be_used_is_refused(options, code):
    assert refusal(scenario.loads, SAMPLE, **options).code == code


def test_options_stand_in_for_what_the_file_says():
    plain = scenario.loads(SAMPLE)
    changed = scenario.loads(SAMPLE, design="hardened", network="3g", seed=0)
    assert (plain.design.name, plain.network.name, plain.seed) == ("enhanced", "office", 7)
    assert (changed.design.name, changed.network.name, changed.seed) == ("hardened", "3g", 0)
    assert changed.steps == plain.steps
