"""Counted samples as sums: a row of numbers for each cluster or kind of sample, which add up.

The numbers of a row are a part of the confusion matrix (gold classes times predicted classes and one more column for
whatever is no class, flat) and, behind it, hits among the first two and the first three choices, and reciprocal ranks.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from workbench.domain.scoring.counting import Counted
from workbench.domain.scoring.intervals import Matrix

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_RANK_SUMS: Final = 3


@dataclass(frozen=True, slots=True)
class ClassSums:
    """What the metrics of classes and ranks are functions of. The first axis is the rows of sums."""

    n: Matrix
    """Samples."""
    support: Matrix
    """Samples of each gold class: rows x classes, as are the next three."""
    right: Matrix
    recall: Matrix
    """0 for a class without support, here and in `f1`."""
    f1: Matrix
    present: Matrix
    """How many classes have support."""
    in_first_2: Matrix
    in_first_3: Matrix
    reciprocal_ranks: Matrix


def class_sums(sums: Matrix, n_classes: int) -> ClassSums:
    """The sums behind metrics, of rows as `sample_rows` and `cluster_rows` make them."""
    import numpy as np

    matrix = sums[:, :-_RANK_SUMS].reshape(-1, n_classes, n_classes + 1)
    right = matrix[:, range(n_classes), range(n_classes)]
    support, predicted = matrix.sum(axis=2), matrix[:, :, :n_classes].sum(axis=1)
    has_support = support > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        recall = np.where(has_support, right / support, 0.0)
        f1 = np.where(has_support, 2 * right / (support + predicted), 0.0)
    ranks = (sums[:, column - _RANK_SUMS] for column in range(_RANK_SUMS))
    return ClassSums(support.sum(axis=1), support, right, recall, f1, has_support.sum(axis=1), *ranks)


def sample_rows(classes: Sequence[str], rows: Sequence[Counted]) -> Matrix:
    """What one sample of each of `rows` adds."""
    import numpy as np

    cells, ranks = _features(classes, rows)
    sums = np.zeros((len(rows), _width(classes)))
    sums[range(len(rows)), cells] = 1
    sums[:, -_RANK_SUMS:] = ranks
    return sums


def kinds_of(classes: Sequence[str], rows: Sequence[Counted]) -> "tuple[Matrix, NDArray[np.int64]]":
    """What one sample of each kind adds, and how many samples there are of it, clusters left aside."""
    import numpy as np

    kinds = Counter[tuple[str, str | None, int | None]]()
    for row in rows:
        kinds[row.gold, row.predicted, row.rank] += row.count
    ordered = sorted(kinds, key=lambda kind: (kind[0], kind[1] is None, kind[1] or "", kind[2] or 0))
    return sample_rows(classes, [Counted(*kind) for kind in ordered]), np.array([kinds[kind] for kind in ordered])


def cluster_rows(classes: Sequence[str], rows: Sequence[Counted]) -> Matrix:
    """What each cluster adds, all clusters in the order of their names."""
    import numpy as np

    # Sorted, so that sums of fractions are the same in whatever order samples are read.
    clusters = sorted({row.cluster for row in rows}, key=lambda cluster: (cluster is None, cluster or ""))
    places = {cluster: place for place, cluster in enumerate(clusters)}
    cluster_of_row = np.array([places[row.cluster] for row in rows])
    counts = np.array([row.count for row in rows], dtype=np.float64)
    cells, ranks = _features(classes, rows)
    width = _width(classes)
    flat = np.bincount(cluster_of_row * width + cells, counts, minlength=len(places) * width)
    sums = flat.reshape(len(places), width).astype(np.float64)
    for column in range(_RANK_SUMS):
        sums[:, column - _RANK_SUMS] = np.bincount(cluster_of_row, ranks[:, column] * counts, minlength=len(places))
    return sums


def hits_and_support(sums: Matrix, n_classes: int) -> tuple[Matrix, Matrix]:
    """Of each row of sums: the right samples and all samples of each gold class."""
    matrix = sums[:, :-_RANK_SUMS].reshape(-1, n_classes, n_classes + 1)
    return matrix[:, range(n_classes), range(n_classes)], matrix.sum(axis=2)


def pseudo_samples(whole: Matrix, n_classes: int) -> tuple[Matrix, Matrix]:
    """One sample more for every class with support, right as often as all samples are; else of any other class.

    `whole` is the sum of all samples. Gives the kinds and how many (a fraction) there are of each.
    """
    import numpy as np

    hits, support = (part[0] for part in hits_and_support(whole[None], n_classes))
    present = [label for label in range(n_classes) if support[label]]
    right = (hits.sum() + 1) / (support.sum() + 2)
    kinds, weights = [], []
    for gold in present:
        others = [label for label in present if label != gold] or [n_classes]
        for predicted in (gold, *others):
            row = np.zeros(len(whole))
            row[gold * (n_classes + 1) + predicted] = 1
            kinds.append(row)
            weights.append(right if predicted == gold else (1 - right) / len(others))
    return np.array(kinds), np.array(weights)


def support_freedom(support: Matrix) -> float:
    """Degrees of freedom of a mean over classes, given the samples of each.

    Source: F. E. Satterthwaite 1946, for the sum of variances 1 / n of all classes, each with n + 1 degrees.
    """
    part = 1 / support[support > 0]
    return float(part.sum() ** 2 / (part * part / (1 / part + 1)).sum())


def _features(classes: Sequence[str], rows: Sequence[Counted]) -> "tuple[NDArray[np.int64], Matrix]":
    """For every row, the place of its pair in the flat confusion matrix, and its three rank figures."""
    import numpy as np

    k = len(classes)
    code = {label: place for place, label in enumerate(classes)}
    cells = np.array(
        [code[row.gold] * (k + 1) + (k if row.predicted is None else code.get(row.predicted, k)) for row in rows]
    )
    ranks = np.array(
        [(0.0, 0.0, 0.0) if row.rank is None else (row.rank <= 2, row.rank <= 3, 1 / row.rank) for row in rows]
    )
    return cells, ranks


def _width(classes: Sequence[str]) -> int:
    return len(classes) * (len(classes) + 1) + _RANK_SUMS
