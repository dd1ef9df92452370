import pytest

from workbench.provider.costs.text_tokens import text_rule


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
