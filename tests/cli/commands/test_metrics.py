"""`emowb metrics`: what stands below its tables."""

from pathlib import Path

from tests.cli.conftest import Emowb


def loaded(emowb: Emowb, folder: Path, rows: list[str]) -> str:
    path = folder / "preds.csv"
    path.write_text("name,gt,gpt4v\n" + "\n".join(rows) + "\n", encoding="utf-8")
    assert emowb("load-predictions", "ravdess", str(path), "--name", "m").exit_code == 0
    return " ".join(emowb("metrics", "ravdess").stdout.split())


def test_clusters_come_from_names_and_refusals_of_a_loaded_run_are_not_known(emowb: Emowb, tmp_path: Path) -> None:
    words = ("happy", "sad", "angry")
    rows = [f"02-01-0{1 + n % 3}-01-01-01-{1 + n % 6:02d},{words[n % 3]},{words[n % 2]}" for n in range(18)]
    rows = [row.replace("-01-01-01-", f"-01-{1 + n:02d}-01-") for n, row in enumerate(rows)]
    text = loaded(emowb, tmp_path, rows)
    assert "6 clusters by actor" in text
    assert "few clusters (6)" in text
    assert "how many were refused is not known" in text
    assert "0.00 % refused" not in text


def test_a_class_without_gold_has_no_f1_and_is_in_no_mean(emowb: Emowb, tmp_path: Path) -> None:
    rows = [f"odd-{n},happy,{'happy' if n % 2 else 'fearful'}" for n in range(8)]
    text = loaded(emowb, tmp_path, rows)
    assert "– (no gold)" in text
    assert "means over 1 class that gold has, so not sad, angry" in text
    assert "(actor) are not known here" in text
