"""emowb: evaluate vision language models zero-shot on emotion data sets, and review every failure."""

__version__ = "0.1.0"
