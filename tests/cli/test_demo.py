from pathlib import Path

from tests.cli.conftest import Emowb


def test_the_headless_demo_prints_metrics_for_every_set_and_the_paths_of_the_exports(emowb: Emowb, place: Path) -> None:
    result = emowb("demo", "--headless")
    assert result.exit_code == 1, "the endpoint refuses some samples, which is worth knowing"
    for key in ("casme2", "rafdb", "ravdess", "chsims", "abstract"):
        assert f"{key} / demo, protocol strict" in result.stdout
        for name in ("metrics", "predictions", "confusion", "reviews"):
            path = place / "exports" / key / "demo" / f"{name}.csv"
            assert path.is_file()
            assert str(path.relative_to(place)) in result.stdout
    assert "refused" in (place / "exports" / "rafdb" / "demo" / "predictions.csv").read_text()


def test_the_demo_leaves_the_users_own_workspace_alone(emowb: Emowb, place: Path) -> None:
    emowb("demo", "--headless")
    assert not (place / "emowb.db").exists()
    again = emowb("demo", "--headless")
    assert again.exit_code == 1


def test_refused_samples_of_the_demo_are_answered_when_they_are_asked_again(emowb: Emowb) -> None:
    emowb("demo", "--headless")
    retried = emowb("--db", "emowb-demo.db", "retry", "rafdb", "--refused")
    assert retried.exit_code == 0, retried.output
    assert "refused" not in retried.stdout
