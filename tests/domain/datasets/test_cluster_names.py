"""Clusters from names, in the forms that files of predictions and imports have."""

import pytest

from workbench.domain.datasets.cards import CARDS
from workbench.domain.datasets.cluster_names import cluster_of_name


@pytest.mark.parametrize(
    ("dataset", "name", "cluster"),
    [
        ("ravdess", "02-01-03-02-01-01-06", "Actor_06"),
        ("ravdess", "02-01-03-02-01-01-24.mp4", "Actor_24"),
        ("ravdess", "Actor_07/02-01-03-02-01-01-07", "Actor_07"),
        ("ckplus", "S005_001_00000011.png", "S005"),
        ("ckplus", "S132/008/S132_008_00000009", "S132"),
        ("sfew2", "Saw3D_004056050_00000032.png", "Saw3D"),
        ("sfew2", "Happy/Four_Rooms_004056050_00000032", "Four_Rooms"),
        ("casme2", "sub01/EP02_01f-59", "sub01"),
        ("casme2", "sub1_EP02_01f-59.jpg", "sub01"),
        ("casme2", "EP02_01f-59.jpg", None),
        ("samm", "006_1_2-05588.jpg", "006"),
        ("samm", "006/006_1_2", "006"),
        ("samm", "006006_1_2-05588", "006"),
        ("ferv39k", "Action/Happy/0001", "Action"),
        ("enterface05", "subject 1/anger/sentence 1/s1_an_1.avi", "subject 1"),
        ("enterface05", "s12_an_1.avi", "subject 12"),
        ("enterface05", "sample_0844", None),
        ("chsims", "video_0025_0053", "video_0025"),
        ("chsims", "video_0025/0053", "video_0025"),
        ("cmumosi", "k5Y_838nuGo_1", "k5Y_838nuGo"),
        ("cmumosi", "-wny0OAz3g8/12", "-wny0OAz3g8"),
        ("cmumosi", "03bSnISJMiM$_$1.mp4", "03bSnISJMiM"),
        ("rafdb", "test_0001.jpg", None),
    ],
)
def test_a_name_tells_its_cluster(dataset: str, name: str, cluster: str | None) -> None:
    assert cluster_of_name(dataset, name) == cluster


def test_only_sets_with_clusters_have_a_rule() -> None:
    assert all(
        cluster_of_name(key, "sub01/S005_001_00000011") is None for key, card in CARDS.items() if not card.cluster
    )
