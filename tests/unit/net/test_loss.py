"""The Gilbert–Elliott chain: what it loses, in what bursts, and on what its draws hang."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncsim.engine import Draws
from syncsim.net.loss import NEVER, Geometric, GilbertElliott, LossChain
from syncsim.net.profile import MILLION

MANY = 200_000
SPREAD = 5
"""Standard deviations that a sound draw stays within; the seeds are fixed, so it always does."""


def chain(p: float, r: float, bad: float = 1, good: float = 0) -> GilbertElliott:
    return GilbertElliott(
        good_to_bad_ppm=round(p * MILLION),
        bad_to_good_ppm=round(r * MILLION),
        loss_bad_ppm=round(bad * MILLION),
        loss_good_ppm=round(good * MILLION),
    )


# The presets of algesten/str0m netem/src/config.rs, and chains with loss in both states.
PRESETS = {
    "wifi": (chain(0.005, 0.5), 0.0099, 2),
    "cellular": (chain(0.01, 0.5), 0.0196, 2),
    "satellite": (chain(0.01, 0.333), 0.0292, 3),
    "wifi lossy": (chain(0.025, 0.5), 0.0476, 2),
    "congested": (chain(0.05, 0.5), 0.0909, 2),
    "Gilbert's h": (chain(0.02, 0.2, bad=0.5), 0.0455, 5 / 3),
    "Elliott": (chain(0.02, 0.2, bad=0.6, good=0.01), 0.0636, 1.713),
    "even": (chain(0.3, 0.3, bad=0.25, good=0.25), 0.25, 4 / 3),
    "restless": (chain(1, 1), 0.5, 1),
}


def fates(model: GilbertElliott, seed: int = 1, name: str = "l", count: int = MANY) -> list[bool]:
    link = LossChain(model, Draws(seed), name)
    return [link.lost(number) for number in range(count)]


@pytest.mark.parametrize("name", PRESETS)
def test_loss_and_bursts_have_the_closed_form(name):
    model, loss, burst = PRESETS[name]
    assert float(model.stationary_loss) == pytest.approx(loss, abs=6e-5)
    assert float(model.mean_burst) == pytest.approx(burst, abs=0.03)

    lost = fates(model)
    stay = 1 - (model.good_to_bad_ppm + model.bad_to_good_ppm) / MILLION
    # Neighbours are alike: the variance of the mean is that of independent segments, times this.
    inflation = (1 + max(stay, 0)) / (1 - max(stay, 0))
    share = sum(lost) / MANY
    deviation = math.sqrt(loss * (1 - loss) * inflation / MANY)
    assert abs(share - float(model.stationary_loss)) < SPREAD * deviation

    runs = [len([*group]) for is_lost, group in groupby(lost) if is_lost]
    spread = math.sqrt(sum((run - burst) ** 2 for run in runs) / len(runs) / len(runs))
    assert abs(sum(runs) / len(runs) - float(model.mean_burst)) <= SPREAD * spread


def test_the_lengths_of_bursts_are_geometric():
    runs = [len([*g]) for is_lost, g in groupby(fates(chain(0.05, 0.5))) if is_lost]
    for length in range(1, 7):
        share, count = 0.5**length, sum(run == length for run in runs)
        limit = SPREAD * math.sqrt(len(runs) * share * (1 - share))
        assert abs(count - len(runs) * share) < limit, length


def test_the_gaps_between_bursts_are_geometric_with_the_mean_of_a_good_stay():
    gaps = [len([*g]) for is_lost, g in groupby(fates(chain(0.05, 0.5))) if not is_lost]
    assert abs(sum(gaps) / len(gaps) - 20) < SPREAD * 20 / math.sqrt(len(gaps))
    longer = sum(gap > 40 for gap in gaps) / len(gaps)
    expected = 0.95**40
    assert abs(longer - expected) < SPREAD * math.sqrt(expected / len(gaps))


def test_the_first_segment_meets_the_long_run_and_not_a_good_link():
    model = chain(0.1, 0.2)
    lost = sum(LossChain(model, Draws(1), f"l{n}").lost(0) for n in range(10_000))
    expected = float(model.stationary_loss)
    assert abs(lost / 10_000 - expected) < SPREAD * math.sqrt(expected / 10_000)


def test_loss_in_the_good_state_is_found_inside_long_stays():
    lost = fates(chain(0.000001, 1, good=0.1))
    assert abs(sum(lost) / MANY - 0.1) < SPREAD * math.sqrt(0.09 / MANY)


def test_what_can_never_or_must_always_be_lost():
    assert not any(fates(chain(0, 1), count=1_000))
    assert not any(fates(chain(0.5, 0.5, bad=0), count=1_000))
    assert all(fates(chain(0, 1, good=1), count=1_000))
    assert all(fates(chain(0.5, 0.5, good=1), count=1_000))
    assert chain(0, 1).mean_burst == 0
    assert chain(0.5, 0.5, good=1).mean_burst == NEVER
    assert chain(0, 1, good=0.5).mean_burst == 2, "independent losses are runs as well"


def test_the_fate_of_a_segment_hangs_on_seed_name_and_number_alone():
    model = chain(0.05, 0.3, bad=0.7, good=0.02)
    everything = fates(model, count=3_000)
    link = LossChain(model, Draws(1), "l")
    some = range(7, 3_000, 13)
    assert [link.lost(number) for number in some] == [everything[number] for number in some]
    assert fates(model, name="other", count=3_000) != everything
    assert fates(model, seed=2, count=3_000) != everything
    assert fates(model, count=3_000) == everything


def test_the_same_losses_on_every_machine():
    link = LossChain(chain(0.01, 0.25, bad=0.9, good=0.001), Draws(7), "op-1/up")
    found, number = [], 0
    while len(found) < 12:
        number = link.first_lost(number, NEVER)
        found.append(number)
        number += 1
    assert found == [6, 7, 154, 155, 176, 177, 178, 179, 180, 181, 182, 183]


@given(
    st.integers(1, MILLION),
    st.integers(1, MILLION),
    st.integers(0, MILLION),
    st.integers(0, MILLION),
    st.integers(0, 99),
)
def test_asking_for_the_next_loss_finds_what_asking_one_by_one_finds(p, r, bad, good, seed):
    model = GilbertElliott(
        good_to_bad_ppm=p, bad_to_good_ppm=r, loss_bad_ppm=bad, loss_good_ppm=good
    )
    one_by_one = [number for number, lost in enumerate(fates(model, seed, count=300)) if lost]
    link, skipping, number = LossChain(model, Draws(seed), "l"), [], 0
    while number < 300:
        found = link.first_lost(number, 300)
        skipping += [found] * (found < 300)
        number = found + 1
    assert skipping == one_by_one


def test_a_chain_does_not_go_back():
    link = LossChain(chain(0.1, 0.1), Draws(1), "l")
    link.lost(5)
    link.lost(5)
    with pytest.raises(AssertionError):
        link.lost(4)


@pytest.mark.parametrize("chance_ppm", [1, 5_000, 333_333, 500_000, 999_999, MILLION])
def test_geometric_steps_are_the_inverse_of_the_distribution(chance_ppm):
    steps_of, stays = Geometric(chance_ppm), Fraction(MILLION - chance_ppm, MILLION)
    for bits in [0, 1, 1 << 20, (1 << 63) - 1, 1 << 63, (1 << 64) - 2, (1 << 64) - 1]:
        steps, draw = steps_of.steps(bits), Fraction(bits + 1, 1 << 64)
        assert steps >= 1
        # So many steps are taken if more than that have a smaller chance than the draw. The
        # powers are cut to 64 bits, and the draw at a boundary may fall to either side.
        more = math.exp(steps * math.log1p(-chance_ppm / MILLION)) if stays else 0
        fewer = math.exp((steps - 1) * math.log1p(-chance_ppm / MILLION)) if steps > 1 else 1
        assert more * (1 - 1e-9) <= draw + Fraction(64, 1 << 64)
        assert fewer * (1 + 1e-9) >= draw


def test_what_has_no_chance_never_happens():
    assert Geometric(0).steps(0) == Geometric(0).steps((1 << 64) - 1) == NEVER


@pytest.mark.parametrize(
    "wrong",
    [
        {"good_to_bad_ppm": -1},
        {"bad_to_good_ppm": 0},
        {"bad_to_good_ppm": MILLION + 1},
        {"loss_bad_ppm": MILLION + 1},
        {"loss_good_ppm": -1},
    ],
    ids=str,
)
def test_chances_are_chances_and_a_bad_state_ends(wrong):
    with pytest.raises(AssertionError):
        GilbertElliott(**{"good_to_bad_ppm": 1, "bad_to_good_ppm": 1} | wrong)
