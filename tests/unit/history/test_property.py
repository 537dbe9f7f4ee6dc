from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncsim.history.property import COUNTED, Property, PropertyError, Scope, parse
from syncsim.history.vocabulary import SOMETIMES

READ = {
    "sometimes refusal": {"kind": "sometimes", "subject": "refusal"},
    "never  outcome-unknown ": {"kind": "never", "subject": "outcome-unknown"},
    "eventually refusal within 1.5s": {
        "kind": "eventually", "subject": "refusal", "bound": 1_500_000, "inclusive": True,
    },
    "after restart eventually coherent of view pending within 5m": {
        "kind": "eventually", "subject": "coherent", "after": "restart",
        "scope": Scope(kind="view", name="pending"), "bound": 300_000_000, "inclusive": True,
    },
    "p99 staleness of therapist views < 800ms": {
        "kind": "spread", "subject": "staleness", "percent": 99,
        "scope": Scope(kind="role", name="therapist"), "bound": 800_000,
    },
    "always feedback of client op-1 <= 0.5ms": {
        "kind": "spread", "subject": "feedback", "percent": 100,
        "scope": Scope(kind="client", name="op-1"), "bound": 500, "inclusive": True,
    },
    "requests per commit < 2.125": {
        "kind": "count", "subject": "requests per commit", "bound": 2125,
    },
    "flickers <= 0": {"kind": "count", "subject": "flickers", "bound": 0, "inclusive": True},
}  # fmt: skip


@pytest.mark.parametrize("text", READ)
def test_a_line_is_taken_apart(text):
    assert parse(text) == Property(text=" ".join(text.split()), **READ[text])


@pytest.mark.parametrize(
    ("text", "expected", "hint"),
    [
        ("", "a property", "it begins with one of: sometimes"),
        ("sometimse refusal", "a property", "did you mean 'sometimes'?"),
        ("sometimes", "a situation", "one of: refusal"),
        ("sometimes refusall", "a situation", "did you mean 'refusal'?"),
        ("sometimes refusal twice", "the end of the property", "say one thing in each"),
        ("after restart coherent within 1s", "the word eventually", "write `eventually` after"),
        ("eventually coherent", "the word within", "write `within` after `eventually coherent`"),
        ("eventually coherent within soon", "a time in whole microseconds", "write a number"),
        ("p99 stalenes < 1s", "staleness or feedback", "did you mean 'staleness'?"),
        ("p99 staleness > 1s", "a bound, < or <=", "only upper bounds"),
        ("p99 staleness < 1", "a time in whole microseconds", "write a number and a unit"),
        ("p99 staleness < 0.5us", "a time in whole microseconds", "write a number and a unit"),
        ("p99 staleness of therapist", "whose", "write `of therapist views`"),
        ("p99 staleness of my view < 1s", "a role, a client or a view", "write `of therapist"),
        ("p99 feedback of view pending < 1s", "a role or a client", "about people"),
        ("p100 staleness < 1s", "a property", "one of"),
        ("p0 staleness < 1s", "a property", "one of"),
        ("flickers < 1ms", "a number", "without a unit"),
        ("flickers < ٣", "a number", "without a unit"),
        ("never " + "x" * 200, "a property of at most 200 characters", "one thing"),
    ],
)
def test_what_is_no_property_is_refused_with_a_hint(text, expected, hint):
    with pytest.raises(PropertyError) as caught:
        parse(text)
    assert caught.value.expected == expected
    assert hint in caught.value.hint


WORDS = (
    "p99", "p5", "always", "after", "eventually", "sometimes", "never", "staleness", "feedback",
    "of", "views", "client", "view", "op-1", "<", "<=", "1s", "7", "coherent", "within",
    "refusal", *" ".join(COUNTED).split(), *SOMETIMES,
)  # fmt: skip


@given(st.lists(st.sampled_from(WORDS), max_size=10).map(" ".join) | st.text(max_size=250))
def test_any_text_is_a_property_or_is_refused(text):
    try:
        read: Property | PropertyError = parse(text)
    except PropertyError as error:
        read = error
    if isinstance(read, PropertyError):
        assert read.expected
        assert read.hint
    else:
        assert parse(read.text) == read
