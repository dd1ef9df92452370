from pathlib import Path

from tests.importers.conftest import Place, Read
from workbench.domain.datasets.samples import MediaKind


def test_only_silent_speech_is_read_in_the_order_of_actors(spoken_clips: Path, read: Read) -> None:
    found = read("ravdess", spoken_clips)
    assert [(sample.id, sample.gold, sample.cluster) for sample in found.samples] == [
        ("Actor_01/02-01-03-01-01-01-01", "happy", "Actor_01"),
        ("Actor_02/02-01-01-01-01-01-02", "neutral", "Actor_02"),
        ("Actor_10/02-01-02-01-01-01-10", "calm", "Actor_10"),
    ]
    assert {sample.media for sample in found.samples} == {MediaKind.VIDEO}
    assert found.samples[0].path == "Video_Speech_Actor_01/Actor_01/02-01-03-01-01-01-01.mp4"


def test_song_sound_and_unknown_codes_are_counted(spoken_clips: Path, read: Read) -> None:
    found = read("ravdess", spoken_clips)
    notes = found.notes
    assert "left out 1: song" in notes
    assert "left out 1: with sound, of which the silent copies are taken" in notes
    assert [it.reason for it in found.skipped] == ["unknown label code '09'"]


def test_clips_with_sound_are_taken_where_there_are_no_silent_ones(tmp_path: Path, place: Place, read: Read) -> None:
    place("Actor_01/01-01-03-01-01-01-01.mp4", "Actor_01/01-01-04-01-01-01-01.mp4")
    found = read("ravdess", tmp_path)
    assert [sample.gold for sample in found.samples] == ["happy", "sad"]
    assert found.notes[0].startswith("2 with sound, since there are no silent copies")


def test_a_clip_that_lies_in_two_folders_is_read_once(tmp_path: Path, place: Place, read: Read) -> None:
    place("Actor_01/02-01-03-01-01-01-01.mp4", "copy/Actor_01/02-01-03-01-01-01-01.mp4")
    found = read("ravdess", tmp_path)
    assert [sample.path for sample in found.samples] == ["Actor_01/02-01-03-01-01-01-01.mp4"]
    assert [it.path for it in found.skipped] == ["copy/Actor_01/02-01-03-01-01-01-01.mp4"]
