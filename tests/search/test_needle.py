"""The points of a value, and the LIKE pattern that finds it."""

from __future__ import annotations

import pytest

from lamindb.search.needle import LIKE_CHARACTERS, Needle

EQUAL = 200 + 200 + 10 + 8 + 2 + 2 + 1


@pytest.mark.parametrize(
    ("value", "points"),
    [
        ("T cell", EQUAL),
        ("t CELL", EQUAL),
        ("effector|T cell|x", 200 + 10 + 8 + 2 + 2 + 1),
        ("T cell|x", 200 + 10 + 8 + 2 + 2 + 1),
        ("x|T cell", 200 + 10 + 8 + 2 + 2 + 1),
        ("T cell, alpha", 10 + 2 + 2 + 1),
        ("CD8 T cell", 10 + 2 + 2 + 1),
        ("x;T cell:y", 10 + 2 + 1),
        ("T cells", 8 + 2 + 1),
        ("x|T cells|y z", 8 + 2 + 1),
        ("T cells of mice", 2 + 1),
        ("x|T cells of mice|y", 2 + 1),
        ("CD8T cell", 2 + 1),
        ("CD8T cells", 1),
        ("NKT cells or T cell", 10 + 2 + 2 + 1),
        ("T-cell", 0),
        ("T cell\n", 8 + 2 + 1),
        ("\nT cell", 2 + 1),
        ("", 0),
        (None, 0),
    ],
)
def test_points_of_a_value(value, points) -> None:
    assert Needle("T cell").points(value) == points


def test_points_of_all_values_add_up() -> None:
    assert Needle("a").points("a", None, "b a", "b") == EQUAL + 15


def test_case_matters_on_request() -> None:
    needle = Needle("T cell", case_sensitive=True)
    assert needle.points("T cell") == EQUAL
    assert needle.points("t cell") == 0


@pytest.mark.parametrize("text", [".", "a.b", "a+", "(", "[a]", "\\", "^$", "a|b", "*", "{2}", "%"])
def test_no_character_is_special(text) -> None:
    assert Needle(text).points(text) == EQUAL
    assert Needle(text).points("aab") == 0


@pytest.mark.parametrize(
    ("text", "value"), [("müller", "MÜLLER"), ("ΑΩ", "αω"), ("Ж", "ж"), ("ß", "ß")]
)
def test_letters_of_all_alphabets_have_cases(text, value) -> None:
    assert Needle(text).points(value) == EQUAL


@pytest.mark.parametrize(
    ("text", "like", "is_exact"),
    [
        ("a", "%a%", True),
        ("50%_\\", "%50\\%\\_\\\\%", True),
        ("細胞", "%細胞%", True),
        ("müller", "%m_ller%", False),
        ("x" * (LIKE_CHARACTERS + 1), f"%{'x' * LIKE_CHARACTERS}%", False),
    ],
)
def test_like_patterns(text, like, is_exact) -> None:
    assert Needle(text).like == like
    assert Needle(text).like_is_exact is is_exact
    assert Needle(text, case_sensitive=True).like_is_exact is False
