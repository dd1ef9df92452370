"""The embedded endpoint: a small model that looks at pixels, and an OpenAI-compatible server on loopback.

With it, everything in the workbench can be tried and tested without a key, a network or licensed data. It never
replaces a real model silently: it has its own name (`schematic-baseline`) and is only used where it is named.

Reading order: `action_units` and `looks` describe an expression and a person, `faces` and `paintings` draw,
`features` and `model` look at pictures, `chat_requests`, `chat_answers`, `fault_injection`, `chat_endpoint` and
`server` answer requests, `samples` draws the sample sets, `training` makes the model's weights.

numpy and Pillow load with the first request: importing `server` or `fault_injection` costs little.
"""

from typing import Final

MODEL_NAME: Final = "schematic-baseline"
