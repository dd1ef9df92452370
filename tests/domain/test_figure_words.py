from workbench.domain.figure_words import duration


def test_lengths_of_time_read_as_people_say_them() -> None:
    said = [duration(seconds) for seconds in (0, 41.4, 200, 7_500, 273_600)]
    assert said == ["0 s", "41 s", "3 min 20 s", "2 h 5 min", "3 d 4 h"]
