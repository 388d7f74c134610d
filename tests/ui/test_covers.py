from xml.etree import ElementTree

import pytest

from kepuyue.ui.covers import SCENES, Dice, cover

SEEDS = [f"seed-{number}" for number in range(30)]


@pytest.mark.parametrize("kind", SCENES)
def test_cover_is_small_well_formed_and_self_contained(kind: str) -> None:
    for seed in SEEDS:
        drawing = cover(seed, kind)

        ElementTree.fromstring(drawing)
        assert len(drawing) < 3072
        assert "style" not in drawing
        assert "href" not in drawing
        assert " id=" not in drawing


def test_cover_of_the_same_seed_is_the_same() -> None:
    assert cover("A1", "space") == cover("A1", "space")


def test_cover_of_other_seeds_differs() -> None:
    assert len({cover(seed, "nature") for seed in SEEDS}) == len(SEEDS)


def test_cover_of_an_unknown_kind_is_chosen_by_the_seed() -> None:
    drawings = {cover(seed, "nothing like it") for seed in SEEDS}

    assert len(drawings) == len(SEEDS)


def test_cover_without_a_title_is_decoration() -> None:
    assert 'aria-hidden="true"' in cover("A1", "space")


def test_cover_with_a_title_speaks_and_escapes_it() -> None:
    drawing = cover("A1", "space", title='"月亮" & <星>')

    assert 'role="img" aria-label="&quot;月亮&quot; &amp; &lt;星&gt;"' in drawing


def test_dice_stay_between_their_bounds_and_reach_them() -> None:
    dice = Dice("bounds")

    assert {dice.between(3, 5) for _ in range(60)} == {3, 4, 5}
