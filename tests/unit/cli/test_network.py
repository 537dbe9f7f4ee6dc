"""`syncsim network fit` and the picture of `syncsim show NETWORK`."""

from __future__ import annotations

import json
from pathlib import Path
from xml.dom.minidom import parseString

import networkx as nx
import pytest

from syncsim import scenario
from syncsim.cli.main import main
from syncsim.engine import Draws
from syncsim.net.loss import GilbertElliott, LossChain
from syncsim.scenario import topology

MS = 1_000
CHAIN = GilbertElliott(good_to_bad_ppm=20_000, bad_to_good_ppm=400_000)


def run(capsys: pytest.CaptureFixture[str], *args: object) -> tuple[int | str | None, str, str]:
    with pytest.raises(SystemExit) as ended:
        main([str(arg) for arg in args])
    out, err = capsys.readouterr()
    return ended.value.code, out, err


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    draws = Draws(3)
    chain = LossChain(CHAIN, draws, "loss")
    rows = ["time_ms,delay_us"]
    for number in range(20_000):
        delay_us = 40 * MS + draws.exponential_us(10 * MS, f"d{number}")
        rows.append(f"{number * 20},{'' if chain.lost(number) else delay_us}")
    path = tmp_path / "walk.csv"
    path.write_text("\n".join(rows) + "\n")
    return path


def test_a_trace_becomes_a_network_file_that_is_like_it(capsys, trace, tmp_path):
    out = tmp_path / "walk.yaml"
    assert run(capsys, "network", "fit", trace, "--out", out)[:2] == (0, f"{out}\n")
    network = scenario.network_from(out)
    assert network.delay_us == pytest.approx(40 * MS, rel=0.02)
    assert network.jitter_us == pytest.approx(10 * MS, rel=0.05)
    assert network.good_to_bad_ppm == pytest.approx(CHAIN.good_to_bad_ppm, rel=0.15)
    assert network.bad_to_good_ppm == pytest.approx(CHAIN.bad_to_good_ppm, rel=0.15)
    assert "walk.csv" in network.source


def test_the_file_says_how_near_it_is_and_json_says_it_all(capsys, trace):
    status, text, _ = run(capsys, "network", "fit", trace)
    assert status == 0
    assert text.startswith("# 20,000 packets, ")
    assert "#   50 %  47 ms      47 ms\n" in text
    assert "(exponential, as all jitter here is)" in text
    document = json.loads(run(capsys, "network", "fit", trace, "--json")[1])
    assert document["yaml"] == text
    assert document["fit"]["packets"] == 20_000


def test_the_fit_is_drawn_over_the_trace_in_equal_bytes(capsys, trace, tmp_path):
    printed = run(capsys, "network", "fit", trace)[1]
    files = [tmp_path / name for name in ("one.png", "two.png", "one.svg", "two.svg")]
    for file in files:
        assert run(capsys, "network", "fit", trace, "--plot", file)[:2] == (0, printed)
    one, two, *drawings = [file.read_bytes() for file in files]
    assert one == two
    assert one.startswith(b"\x89PNG")
    assert drawings[0] == drawings[1]


@pytest.mark.parametrize("name", ["<b>&amp;$x^2$--.csv", "日本 %s \x1b[1m.csv"])
def test_the_name_of_a_trace_does_not_become_markup(capsys, tmp_path, name):
    path = tmp_path / name
    path.write_text("time_ms,delay_ms\n" + "".join(f"{n},{n % 9}\n" for n in range(40)))
    drawn = tmp_path / "fit.svg"
    assert run(capsys, "network", "fit", path, "--plot", drawn)[0] == 0
    ours = parseString(drawn.read_bytes())  # noqa: S318 - the file is from the line above
    assert not ours.getElementsByTagName("b")


def test_a_drawing_is_a_png_or_an_svg(capsys, trace, tmp_path):
    status, out, err = run(capsys, "network", "fit", trace, "--plot", tmp_path / "fit.pdf")
    assert (status, out) == (64, "")
    assert ".png or .svg" in err
    assert run(capsys, "network", "fit", trace, "--plot", tmp_path / "no" / "fit.png")[0] == 64


def test_every_bad_row_of_a_trace_is_named(capsys, tmp_path):
    path = tmp_path / "bad.csv"
    path.write_text("time_ms,delay_ms\n1,x\n2,y\n")
    status, out, err = run(capsys, "network", "fit", path)
    assert (status, out) == (64, "")
    assert f"{path}:2:2" in err
    assert f"{path}:3:2" in err
    assert run(capsys, "network", "fit", tmp_path / "none.csv")[0] == 64


def test_show_draws_every_network_and_stays_a_network_file(capsys, tmp_path):
    for name in scenario.names("networks"):
        status, text, _ = run(capsys, "show", name)
        assert status == 0
        assert "one way\n" in text
        copy = tmp_path / f"{name}.yaml"
        copy.write_text(text)
        assert scenario.network_from(copy).delay_us == scenario.load_network(name).delay_us


def test_the_picture_of_a_network_says_what_goes_wrong_on_it(capsys):
    text = run(capsys, "show", "commuter")[1]
    way = [
        "client ── access link ─┬─ gateway ──── broker ─┬── backend",
        "          │            └─ HTTP ────────────────┘",
        "          ├─ delay: 75 ms + about 15 ms, one way",
        "          ├─ bandwidth: 750 kbit/s up, 1.6 Mbit/s down",
        "          ├─ losses: 1.96 % of segments, 2.0 in a row",
        "          └─ outages: of 4.0 s, 2.0 min apart, on average; down 3.2 % of the time",
        "a frame of 120 bytes to the client, of 2,000 sent one a second:",
    ]
    assert "".join(f"# {line}\n" for line in way) in text
    assert "          └─ losses: none\n" in run(capsys, "show", "perfect")[1]
    picture = json.loads(run(capsys, "show", "commuter", "--json")[1])["picture"]
    assert picture[: len(way)] == way


def test_the_way_of_a_network_is_that_of_a_scenario_with_one_client():
    network = scenario.load_network("wifi")
    graph = topology.way(network)
    assert sorted(nx.all_simple_paths(graph, "client", "backend")) == [
        ["client", "client/link", "backend"],
        ["client", "client/link", "gateway", "broker", "backend"],
    ]
    assert graph.edges["client/link", "backend"] == {"carries": "HTTP"}
    assert graph.nodes["client/link"]["network"] is network
