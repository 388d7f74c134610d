"""The rules of the draw, without a database: what holds for every list of entries."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kepuyue.bookings import drawing
from kepuyue.bookings.drawing import Draw, Entry, Result

CHANNELS = ("online", "helper")
SEED = "5e" * 32


@st.composite
def lists(draws: st.DrawFn) -> list[Entry]:
    parties = draws(
        st.lists(st.tuples(st.integers(min_value=1, max_value=5), st.sampled_from(CHANNELS)), max_size=25)
    )
    return [
        Entry(number, f"{number:032x}", seats, channel)
        for number, (seats, channel) in enumerate(parties, start=1)
    ]


seats_of = st.fixed_dictionaries({channel: st.integers(min_value=0, max_value=20) for channel in CHANNELS})


def held(entries: list[Entry], seats: dict[str, int], most: int = 3, value: str = "08 11 19") -> Draw:
    result = drawing.drawn(entries, seed=SEED, public_value=value, seats=seats, waitlist_most=most)
    return Draw(drawing.commitment_of(SEED), SEED, "号码", value, seats, most, entries, result)


@settings(max_examples=60, deadline=None)
@given(lists(), seats_of, st.integers(min_value=0, max_value=4))
def test_everybody_is_in_one_list_and_no_seat_is_given_twice(
    entries: list[Entry], seats: dict[str, int], most: int
) -> None:
    draw = held(entries, seats, most)

    numbers = [*draw.result.drawn, *draw.result.waiting, *draw.result.not_drawn]
    known = {one.number: one for one in entries}
    assert sorted(numbers) == sorted(known)
    for channel, free in seats.items():
        given_out = sum(known[one].seats for one in draw.result.drawn if known[one].channel == channel)
        left = free - given_out
        assert left >= 0
        # No seat stays empty while somebody could have had it
        unlucky = [known[one] for one in (*draw.result.waiting, *draw.result.not_drawn)]
        assert all(one.seats > left for one in unlucky if one.channel == channel)
        assert sum(known[one].channel == channel for one in draw.result.waiting) <= most


@settings(max_examples=60, deadline=None)
@given(lists(), seats_of, st.randoms())
def test_order_of_the_list_does_not_matter(
    entries: list[Entry], seats: dict[str, int], chance: object
) -> None:
    shuffled = list(entries)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]

    assert held(shuffled, seats).result == held(entries, seats).result


@settings(max_examples=60, deadline=None)
@given(lists(), seats_of)
def test_file_is_read_as_it_was_written_and_holds(entries: list[Entry], seats: dict[str, int]) -> None:
    draw = held(entries, seats)

    again, stated = drawing.read(json.dumps(drawing.written(draw)))

    assert (again, drawing.faults(again, stated)) == (draw, [])


@pytest.mark.parametrize(
    ("path", "value", "faults"),
    [
        (("seed",), "00" * 32, ["commitment", "result"]),
        (("public_value",), "08 11 20", ["result"]),
        (("entries", 3, "seats"), 2, ["entries", "result"]),
        (("result", "drawn"), [1, 2, 3], ["result"]),
    ],
)
def test_whatever_was_touched_is_found(path: tuple[str | int, ...], value: object, faults: list[str]) -> None:
    data = drawing.written(held([Entry(number, "d", 1, "online") for number in range(1, 9)], {"online": 3}))
    data = json.loads(json.dumps(data))
    place = data
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value

    found = drawing.faults(*drawing.read(json.dumps(data)))

    assert found == faults


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": "kepuyue-draw-1"}', '{"format": "other"}'])
def test_what_is_no_draw_is_refused(text: str) -> None:
    with pytest.raises(drawing.Unreadable):
        drawing.read(text)


def test_ticket_is_what_the_page_says_in_words() -> None:
    """Written out once more as somebody else would, from the words of the public page."""
    from hashlib import sha256

    entries = [Entry(1, "aa", 2, "online"), Entry(2, "bb", 1, "online"), Entry(3, "cc", 1, "online")]
    listed = sha256(b"1,aa,2,online\n2,bb,1,online\n3,cc,1,online\n").hexdigest()
    tickets = {number: sha256(f"seed|value|{listed}|{number}".encode()).hexdigest() for number in (1, 2, 3)}

    result = drawing.drawn(entries, seed="seed", public_value="value", seats={"online": 4}, waitlist_most=0)

    assert result == Result(sorted(tickets, key=lambda number: tickets[number]), [], [])
