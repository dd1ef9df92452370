"""A server that sees: it knows the probe's drawings by their bytes, and has the ways that servers have."""

import base64
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tests.provider.conftest import Answer, Asked, as_json, completion, refused
from workbench.embedded import probe_pictures

MODEL = "seeing-model"
_SEEN = {probe_pictures.square(colour).data: colour for colour in probe_pictures.COLOURS} | {
    probe_pictures.face(emotion).data: emotion for emotion in ("happy", "sad")
}


@dataclass(frozen=True)
class Seeing:
    """Answers requests; a field is a way in which servers differ."""

    models: Sequence[Mapping[str, Any]] | None = ({"id": MODEL},)
    """None: it has no list."""
    rejects: tuple[str, ...] = ()
    """Words of a request that it rejects."""
    most_images: int = 1_000
    keeps: str = "json_schema"
    """The form in which it takes a schema; empty: in none."""
    looks: Callable[[Sequence[str]], Sequence[str]] = list
    """What it sees of what is there."""
    says: Mapping[str, str] = field(default_factory=dict)
    """Answers to questions with these words in them, in place of its own."""
    name: str = MODEL
    headers: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, asked: Asked) -> Answer:
        if asked.method == "GET":
            listed = [{"object": "model", "created": 1, "owned_by": "me"} | dict(model) for model in self.models or ()]
            return as_json({"object": "list", "data": listed}) if self.models is not None else refused(404)
        parts = asked.body["messages"][0]["content"]
        pictures = [part["image_url"] for part in parts if part["type"] == "image_url"]
        carried = {*asked.body, *(word for picture in pictures for word in picture)}
        for word in self.rejects:
            if word in carried:
                return refused(400, "unsupported_parameter", f"Unsupported parameter: '{word}'.")
        if len(pictures) > self.most_images:
            return refused(400, None, f"At most {self.most_images} image(s) may be provided in one request.")
        seen = self.looks([_SEEN[base64.b64decode(picture["url"].partition(",")[2])] for picture in pictures])
        words = "\n".join(part["text"] for part in parts if part["type"] == "text")
        text = self._answer(words, seen, asked.body.get("response_format"))
        answer = as_json(completion(text, model=self.name))
        return replace(answer, headers={**answer.headers, **self.headers})

    def _answer(self, words: str, seen: Sequence[str], form: Any) -> str:
        for asked, answer in self.says.items():
            if asked in words:
                return answer
        if form and self.keeps == form["type"]:
            schema = form["schema"] if self.keeps == "json_object" else form["json_schema"]["schema"]
            ids = schema["properties"]["answers"]["items"]["properties"]["id"]["enum"]
            return json.dumps({"answers": [{"id": one, "ranking": ["happy", "sad"]} for one in ids]})
        if "How many" in words:
            return str(len(seen))
        ids = re.findall(r"^Sample (\w+):", words, re.MULTILINE)
        if ids:
            ranked = [{"id": one, "ranking": [emotion]} for one, emotion in zip(ids, seen, strict=True)]
            return json.dumps({"answers": ranked})
        return ", ".join(seen).capitalize() + "." if seen else "ready"
