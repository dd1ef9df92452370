"""Chat requests in the house's two layouts, and a real client for a real endpoint on loopback."""

import base64
import json
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openai import OpenAI
from PIL import Image

from tests.waiting import PATIENCE_S
from workbench.embedded import seeds
from workbench.embedded.action_units import perform
from workbench.embedded.faces import draw_face
from workbench.embedded.fault_injection import FaultRates
from workbench.embedded.looks import Look, any_light, any_person, any_pose
from workbench.embedded.server import EndpointServer, Served

Part = dict[str, Any]


@pytest.fixture(scope="session")
def samples() -> Path:
    return Path(__file__).parents[2] / "samples"


@pytest.fixture(scope="session")
def portrait() -> Callable[[str, int], Image.Image]:
    def draw(emotion: str, seed: int) -> Image.Image:
        rng = seeds.generator(seed)
        look = Look(any_person(rng), any_pose(rng), any_light(rng))
        return draw_face(perform(emotion, 0.9, rng), look, 96, 96)

    return draw


@pytest.fixture(scope="session")
def text_part() -> Callable[[str], Part]:
    return lambda text: {"type": "text", "text": text}


@pytest.fixture(scope="session")
def image_part() -> Callable[[Image.Image], Part]:
    def encode(image: Image.Image) -> Part:
        file = BytesIO()
        image.save(file, "PNG")
        url = f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"
        return {"type": "image_url", "image_url": {"url": url, "detail": "low"}}

    return encode


@pytest.fixture(scope="session")
def named_texts(text_part: Callable[[str], Part]) -> Callable[[Sequence[str]], list[dict[str, Any]]]:
    """A request in layout `named` about texts alone: the cheapest there is."""

    def messages(texts: Sequence[str]) -> list[dict[str, Any]]:
        head = text_part("You judge the emotion.\nCategories: [happy, sad, angry]\nAnswer with JSON alone")
        parts = [
            text_part(f"Sample s{place:02d}:\nText: {json.dumps(text, ensure_ascii=False)}")
            for place, text in enumerate(texts, start=1)
        ]
        return [{"role": "user", "content": [head, *parts]}]

    return messages


@pytest.fixture
def served() -> list[Served]:
    """What the endpoint of `client_for` has answered."""
    return []


@pytest.fixture
def client_for(served: list[Served]) -> Iterator[Callable[[FaultRates], OpenAI]]:
    """A client of an endpoint with such trouble; both are closed after the test."""
    open_pairs: list[tuple[EndpointServer, OpenAI]] = []

    def connect(faults: FaultRates) -> OpenAI:
        server = EndpointServer(faults=faults, observer=served.append)
        server.start()
        client = OpenAI(base_url=server.base_url, api_key="none", max_retries=0, timeout=PATIENCE_S)
        open_pairs.append((server, client))
        return client

    yield connect
    for server, client in open_pairs:
        client.close()
        server.stop()
