import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.provider.costs.token_counts import ASSUMED, PatchRule, TileRule, image_tokens, text_rule


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", 0),
        ("a", 1),
        ("four", 1),
        ("fives", 2),
        ("她笑了。", 4),
        ("She laughs: 她笑了。", 7),
        ("기분이 좋아요", 7),
        ("うれしい。", 5),
        ("naïve café", 3),
        ("𠀀𠀁", 2),
    ],
)
def test_four_characters_are_a_token_and_a_chinese_japanese_or_korean_one_is_one_by_itself(
    text: str, tokens: int
) -> None:
    assert text_rule("gpt-4o").prose_tokens(text) == tokens


def test_json_is_denser_than_prose() -> None:
    rule = text_rule("a-model-nobody-knows")
    assert rule.json_tokens("x" * 27) == 10
    assert rule.counts_schema


def test_the_embedded_endpoint_is_counted_as_it_counts() -> None:
    rule = text_rule("schematic-baseline")
    assert rule.json_tokens("x" * 28) == 7
    assert rule.prose_tokens("她笑了。") == 1
    assert not rule.counts_schema


def test_a_dated_release_counts_as_its_family() -> None:
    assert text_rule("schematic-baseline-2026-01-01") == text_rule("schematic-baseline")


SIDES = st.integers(1, 12_000)


@pytest.mark.parametrize(
    ("model", "width_px", "height_px", "detail", "tokens"),
    [
        ("gpt-4o", 1024, 1024, "high", 765),
        ("gpt-4o", 2048, 4096, "high", 1105),
        ("gpt-4o", 4096, 2048, "high", 1105),
        ("gpt-5.4", 1024, 1024, "high", 1229),
        ("gpt-5.4", 2048, 2048, "high", 3000),
        ("gpt-5.4", 48, 48, "high", 5),
    ],
)
def test_the_worked_examples_come_out(model: str, width_px: int, height_px: int, detail: str, tokens: int) -> None:
    assert image_tokens(model, width_px, height_px, detail) == tokens


@pytest.mark.parametrize(
    ("model", "detail", "tokens"),
    [
        ("gpt-4o", "low", 85),
        ("gpt-4o", "auto", 765),
        ("gpt-4.1", "high", 765),
        ("gpt-4.1-2025-04-14", "high", 765),
        ("gpt-5", "high", 630),
        ("gpt-5.1", "low", 70),
        ("gpt-4o-mini", "low", 2833),
        ("gpt-4o-mini", "high", 2833 + 4 * 5667),
        ("o3", "high", 675),
        ("gpt-5.6-sol", "low", 308),
        ("gpt-5.6-luna", "original", 1229),
        ("gpt-5.5", "low", 308),
        ("gpt-5.4", "low", 1229),
        ("gpt-5.4-nano", "auto", 1229),
        ("gpt-5.2", "auto", 1229),
        ("gpt-4.1-mini", "low", 1659),
        ("schematic-baseline", "high", 1024),
    ],
)
def test_each_model_counts_a_picture_of_1024_pixels_in_its_own_way(model: str, detail: str, tokens: int) -> None:
    assert image_tokens(model, 1024, 1024, detail) == tokens


@pytest.mark.parametrize(
    ("model", "detail", "tokens"),
    [
        ("gpt-5.6-sol", "auto", 19_661),  # as `original`: not limited
        ("gpt-5.6-sol", "high", 3000),
        ("gpt-5.5", "auto", 12_000),  # as `original`: 10,000 squares
        ("gpt-5.4", "auto", 3000),  # as `high`
        ("gpt-5.4", "low", 4916),  # dearer than `high`
        ("gpt-5.2", "high", 4916),
    ],
)
def test_what_auto_means_differs_by_model(model: str, detail: str, tokens: int) -> None:
    assert image_tokens(model, 4096, 4096, detail) == tokens


@pytest.mark.parametrize(
    ("model", "detail"),
    [("gpt-5-mini", "high"), ("gpt-6-sol", "high"), ("llava", "high"), ("gpt-4o", "original"), ("gpt-5.2", "original")],
)
def test_a_formula_that_is_not_known_gives_no_count(model: str, detail: str) -> None:
    assert image_tokens(model, 100, 100, detail) is None


def test_a_small_picture_is_not_scaled_up() -> None:
    assert image_tokens("gpt-4o", 48, 48, "high") == 85 + 170
    assert image_tokens("gpt-5.5", 1, 1, "high") == 2, "one square times 1.2, rounded up"


def test_whole_products_are_not_rounded_up_by_the_computers_fractions() -> None:
    """35 x 1.2 is 42; in binary fractions it would be a little more, for some numbers of squares."""
    rule = PatchRule(ASSUMED.multiplier)
    assert [rule.tokens(32 * squares, 32) for squares in range(5, 2000, 5)] == [6 * n for n in range(1, 400)]


@given(SIDES, SIDES)
def test_patches_stay_within_their_number_and_near_the_published_formula(width_px: int, height_px: int) -> None:
    most = 2500
    tokens = PatchRule(ASSUMED.multiplier, patches=most).tokens(width_px, height_px)
    assert 2 <= tokens <= 3000
    patches = math.ceil(width_px / 32) * math.ceil(height_px / 32)
    if patches > most and min(width_px, height_px) > 100:
        columns, rows = math.sqrt(most * width_px / height_px), math.sqrt(most * height_px / width_px)
        scale = min(math.floor(columns) / columns, math.floor(rows) / rows)
        squares = (columns * scale, rows * scale)
        assert tokens >= math.floor(squares[0] - 0.04) * math.floor(squares[1] - 0.04) * 1.2
        assert tokens <= math.ceil(squares[0] - 1e-6) * math.ceil(squares[1] - 1e-6) * 1.2 + 1


@given(SIDES, SIDES)
def test_turning_a_picture_changes_nothing(width_px: int, height_px: int) -> None:
    for rule in (ASSUMED, PatchRule(ASSUMED.multiplier, 6000, 10_000), TileRule(85, 170)):
        assert rule.tokens(width_px, height_px) == rule.tokens(height_px, width_px)


@given(SIDES, SIDES)
def test_a_tiled_picture_has_one_to_eight_tiles_and_never_more_than_its_own(width_px: int, height_px: int) -> None:
    tiles = TileRule(0, 1).tokens(width_px, height_px)
    assert 1 <= tiles <= min(8, math.ceil(width_px / 512) * math.ceil(height_px / 512))
