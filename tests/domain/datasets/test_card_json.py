import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.datasets.cards import CARDS, DatasetCard
from workbench.domain.datasets.labels import LabelSet, fold
from workbench.domain.datasets.tasks import MOST_FRAMES, FramePolicy, Modality, Task

WORDS = st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=12).filter(fold)
COUNTED = st.builds("{}({})".format, st.sampled_from(("last", "uniform", "ends")), st.integers(1, MOST_FRAMES))
POLICIES = st.one_of(st.sampled_from(("apex", "all")), COUNTED).map(FramePolicy.parse)


@st.composite
def own_cards(draw: st.DrawFn) -> DatasetCard:
    names = draw(st.lists(WORDS, min_size=2, max_size=6, unique_by=fold))
    return DatasetCard(
        key=draw(st.from_regex(r"[a-z0-9][a-z0-9_-]{0,39}", fullmatch=True)),
        title=draw(WORDS),
        task=draw(st.sampled_from(Task)),
        modality=draw(st.sampled_from(Modality)),
        labels=LabelSet(tuple(names)),
        folds=draw(st.dictionaries(st.sampled_from(names), WORDS)),
        unscored_gold=tuple(draw(st.lists(st.sampled_from(names), unique=True))),
        frames=draw(POLICIES),
        batch_size=draw(st.integers(1, 1000)),
        metrics=("accuracy", "uar"),
        expected=None,
        cluster=draw(st.sampled_from((None, "subject"))),
        licence="your own",
    )


def stored(card: DatasetCard) -> Any:
    return json.loads(json.dumps(card.as_json()))


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)
def test_a_built_in_card_comes_back_as_it_was(card: DatasetCard) -> None:
    assert DatasetCard.from_json(stored(card)) == card


@given(own_cards())
def test_a_card_of_ones_own_comes_back_as_it_was(card: DatasetCard) -> None:
    again = DatasetCard.from_json(stored(card))
    assert again == card
    assert (again.classes, again.gold_labels) == (card.classes, card.gold_labels)
    assert list(again.folds) == list(card.folds)


def test_a_card_that_was_read_cannot_be_changed() -> None:
    assert not hasattr(DatasetCard.from_json(stored(CARDS["artphoto"])).folds, "__setitem__")


def test_a_field_of_a_later_version_is_passed_over() -> None:
    assert DatasetCard.from_json(stored(CARDS["rafdb"]) | {"colour": "blue"}) == CARDS["rafdb"]
