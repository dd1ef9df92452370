import pytest

from workbench.domain.datasets.cards import CARDS
from workbench.domain.datasets.published_folders import ANCESTOR, set_of_folder


def test_the_ancestor_has_every_set_of_the_paper() -> None:
    assert list(ANCESTOR) == list(CARDS)


@pytest.mark.parametrize("key", CARDS)
def test_its_words_are_labels_of_the_card_each_another_one(key: str) -> None:
    meant = [CARDS[key].labels.resolve(word) for word in ANCESTOR[key].labels]
    assert None not in meant
    assert len(set(meant)) == len(meant)


@pytest.mark.parametrize(
    ("folder", "key"),
    [
        *(("casme1", "casme"), ("CASME", "casme"), ("enterface", "enterface05"), ("sims", "chsims")),
        *(("sfew", "sfew2"), ("FER2013", "ferplus"), ("FER+", "ferplus"), ("CK+", "ckplus"), ("fer_plus", "ferplus")),
        *(("casme2", "casme2"), ("notes", None), ("", None)),
    ],
)
def test_a_folder_is_known_by_the_names_that_people_give_it(folder: str, key: str | None) -> None:
    assert set_of_folder(folder) == key


def test_no_folder_name_means_two_sets() -> None:
    names = [name for key, known in ANCESTOR.items() for name in (key, *known.folders)]
    assert all(set_of_folder(name) == key for key, known in ANCESTOR.items() for name in (key, *known.folders))
    assert len(set(names)) == len(names)
