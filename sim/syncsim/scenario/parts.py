"""Designs and networks: from the catalogue by name, or written into a scenario."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from syncsim.design import Design, Feed, Merge, Overlay, Read, Recovery, Write
from syncsim.design.compatibility import SETTINGS, is_used, unmet, value_at
from syncsim.errors import InputError, quoted
from syncsim.net.profile import Profile
from syncsim.scenario import catalogue
from syncsim.scenario.document import DesignText, InlineDesign
from syncsim.scenario.network_text import InlineNetwork, NetworkText
from syncsim.scenario.rows import DURATION_SUFFIX
from syncsim.scenario.shape import Reader
from syncsim.scenario.text import KeyPath, read_tree

P = TypeVar("P", Design, Profile)


def load_design(name: str, *, place: str = "") -> Design:
    """Return a design of the catalogue.

    Args:
        name: as `catalogue.names` gives it; a path is not a name.
        place: where the name was written, for the message.

    Raises:
        InputError: if there is none of that name, or its file has problems.
    """
    return _read_design(name, catalogue.find("designs", name, place=place))


def design_from(source: str | Path) -> Design:
    """Return a design that a person named: of the catalogue, or in a file of their own.

    A scenario may come from anywhere, so a name in one never means a file; see `load_design`.

    Raises:
        InputError: if it is neither, or the file has problems.
    """
    path = catalogue.own_file("designs", source)
    return load_design(str(source)) if path is None else _read_design(catalogue.stem(path), path)


def _read_design(name: str, path: Path) -> Design:
    reader = Reader(read_tree(path))
    text = reader.entry(DesignText, ())
    _check_write(reader, text, ("write", "retries"))
    _check_fit(reader, text, ())
    reader.finish()
    assert text is not None, "a design without a problem was read"
    return _design(name, text)


def load_network(name: str, *, place: str = "") -> Profile:
    """Return a network of the catalogue.

    Args:
        name: as `catalogue.names` gives it; a path is not a name.
        place: where the name was written, for the message.

    Raises:
        InputError: if there is none of that name, or its file has problems.
    """
    return _read_network(name, catalogue.find("networks", name, place=place))


def network_from(source: str | Path) -> Profile:
    """Return a network that a person named: of the catalogue, or in a file of their own.

    Raises:
        InputError: if it is neither, or the file has problems.
    """
    path = catalogue.own_file("networks", source)
    return load_network(str(source)) if path is None else _read_network(catalogue.stem(path), path)


def _read_network(name: str, path: Path) -> Profile:
    reader = Reader(read_tree(path))
    text = reader.entry(NetworkText, ())
    _check_outages(reader, text, ())
    reader.finish()
    assert text is not None, "a network without a problem was read"
    return _network(name, text)


def design_of(reader: Reader) -> Design | None:
    """Return what the key `design` of a scenario means, None if it cannot be used."""
    if isinstance(reader.tree.data["design"], str):
        return _by_name(reader, "design", load_design)
    text = reader.entry(InlineDesign, ("design",))
    _check_write(reader, text, ("design", "write", "retries"))
    _check_fit(reader, text, ("design",))
    return _design(text.name, text) if text else None


def network_of(reader: Reader) -> Profile | None:
    """Return what the key `network` of a scenario means, None if it cannot be used."""
    if isinstance(reader.tree.data["network"], str):
        return _by_name(reader, "network", load_network)
    text = reader.entry(InlineNetwork, ("network",))
    _check_outages(reader, text, ("network",))
    return _network(text.name, text) if text else None


def _check_outages(reader: Reader, text: NetworkText | None, path: KeyPath) -> None:
    """Note outages of which only the length or only the distance is known."""
    if text is not None and (text.outage_us > 0) != (text.outage_every_us > 0):
        given, missing = ("outage", "outage_every")
        if text.outage_every_us:
            given, missing = missing, given
        reader.report(
            path,
            code="missing-key",
            expected=f"the key '{missing}', above 0s, beside '{given}'",
            found="nothing",
            hint=f"add `{missing}: 60s`",
        )


def _check_write(reader: Reader, text: DesignText | None, path: KeyPath) -> None:
    """Note retries of a thunk, which is sent once."""
    if text is not None and text.write.retries and text.write.sent_by == "thunk":
        reader.report(
            path,
            code="needs-mutation",
            expected="0, because a thunk is sent once",
            found=quoted(str(text.write.retries)),
            hint="write `sent_by: mutation` for retries, or leave them out",
        )


def _check_fit(reader: Reader, text: DesignText | None, path: KeyPath) -> None:
    """Note what does not go together, with the reason, and settings that nothing looks at."""
    if text is None:
        return
    for need in unmet(text):
        where, name = need.choice
        wanted = " or ".join(map(_written, need.among)) or "more than nothing"
        reader.report(
            (*path, *where.split(".")),
            code="does-not-fit",
            expected=f"{_key(need.key)}: {wanted}, for {name}, because {need.because}",
            found=f"{_key(need.key)}: {_written(value_at(text, need.key))}",
            hint=f"set {_key(need.key)}, or choose another {where.replace('.', ' ')}",
        )
    for key, (where, names) in SETTINGS.items():
        axis, _, setting = key.partition(".")
        if setting in getattr(text, axis).model_fields_set and not is_used(text, key):
            reader.report(
                (*path, axis, setting.removesuffix(DURATION_SUFFIX)),
                code="unused-setting",
                expected=f"{where}: {' or '.join(map(_written, names))} beside {_key(key)}",
                found=f"{where}: {_written(value_at(text, where))}",
                hint="leave it out, or choose a strategy that looks at it",
                key=True,
            )


def _key(key: str) -> str:
    """Return the path of a setting as a file writes it."""
    return key.removesuffix(DURATION_SUFFIX)


def _written(value: object) -> str:
    """Return a value as a file writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _by_name(reader: Reader, key: str, load: Callable[..., P]) -> P | None:
    place = reader.tree.place(reader.tree.mark((key,)))
    try:
        return load(reader.tree.data[key], place=place)
    except InputError as error:
        reader.absorb((key,), error)
        return None


def _design(name: str, text: DesignText) -> Design:
    return Design(
        name=name,
        title=text.title or name,
        simplifies=text.simplifies,
        source=text.source,
        read=Read(**dict(text.read)),
        overlay=Overlay(**dict(text.overlay)),
        write=Write(**dict(text.write)),
        recovery=Recovery(**dict(text.recovery)),
        merge=Merge(**dict(text.merge)),
        feed=Feed(**dict(text.feed)),
        store=text.store,
        push=text.push,
        audit=text.audit,
        keep_newest=text.keep_newest,
        socket=text.socket,
        outbox=text.outbox,
        retry_after=text.retry_after,
    )


def _network(name: str, text: NetworkText) -> Profile:
    return Profile(
        name=name,
        title=text.title,
        source=text.source,
        delay_us=text.delay_us,
        jitter_us=text.jitter_us,
        http_loss_ppm=text.http_loss_ppm,
        handshake_rtts=text.handshake_rtts,
        up_bps=text.up_bps,
        down_bps=text.down_bps,
        queue_segments=text.queue_segments,
        good_to_bad_ppm=text.good_to_bad_ppm,
        bad_to_good_ppm=text.bad_to_good_ppm,
        outage_every_us=text.outage_every_us,
        outage_us=text.outage_us,
    )
