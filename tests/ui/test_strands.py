"""The strands of the loop: nothing drawn crosses a post, nothing is lost, words never stand on words."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from rantai.ui import strands
from rantai.ui.strands import Flow, Head, Post, Strands

HEADS = [Head(text=text) for text in ("Tier 2", "Tier 1", "Plants", "Warehouses", "Customers")]


def make_posts(*places: tuple[str, int], **facts: str) -> list[Post]:
    return [Post(key=key, column=column, name=key.title(), **facts) for key, column in places]


def make_chain(**facts: object) -> Strands:
    """A supplier, a plant that feeds a warehouse, a warehouse that feeds another, and a way past the plant."""
    described = {
        "title": "The loop",
        "heads": HEADS,
        "unit": 10,
        "posts": make_posts(("far", 0), ("near", 1), ("plant", 2), ("hub", 3), ("depot", 3), ("shop", 4)),
        "flows": [
            Flow(origin="far", target="near"),
            Flow(origin="near", target="plant", amount=100, late=20),
            Flow(origin="near", target="hub", amount=50, planned=50),
            Flow(origin="plant", target="hub", amount=100, late=20),
            Flow(origin="hub", target="depot", amount=60, planned=30),
            Flow(origin="hub", target="shop", amount=90, late=20),
            Flow(origin="depot", target="shop", amount=60),
        ],
    }
    return Strands(**described | facts)


def count_lines(path: str) -> int:
    return path.count("M")


def test_a_strand_is_a_round_amount_and_the_fullest_column_has_about_a_hundred() -> None:
    for tallest in (1, 99, 101, 7_654, 86_000_000_000, 499_999):
        unit = strands.choose_unit(tallest)

        assert re.fullmatch(r"[125]0*", str(unit))
        assert tallest / unit <= strands.TALLEST + 1
        assert tallest < 100 or tallest / unit >= strands.TALLEST / 2.6


def test_what_feeds_another_of_its_column_stands_before_it() -> None:
    columns = {"a": 2, "b": 2, "c": 3}

    assert strands.find_columns(columns, [("a", "b"), ("b", "c")]) == {"a": 0, "b": 1, "c": 2}
    # of two that feed each other, the stronger flow counts; a circle ends
    assert strands.find_columns(columns, [("b", "a"), ("a", "b"), ("a", "c")]) == {"b": 0, "a": 1, "c": 2}


def test_each_flow_has_its_strands_late_ones_planned_ones_and_the_rest() -> None:
    picture = make_chain().picture

    lines = [
        (count_lines(row["late"]), count_lines(row["firm"]), count_lines(row["planned"])) for row in picture["flows"]
    ]

    assert lines == [(0, 0, 1), (2, 8, 0), (0, 0, 5), (2, 8, 0), (0, 3, 3), (2, 7, 0), (0, 6, 0)]
    assert [row["is_link"] for row in picture["flows"]] == [True, *[False] * 6]


def test_little_is_still_a_strand() -> None:
    picture = make_chain(unit=1_000_000).picture

    assert all(row["late"] or row["firm"] or row["planned"] for row in picture["flows"])


def test_words_of_a_column_never_stand_on_each_other() -> None:
    posts = make_posts(
        *((f"s{number}", 1) for number in range(9)), ("hub", 3), note="a note that is long enough to cut"
    )
    flows = [Flow(origin=f"s{number}", target="hub", amount=number * 7) for number in range(9)]

    picture = make_chain(posts=posts, flows=flows, unit=1).picture

    column = sorted((row for row in picture["posts"] if row["post"].column == 1), key=lambda row: row["y"])
    for above, below in pairwise(column):
        assert below["name_y"] - strands.NAME_SIZE >= above["y"] + above["size"]
    assert picture["height"] >= column[-1]["y"] + column[-1]["size"]


def test_what_passes_a_column_goes_past_its_posts() -> None:
    picture = make_chain().picture
    plant = next(row for row in picture["posts"] if row["post"].key == "plant")
    by_pass = picture["flows"][2]

    ends = [tuple(map(float, pair)) for pair in re.findall(r"([\d.]+) ([\d.]+)(?=[CHhM]|$)", by_pass["planned"])]
    at_plant = [y for x, y in ends if abs(x - plant["x"]) < 1]

    assert at_plant
    assert all(y > plant["y"] + plant["size"] or y < plant["y"] - strands.LABEL for y in at_plant)


def test_what_runs_back_is_counted_and_not_drawn() -> None:
    flows = [Flow(origin="near", target="hub", amount=50), Flow(origin="hub", target="plant", amount=30)]

    picture = make_chain(flows=flows).picture

    assert (len(picture["flows"]), picture["back"]) == (1, 1)


def test_an_empty_chain_is_an_empty_picture() -> None:
    picture = make_chain(posts=[], flows=[]).picture

    assert (picture["posts"], picture["flows"], picture["columns"]) == ([], [], [])


def test_a_narrow_screen_gets_every_post_with_where_it_goes() -> None:
    picture = make_chain().picture

    rows = {row["post"].key: row for column in picture["columns"] for row in column["rows"]}

    assert set(rows) == {"far", "near", "plant", "hub", "depot", "shop"}
    assert rows["near"]["to"] == "Plant, Hub"
    assert rows["near"]["late"] > 0


@pytest.mark.parametrize(
    ("text", "room", "shown"),
    [
        ("Jakarta", 200, "Jakarta"),
        ("Surabaya Warehouse", 60, "Surabay…"),
        ("宁波示范键鼠有限公司", 60, "宁波示范…"),
        ("x", 1, ""),
    ],
)
def test_words_are_cut_to_their_room(text: str, room: float, shown: str) -> None:
    assert strands.shorten(text, room, 12) == shown
