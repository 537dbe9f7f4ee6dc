"""Study files: what they may say, and how they are told what is wrong."""

from __future__ import annotations

import re

import pytest

from syncsim.errors import InputError
from syncsim.scenario import names
from syncsim.search.study import fill, folder, load_study, study_names, value_names

STUDY = """\
syncsim: 1
title: Two designs
question: Which one?
designs: [enhanced, hardened]
networks: [office, slow-4g]
scenarios: [seed/payment]
seeds: 6
measure: mean_age_us
conclusion:
  - "`enhanced` keeps {enhanced.keeps}."
  - "The age is {hardened.mean_age_us.against.enhanced}."
  - "Take {choice}: {choice.failed}."
"""


@pytest.fixture
def write(tmp_path):
    def write(*changes):
        text = STUDY
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        path = tmp_path / "mine" / "study.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return path

    return write


def problems(path):
    with pytest.raises(InputError) as error:
        load_study(path)
    assert all(len(str(problem).splitlines()) == 3 for problem in error.value.problems)
    return [(problem.code, problem.found, problem.hint) for problem in error.value.problems]


def test_a_study_is_read_from_its_file_or_its_folder(write):
    path = write()
    study = load_study(path)
    assert load_study(path.parent) == study
    assert (study.name, study.folder, study.seeds) == ("mine", path.parent, 6)
    assert study.designs == ("enhanced", "hardened")
    assert study.sources == study.scenarios == ("seed/payment",)
    assert study.titles.keys() == {"enhanced", "hardened", "office", "slow-4g", "seed/payment"}
    assert all(study.titles.values())


@pytest.mark.parametrize("name", study_names())
def test_every_study_of_the_checkout_can_be_read(name):
    assert load_study(name).folder == folder() / name


def test_there_are_studies():
    assert "before-and-after" in study_names()


def test_networks_may_be_left_to_the_scenarios(write):
    assert load_study(write(("networks: [office, slow-4g]\n", ""))).networks == ()


def test_a_scenario_may_stand_beside_the_study(write, tmp_path):
    path = write(("[seed/payment]", "[mine.yaml]"))
    assert [problem[:2] for problem in problems(path)] == [("unknown-scenario", "'mine.yaml'")]
    payment = "title: Mine\n".join(
        re.split(r"title: .*\n", (folder().parents[1] / "scenarios/seed/payment.yaml").read_text())
    )
    (path.parent / "mine.yaml").write_text(payment)
    study = load_study(path)
    assert study.scenarios == ("mine.yaml",)
    assert study.sources == (str(path.parent / "mine.yaml"),)
    assert study.titles["mine.yaml"] == "Mine"


def test_what_is_wrong_with_a_scenario_beside_it_is_told_in_its_own_place(write):
    path = write(("[seed/payment]", "[mine.yaml]"))
    (path.parent / "mine.yaml").write_text("syncsim: 1\n")
    with pytest.raises(InputError) as error:
        load_study(path)
    assert all("mine.yaml" in problem.place for problem in error.value.problems)


@pytest.mark.parametrize(
    ("old", "new", "code", "found"),
    [
        ("[enhanced, hardened]", "[enhanced, hardend]", "unknown-design", "'hardend'"),
        ("slow-4g", "slow-5g", "unknown-network", "'slow-5g'"),
        ("seed/payment", "seed/paymnt", "unknown-scenario", "'seed/paymnt'"),
        ("measure: mean_age_us", "measure: mean_age", "unknown-measure", "'mean_age'"),
        ("{choice.failed}", "{choice.faild}", "unknown-value", "'choice.faild'"),
        ("against.enhanced", "against.hardened", "unknown-value", None),
        ("office, slow-4g", "office, office", "duplicate-id", "'office' again"),
        ("seeds: 6", "seeds: 5", "out-of-range", "'5'"),
        ("seeds: 6", "seeds: 1001", "out-of-range", "'1001'"),
        ("[enhanced, hardened]", "[enhanced]", "too-few", "1"),
        ("title: Two designs\n", "", "missing-key", "nothing"),
        ("seeds: 6", "seeds: 6\nseed: 1", "unknown-key", "'seed'"),
        ("syncsim: 1", "syncsim: 2", "unknown-syncsim", "'2'"),
        ("Take {choice}", "Take {choice", "open-brace", None),
        ("The age is", "It is better by 20 ms:", "result-by-hand", "'better'"),
        ("The age is", "It is 20 ms:", "result-by-hand", "'20'"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_the_nearest_name(write, old, new, code, found):
    path = write((old, new))
    told = problems(path)
    assert (code, found) in [(told[0][0], told[0][1]), (told[0][0], None)]
    with pytest.raises(InputError) as error:
        load_study(path)
    assert re.match(rf"{re.escape(str(path))}:\d+:\d+", error.value.problems[0].place)


def test_all_mistakes_are_told_at_once(write):
    found = problems(
        write(("hardened]", "hardend]"), ("measure: mean_age_us", "measure: x"), ("Take", "7"))
    )
    assert {"unknown-design", "unknown-measure", "result-by-hand"} <= {code for code, *_ in found}


def test_a_design_with_a_number_in_its_name_may_be_named_in_backquotes(write):
    sentence = "`enhanced` keeps {enhanced.keeps}"
    assert load_study(write((sentence, f"On `slow-4g`, {sentence}")))
    assert problems(write((sentence, f"On slow-4g, {sentence}")))[0][1] == "'4'"
    assert problems(write((sentence, f"On `other-4g`, {sentence}")))[0][1] == "'4'"


def test_there_are_three_sentences(write):
    path = write(('  - "Take {choice}: {choice.failed}."\n', ""))
    assert problems(path)[0][0] == "too-few"


def test_a_study_that_would_run_for_days_is_refused(write):
    scenarios = ", ".join(names("scenarios")[:5])
    path = write(
        ("seed/payment", scenarios), ("seeds: 6", "seeds: 1000"), ("slow-4g", "3g, perfect")
    )
    assert problems(path)[0][:2] == ("too-many", "30,000")


def test_a_study_that_is_not_there_has_a_hint():
    with pytest.raises(InputError) as error:
        load_study("before-and-afer")
    assert "did you mean 'before-and-after'?" in str(error.value)


def test_a_huge_or_hostile_file_is_refused_at_once(write):
    path = write()
    path.write_text("a: " * 1_000_000)
    assert problems(path)[0][0] == "too-large"
    path.write_text("a: &a [*a, *a]\n")
    assert problems(path)[0][0] == "yaml-alias"


def test_gaps_are_filled_by_name():
    assert fill("{a.b} is {c}", {"a.b": "this", "c": "{a.b}"}) == "this is {a.b}"


def test_the_names_of_values_are_distinct():
    found = value_names(["a", "b"])
    assert len(found) == len(dict.fromkeys(found))
    assert "a.mean_age_us.against.a" not in found
    assert "choice.mean_age_us.against.a" in found


def test_a_design_may_stand_beside_the_study(write):
    path = write(("[enhanced, hardened]", "[enhanced, own]"), ("{hardened.", "{own."))
    (path.parent / "designs").mkdir()
    own = path.parent / "designs" / "own.yaml"
    own.write_text((folder().parents[1] / "scenarios/designs/hardened.yaml").read_text("utf-8"))
    study = load_study(path)
    assert study.designs == ("enhanced", "own")
    assert study.design_sources == ("enhanced", str(own))
