"""The embedded endpoint: a small model that looks at pixels, and an OpenAI-compatible server on loopback.

It exists so that everything the workbench does can be tried and tested without a key, a network or licensed data.
It never stands in silently for a real model: it has its own name (`schematic-baseline`) and is asked for by name.

Reading order: `action_units` and `looks` say what a face does and whose it is, `faces` and `paintings` draw,
`features` and `model` look, `asking`, `faults`, `answering`, `endpoint` and `server` answer, `samples` draws the
sample sets. Nothing heavy is imported here nor in `faults`, so that naming the room and its switches costs nothing.
"""

from typing import Final

MODEL_NAME: Final = "schematic-baseline"
