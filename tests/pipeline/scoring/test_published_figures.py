from workbench.domain.datasets.cards import CARDS
from workbench.pipeline.scoring.published_figures import load_published, published_for


def test_every_figure_belongs_to_a_card_and_every_card_has_one() -> None:
    assert {figure.dataset for figure in load_published()} == set(CARDS)


def test_forty_four_figures_are_the_papers_own_in_thirty_six_cells() -> None:
    own = [figure for figure in load_published() if figure.reference is None]
    assert {figure.method for figure in own} == {"GPT-4V"}
    assert len(own) == 44
    assert len({(figure.dataset, figure.metric, figure.value) for figure in own}) == 36


def test_a_printed_percentage_becomes_exactly_that_fraction() -> None:
    figures = published_for("rafdb")
    assert [(one.table, one.variant, one.value) for one in figures if one.method == "GPT-4V"] == [
        (3, "", 0.7581),
        (8, "grey", 0.7428),
        (8, "rgb", 0.7581),
    ]


def test_figures_lie_beside_ours_under_the_same_names() -> None:
    assert {figure.metric for figure in load_published()} == {"accuracy", "uar", "weighted_f1"}
    for key, card in CARDS.items():
        ours = {figure.metric for figure in published_for(key) if figure.method == "GPT-4V"}
        assert ours == set(card.metrics), key


def test_a_set_that_the_paper_does_not_know_has_no_figure() -> None:
    assert published_for("mine") == ()
