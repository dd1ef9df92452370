"""Lengths of time in words."""


def duration(seconds: float) -> str:
    """A length of time for people: 41 s, 3 min 20 s, 2 h 5 min, 3 d 4 h."""
    minutes, secs = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} d {hours} h"
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {secs} s" if minutes else f"{secs} s"
