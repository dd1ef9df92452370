import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.domain.reply_corpus import CASES, FACES, Case
from workbench.domain.datasets.labels import LabelSet, fold
from workbench.domain.predictions import PredictionStatus, RankedPrediction
from workbench.domain.prompts import refs
from workbench.domain.replies.parsing import MatchBy, _at_length
from workbench.domain.replies.strict_reply import read_strictly

PLAIN = '{"answers": [{"id": "s02", "ranking": ["sad", "happy", "sad"]}, {"id": "s01", "ranking": ["happy"]}]}'


def assert_both_ways_agree(text: str, count: int, labels: LabelSet) -> None:
    short = read_strictly(text, refs(count), labels)
    assert short is None or short == _at_length(text, refs(count), labels, MatchBy.ID, cut=False)


def test_a_reply_in_the_form_asked_for_takes_the_short_way() -> None:
    ranked = (("happy",), ("sad", "happy"))
    said = tuple(RankedPrediction(PredictionStatus.RANKED, ranking) for ranking in ranked)
    assert read_strictly(PLAIN, refs(2), FACES) == said
    assert read_strictly(f"\n {PLAIN}\n", refs(2), FACES) == said
    assert read_strictly(json.dumps(json.loads(PLAIN), indent=2), refs(2), FACES) == said
    assert read_strictly(PLAIN, refs(3), FACES) == (*said, RankedPrediction(PredictionStatus.MISSING))


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
    assert read_strictly(text, refs(2), FACES) is None


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
    assert read_strictly(text, refs(count), labels) is not None
    assert_both_ways_agree(text, count, labels)


class Twice(dict[str, Any]):
    """A record that is written with a key that comes twice."""

    def items(self) -> Any:
        return [*super().items(), *list(super().items())[:1]]


WORDS = st.one_of(st.sampled_from([*FACES.names, "Happy", "joy", "joyous", "", "N/A", "<next>"]), st.text(max_size=6))
ODD = st.one_of(st.none(), st.booleans(), st.integers(-3, 30), st.floats(), st.just([]), st.just({}), WORDS)
RANKINGS = st.one_of(
    st.lists(st.sampled_from(FACES.names), min_size=1, max_size=9),
    st.lists(st.one_of(WORDS, ODD), max_size=6),
    ODD,
)
IDS = st.one_of(st.sampled_from(["s01", "s02", "s03", "s1", "S01", "s01.jpg", "s09", "1", "2"]), ODD)
ENTRIES = st.one_of(
    st.fixed_dictionaries({"id": st.sampled_from(refs(3)), "ranking": RANKINGS}),
    st.fixed_dictionaries({"id": IDS, "ranking": RANKINGS}),
    st.fixed_dictionaries({"id": IDS, "ranking": RANKINGS}).map(Twice),
    st.fixed_dictionaries({"id": IDS, "ranking": RANKINGS}, optional={"label": WORDS, "why": WORDS, "ID": IDS}),
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
    assert read_strictly(text, refs(1), labels) is not None
    assert_both_ways_agree(text, 1, labels)
