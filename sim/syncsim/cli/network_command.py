"""`syncsim network`: a network file from a trace."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from syncsim.cli.output import json_option, plain, print_json

if TYPE_CHECKING:
    from syncsim.net.fit import Fit


@click.group("network")
def command() -> None:
    """Make networks.

    \b
    Examples:
      syncsim network fit trace.csv
      syncsim network fit trace.csv --out mine.yaml --plot mine.png
      syncsim run seed/offline --network mine.yaml
    """


@command.command("fit")
@click.argument("trace", type=click.Path(dir_okay=False))
@click.option("--out", type=click.Path(dir_okay=False), help="Write the network to this file.")
@click.option(
    "--plot",
    type=click.Path(dir_okay=False),
    help="Draw the fit over the trace into this file, a .png or .svg.",
)
@json_option
def fit_command(trace: str, out: str | None, plot: str | None, as_json: bool) -> None:
    """Print a network that is like TRACE, a CSV file of packets.

    Its header names a column time_us or time_ms, when a packet was sent, and a column delay_us
    or delay_ms, how long it took one way, empty if it was lost. The lines that begin with # set
    the network beside the trace.

    \b
    Examples:
      syncsim network fit trace.csv --out mine.yaml
      syncsim network fit trace.csv --plot fit.png
    """
    from dataclasses import asdict
    from pathlib import Path

    from syncsim.cli.network_picture import fit_figure, fit_picture
    from syncsim.errors import quoted
    from syncsim.net.fit import fit
    from syncsim.net.trace import read_trace
    from syncsim_reports.figures import RENDERED
    from syncsim_reports.folder import write_file

    if plot is not None and Path(plot).suffix not in RENDERED:
        raise click.BadParameter(
            f"expected a name that ends in {' or '.join(RENDERED)}, found {quoted(plot)}",
            param_hint="--plot",
        )
    path = Path(trace)
    packets = read_trace(path)
    found = fit(packets, trace)
    text = "".join(f"# {line}\n" for line in fit_picture(packets, found))
    text += network_text(found, path.name)
    if out is not None:
        write_file(Path(out), text)
    if plot is not None:
        drawn = RENDERED[Path(plot).suffix](fit_figure(packets, found, path.name))
        write_file(Path(plot), drawn)
    if as_json:
        print_json({"fit": plain(asdict(found)), "yaml": text})
    elif out is None:
        click.echo(text, nl=False)
    else:
        click.echo(out)


def network_text(found: Fit, trace: str) -> str:
    """Return the network file of a fit; `trace` is the name of the file that it was made from."""
    import json

    from syncsim.scenario.values import format_duration

    path = found.path()
    name = "".join(char if char.isprintable() else "?" for char in trace)[:80]
    lines = [
        f"title: {json.dumps(f'Fitted to {name}', ensure_ascii=False)}",
        "source: "
        + json.dumps(
            f"syncsim network fit, from {name} with {found.packets} packets", ensure_ascii=False
        ),
        f"delay: {format_duration(path.delay_us)}",
        f"jitter: {format_duration(path.jitter_us)}",
    ]
    if path.loss is not None:
        lines.append(f"good_to_bad_ppm: {path.loss.good_to_bad_ppm}")
        lines.append(f"bad_to_good_ppm: {path.loss.bad_to_good_ppm}")
    return "\n".join(lines) + "\n"
