# ruff: noqa: RUF001 - models write curly quotes, and the punctuation of Chinese

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.domain.reply_corpus import CASES, FACES, KINDS, Case, OutOfVocabulary
from workbench.domain.datasets.labels import LabelSet, fold
from workbench.domain.messages import Outcome, Reply
from workbench.domain.predictions import PredictionStatus, RankedPrediction
from workbench.domain.prompts import refs
from workbench.domain.replies.matching import MatchBy
from workbench.domain.replies.parsing import PARSED_CHARS, _read_freely, _read_strictly, parse_reply
from workbench.domain.replies.records import MOST_DEPTH, Record, RecordList, Value, scan

RANKINGS = (("happy", "sad", "neutral"), ("disgusted", "angry"), ("surprised",))
MATCHES = st.sampled_from(MatchBy)
OUTCOMES = st.sampled_from([outcome for outcome in Outcome if outcome is not Outcome.FAILED])


def parse(
    text: str, count: int = 3, match: MatchBy = MatchBy.ID, outcome: Outcome = Outcome.ANSWERED
) -> list[RankedPrediction]:
    return list(parse_reply(Reply(outcome=outcome, text=text), refs(count), FACES, match).predictions)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.match}-{case.name.replace(' ', '-')}")
def test_a_reply_says_of_each_sample_what_a_careful_reader_would_say(case: Case) -> None:
    reply = Reply(outcome=case.outcome, text=case.text, **case.reply)
    parsed = parse_reply(reply, refs(len(case.expected)), case.labels, case.match)
    assert tuple(_told(said) for said in parsed.predictions) == case.expected
    assert parsed.outcome is (case.becomes or case.outcome)


def _told(said: RankedPrediction) -> str | PredictionStatus | OutOfVocabulary:
    if said.top1 is None:
        return said.status
    return said.top1 if said.status is PredictionStatus.RANKED else OutOfVocabulary(said.top1)


def test_no_case_of_the_corpus_is_there_twice() -> None:
    assert len({(case.match, case.name) for case in CASES}) == len(CASES)


def test_every_kind_of_reply_that_models_are_known_for_is_in_the_corpus() -> None:
    assert set(KINDS.values()) <= {case.name for case in CASES}
    assert len(CASES) >= 80


def test_a_ranking_keeps_its_order_drops_repeats_and_keeps_the_models_own_words_in_place() -> None:
    (said,) = parse('{"s01": ["Joy", "melancholic", "happy", "SAD", "Melancholic"]}', 1)
    assert said.ranking == ("happy", "melancholic", "sad")


def test_as_many_predictions_come_back_as_were_asked_for_even_none() -> None:
    assert parse('{"s01": "happy"}', 0) == []


def test_a_text_beyond_the_bound_counts_as_cut_off_there() -> None:
    text = "s01: happy\n" + "x" * PARSED_CHARS + "\ns02: sad"
    assert [said.top1 for said in parse(text, 2)] == ["happy", None]


BOMBS = {
    "opening brackets": "[" * 10**6,
    "opening braces": '{"a":' * 10**6,
    "unclosed quotes": '["' * 10**6,
    "escaped quotes": '["' + '\\"' * 10**6,
    "apostrophes": "['" + "a'" * 10**6,
    "round brackets": "s01: " + "(" * 10**6,
    "blanks": "s01: happy" + " " * 10**7,
    "decoration": "*" * 10**6,
    "digits": '{"id": ' + "9" * 10**6,
    "pipes": "|" * 10**6,
    "fences": "```[" * 10**6,
    "one sample over and over": '{"id":"s01","label":"happy"}' * 10**5,
}


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS)
@pytest.mark.parametrize("match", MatchBy)
def test_a_text_made_to_choke_a_parser_is_just_read(text: str, match: MatchBy) -> None:
    assert len(parse(text, 3, match)) == 3


def test_deeper_nesting_than_any_answer_ends_the_reading_and_keeps_what_came_before() -> None:
    text = '{"id": "s01", "label": "happy"}' + "[" * (MOST_DEPTH + 2) + '{"id": "s02", "label": "sad"}'
    assert [said.top1 for said in parse(text, 2)] == ["happy", None]


WORDS = st.one_of(
    st.sampled_from([*FACES.names, "s01", "S02.jpg", "1", "id", "ranking", "label", "I can't help"]),
    st.text(max_size=8),
)
NESTED = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), WORDS),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(WORDS, inner, max_size=4)),
    max_leaves=12,
)
PIECES = st.sampled_from(
    [
        *"{}[]:,\"'\\|>.()-\n `“’，：",
        "```json",
        "s01",
        "s02",
        "happy",
        "sad",
        "1.",
        "Image 2",
        "id",
        "ranking",
        "null",
        "<think>",
    ]
)
TEXTS = st.one_of(
    st.text(st.characters(), max_size=60),
    st.lists(PIECES, max_size=40).map("".join),
    NESTED.map(json.dumps),
    NESTED.map(repr),
)


@given(TEXTS, MATCHES, OUTCOMES, st.integers(0, 3))
def test_any_text_gives_one_status_per_sample_and_ranks_only_known_labels(
    text: str, match: MatchBy, outcome: Outcome, count: int
) -> None:
    said = parse(text, count, match, outcome)
    assert len(said) == count
    for one in said:
        assert (one.top1 in FACES.names) == (one.status is PredictionStatus.RANKED)
        assert bool(one.ranking) == one.status.is_answer
        "".join(one.ranking).encode("utf-8")


@given(st.lists(st.permutations(FACES.names), min_size=1, max_size=5), st.data())
def test_entries_in_any_order_reach_their_own_samples(rankings: list[list[str]], data: st.DataObject) -> None:
    entries = [{"id": ref, "ranking": ranking} for ref, ranking in zip(refs(len(rankings)), rankings, strict=True)]
    text = json.dumps({"answers": data.draw(st.permutations(entries))})
    assert [list(said.ranking) for said in parse(text, len(rankings))] == rankings


def _whole_replies() -> dict[str, tuple[str, MatchBy]]:
    named = dict(zip(refs(3), RANKINGS, strict=True))
    entries = [{"id": ref, "ranking": ranking, "why": "x, y"} for ref, ranking in named.items()]
    paper = [{"name": f"image{place}", "result": ranking} for place, ranking in enumerate(RANKINGS, 1)]
    scores = {ref: {word: 1 / (place + 2) for place, word in enumerate(ranking)} for ref, ranking in named.items()}
    return {
        "json": (json.dumps({"answers": entries}, indent=1), MatchBy.ID),
        "fenced": (f"Here:\n```json\n{json.dumps(entries)}\n```\nDone.", MatchBy.ID),
        "json lines": ("\n".join(json.dumps(entry) for entry in entries), MatchBy.ID),
        "mapping": (json.dumps(named), MatchBy.ID),
        "mapping to text": (json.dumps({ref: ", ".join(ranking) for ref, ranking in named.items()}), MatchBy.ID),
        "mapping to scores": (json.dumps(scores), MatchBy.ID),
        "python": (repr(entries), MatchBy.ID),
        "numbers": (json.dumps([entry | {"id": place} for place, entry in enumerate(entries, 1)]), MatchBy.ID),
        "paper": ("\n".join(map(repr, paper)), MatchBy.POSITION),
        "paper in a list": (repr(paper), MatchBy.POSITION),
        "lists": (json.dumps(RANKINGS), MatchBy.POSITION),
    }


LINES = {
    "lines": (
        "\n".join(f"s{place:02d}: {' > '.join(ranking)}" for place, ranking in enumerate(RANKINGS, 1)),
        MatchBy.ID,
    ),
    "table": (
        "| id | ranking |\n" + "\n".join(f"| s{place:02d} | {', '.join(r)} |" for place, r in enumerate(RANKINGS, 1)),
        MatchBy.ID,
    ),
    "numbered": (
        "\n".join(f"{place}. {', '.join(ranking)}" for place, ranking in enumerate(RANKINGS, 1)),
        MatchBy.POSITION,
    ),
}
SILENT = {PredictionStatus.MISSING, PredictionStatus.UNPARSED}


@pytest.mark.parametrize("form", _whole_replies())
@pytest.mark.parametrize("outcome", [Outcome.ANSWERED, Outcome.TRUNCATED])
def test_a_list_or_record_cut_anywhere_never_tells_another_answer(form: str, outcome: Outcome) -> None:
    text, match = _whole_replies()[form]
    _assert_no_cut_lies(text, match, outcome)


@pytest.mark.parametrize("form", LINES)
def test_lines_cut_anywhere_by_a_token_limit_never_tell_another_answer(form: str) -> None:
    text, match = LINES[form]
    _assert_no_cut_lies(text, match, Outcome.TRUNCATED)


def _assert_no_cut_lies(text: str, match: MatchBy, outcome: Outcome) -> None:
    whole = parse(text, 3, match)
    assert [said.ranking for said in whole] == list(RANKINGS)
    for end in range(len(text)):
        for said, truth in zip(parse(text[:end], 3, match, outcome), whole, strict=True):
            assert said == truth or said.status in SILENT, text[:end]


@pytest.mark.parametrize("form", [*_whole_replies(), *LINES])
def test_answers_about_others_are_no_answer_about_the_only_sample_asked(form: str) -> None:
    text = (_whole_replies() | LINES)[form][0].replace("s0", "s1")
    assert [said.status.is_answer for said in parse(text, 1)] == [False]


@given(st.lists(st.permutations(FACES.names), min_size=2, max_size=4), st.sampled_from(["", "### ", "**", "Sample "]))
def test_what_stands_below_an_id_reaches_that_sample_alone(rankings: list[list[str]], mark: str) -> None:
    asked = refs(len(rankings))
    below = zip(reversed(asked), reversed(rankings), strict=True)
    text = "\n\n".join(f"{mark}{ref}\n" + "\n".join(ranking) for ref, ranking in below)
    assert [list(said.ranking) for said in parse(text, len(rankings))] == rankings
    assert [list(said.ranking) for said in parse(text, len(rankings) + 1)] == [*rankings, []]


def _plain(value: Value) -> Any:
    if isinstance(value, RecordList):
        return [_plain(item) for item in value.items]
    return {key: _plain(item) for key, item in value.members} if isinstance(value, Record) else value


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(10**17), 10**17), st.floats(-1e6, 1e6), st.text()),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=9), inner, max_size=3)),
    max_leaves=9,
)


@given(st.lists(JSON), st.booleans())
def test_the_reader_reads_json_as_json_does(value: list[Any], escaped: bool) -> None:
    (found,) = scan(json.dumps(value, ensure_ascii=escaped)).values
    assert _plain(found) == value


PLAIN = '{"answers": [{"id": "s02", "ranking": ["sad", "happy", "sad"]}, {"id": "s01", "ranking": ["happy"]}]}'


def assert_both_ways_agree(text: str, count: int, labels: LabelSet) -> None:
    short = _read_strictly(text, refs(count), labels)
    assert short is None or short == _read_freely(text, refs(count), labels, MatchBy.ID, cut=False)


def test_a_reply_in_the_form_asked_for_takes_the_short_way() -> None:
    ranked = (("happy",), ("sad", "happy"))
    said = tuple(RankedPrediction(PredictionStatus.RANKED, ranking) for ranking in ranked)
    assert _read_strictly(PLAIN, refs(2), FACES) == said
    assert _read_strictly(f"\n {PLAIN}\n", refs(2), FACES) == said
    assert _read_strictly(json.dumps(json.loads(PLAIN), indent=2), refs(2), FACES) == said
    assert _read_strictly(PLAIN, refs(3), FACES) == (*said, RankedPrediction(PredictionStatus.MISSING))


OTHERS = {
    "prose around": f"Here: {PLAIN}",
    "prose behind": f"{PLAIN} Done.",
    "a block": f"```json\n{PLAIN}\n```",
    "no wrapper": "[]",
    "another wrapper": PLAIN.replace("answers", "results"),
    "two wrappers": PLAIN[:-1] + ', "note": "x"}',
    "no entries": '{"answers": []}',
    "no list": '{"answers": {"s01": ["happy"]}}',
    "an entry that is no record": '{"answers": ["happy"]}',
    "another key": '{"answers": [{"id": "s01", "label": "happy"}]}',
    "a key more": '{"answers": [{"id": "s01", "ranking": ["happy"], "why": "x"}]}',
    "an unknown id": '{"answers": [{"id": "s09", "ranking": ["happy"]}]}',
    "an id as a number": '{"answers": [{"id": 1, "ranking": ["happy"]}]}',
    "an id with an extension": '{"answers": [{"id": "s01.jpg", "ranking": ["happy"]}]}',
    "an id as a list": '{"answers": [{"id": ["s01"], "ranking": ["happy"]}]}',
    "an id twice": '{"answers": [{"id": "s01", "ranking": ["happy"]}, {"id": "s01", "ranking": ["sad"]}]}',
    "a key twice": '{"answers": [{"id": "s01", "ranking": ["happy"], "ranking": ["sad"]}]}',
    "a wrapper twice": '{"answers": [], "answers": [{"id": "s01", "ranking": ["happy"]}]}',
    "an empty ranking": '{"answers": [{"id": "s01", "ranking": []}]}',
    "a text as ranking": '{"answers": [{"id": "s01", "ranking": "happy"}]}',
    "an unknown word": '{"answers": [{"id": "s01", "ranking": ["happy", "joyous"]}]}',
    "another spelling": '{"answers": [{"id": "s01", "ranking": ["Happy"]}]}',
    "a word that is a list": '{"answers": [{"id": "s01", "ranking": [["happy"]]}]}',
    "null in a ranking": '{"answers": [{"id": "s01", "ranking": ["happy", null]}]}',
    "nothing": "",
    "a byte-order mark": f"\ufeff{PLAIN}",
    "no JSON": "{answers: [}",
    "a number without an end": '{"answers": ' + "9" * 10_000,
    "a deep nest": '{"answers": ' + "[" * 100_000,
}


@pytest.mark.parametrize("text", OTHERS.values(), ids=OTHERS)
def test_any_other_reply_takes_the_long_way(text: str) -> None:
    assert _read_strictly(text, refs(2), FACES) is None


@pytest.mark.parametrize("case", [case for case in CASES if case.text], ids=lambda case: case.name.replace(" ", "-"))
def test_both_ways_agree_on_the_corpus(case: Case) -> None:
    assert_both_ways_agree(case.text or "", len(case.expected), case.labels)


NAMES = st.one_of(
    st.sampled_from([*FACES.names, "joy", "joyful", "fear of", "4", "s01", "N/A", "none", "1. sad", "sad 0.9"]),
    st.sampled_from(
        ["sad, angry", "happy > sad", "(none)", "a|b", "<x>", "rather happy (smiling)", "x" * 100, "a b c d e f"]
    ),
    st.text(min_size=1, max_size=12),
)
LABEL_SETS = st.lists(NAMES, min_size=1, max_size=8, unique_by=fold).map(lambda names: LabelSet(tuple(names)))
LAYOUTS = st.fixed_dictionaries(
    {
        "ensure_ascii": st.booleans(),
        "indent": st.sampled_from([None, 0, 2]),
        "separators": st.sampled_from([None, (",", ":")]),
    }
)
BLANKS = st.sampled_from(["", " ", "\n", "\n\n  "])


@given(LABEL_SETS, st.integers(1, 4), LAYOUTS, BLANKS, st.data())
@example(LabelSet(("sad, angry", "sad")), 1, {}, "", None)
def test_both_ways_agree_on_any_labels_in_any_order_with_any_samples_missing(
    labels: LabelSet, count: int, layout: dict[str, Any], blanks: str, data: st.DataObject | None
) -> None:
    if data is None:
        entries = [{"id": "s01", "ranking": list(labels.names)}]
    else:
        asked = data.draw(st.permutations(refs(count)))[: data.draw(st.integers(1, count))]
        rankings = st.lists(st.sampled_from(labels.names), min_size=1, max_size=10)
        entries = [{"id": ref, "ranking": data.draw(rankings)} for ref in asked]
    text = blanks + json.dumps({"answers": entries}, **layout) + blanks
    assert _read_strictly(text, refs(count), labels) is not None
    assert_both_ways_agree(text, count, labels)


class Twice(dict[str, Any]):
    """A record that is written with a key that comes twice."""

    def items(self) -> Any:
        return [*super().items(), *list(super().items())[:1]]


ENTRY_WORDS = st.one_of(
    st.sampled_from([*FACES.names, "Happy", "joy", "joyous", "", "N/A", "<next>"]), st.text(max_size=6)
)
ODD = st.one_of(st.none(), st.booleans(), st.integers(-3, 30), st.floats(), st.just([]), st.just({}), ENTRY_WORDS)
ENTRY_RANKINGS = st.one_of(
    st.lists(st.sampled_from(FACES.names), min_size=1, max_size=9),
    st.lists(st.one_of(ENTRY_WORDS, ODD), max_size=6),
    ODD,
)
IDS = st.one_of(st.sampled_from(["s01", "s02", "s03", "s1", "S01", "s01.jpg", "s09", "1", "2"]), ODD)
ENTRIES = st.one_of(
    st.fixed_dictionaries({"id": st.sampled_from(refs(3)), "ranking": ENTRY_RANKINGS}),
    st.fixed_dictionaries({"id": IDS, "ranking": ENTRY_RANKINGS}),
    st.fixed_dictionaries({"id": IDS, "ranking": ENTRY_RANKINGS}).map(Twice),
    st.fixed_dictionaries(
        {"id": IDS, "ranking": ENTRY_RANKINGS}, optional={"label": ENTRY_WORDS, "why": ENTRY_WORDS, "ID": IDS}
    ),
    ODD,
)


@given(st.one_of(st.lists(ENTRIES, max_size=5), ODD), st.sampled_from(["answers", "results", "id"]), LAYOUTS)
def test_both_ways_agree_on_unknown_doubled_and_odd_ids_keys_and_words(
    entries: Any, wrapper: str, layout: dict[str, Any]
) -> None:
    assert_both_ways_agree(json.dumps({wrapper: entries}, **layout), 3, FACES)


@given(st.integers(0, len(PLAIN)), st.integers(0, 3), st.text('{}[],:"sad0123 \\n', max_size=3))
def test_both_ways_agree_on_a_reply_with_a_piece_changed(start: int, length: int, piece: str) -> None:
    assert_both_ways_agree(PLAIN[:start] + piece + PLAIN[start + length :], 2, FACES)


def test_a_ranking_of_more_words_than_are_looked_at_ends_there_both_ways() -> None:
    labels = LabelSet(tuple(f"label {n}" for n in range(250)))
    text = json.dumps({"answers": [{"id": "s01", "ranking": list(labels.names)}]})
    assert _read_strictly(text, refs(1), labels) is not None
    assert_both_ways_agree(text, 1, labels)


@pytest.mark.parametrize("arrow", ["＞", "→", "➜", "⇒", "⟶", "≻", " > "])
def test_a_ranking_is_read_whatever_its_arrow(arrow: str) -> None:
    text = "\n".join(f"s0{place}: {arrow.join(ranking)}" for place, ranking in enumerate(RANKINGS, start=1))
    assert [one.ranking for one in parse(text)] == list(RANKINGS)


@pytest.mark.parametrize("colon", ["：", "＝", "→", "➜", "⇒"])
def test_a_name_is_told_from_its_answer_whatever_stands_between(colon: str) -> None:
    text = "\n".join(f"s0{place}{colon} {', '.join(ranking)}" for place, ranking in enumerate(RANKINGS, start=1))
    assert [one.ranking for one in parse(text)] == list(RANKINGS)


@pytest.mark.parametrize("padding", [" ", "\n", "\t ", "\u200b"], ids=repr)
def test_a_megabyte_of_padding_hides_no_answer(padding: str) -> None:
    good = json.dumps({"answers": [{"id": f"s0{place}", "ranking": one} for place, one in enumerate(RANKINGS, 1)]})
    much = padding * (1_000_000 // len(padding))
    for text in (much + good, good + much, good[:-1] + much + good[-1:]):
        assert [one.ranking for one in parse(text)] == list(RANKINGS)
