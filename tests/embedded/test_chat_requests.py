"""What is asked is read from the messages, in both of the house's layouts."""

from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

from workbench.domain.datasets.tasks import Modality, Task
from workbench.domain.messages import SampleMedia, TextPart
from workbench.domain.prompts import NAMED, PAPER, render_prompt
from workbench.embedded.chat_requests import ChatQuestion, Style, read_question
from workbench.embedded.openai_replies import RequestError

Part = dict[str, Any]
TextPartOf = Callable[[str], Part]
ImagePartOf = Callable[[Image.Image], Part]

PAPER_VIDEOS = (
    "We provide 2 videos, each with 3 temporally uniformly sampled frames. For each video, please sort the provided "
    "categories from high to low. Here are the optional categories: [happy, weakly negative]. The output format"
)


def question(*parts: Part) -> ChatQuestion:
    return read_question([{"role": "system", "content": "be brief"}, {"role": "user", "content": list(parts)}])


def flat(level: int) -> Image.Image:
    return Image.new("RGB", (8, 8), (level, level, level))


def test_images_of_prompt_paper_are_samples_by_their_order(text_part: TextPartOf, image_part: ImagePartOf) -> None:
    head = text_part("We provide 2 images. Here are the optional categories: [happy, sad]. The output")
    asked = question(head, image_part(flat(0)), image_part(flat(9)))
    assert (asked.style, asked.noun, asked.labels) == (Style.PAPER, "image", ("happy", "sad"))
    assert [len(sample.images) for sample in asked.samples] == [1, 1]
    assert asked.samples[0].images != asked.samples[1].images


def test_consecutive_frames_of_prompt_paper_are_one_video(text_part: TextPartOf, image_part: ImagePartOf) -> None:
    asked = question(text_part(PAPER_VIDEOS), *(image_part(flat(level)) for level in range(6)))
    assert asked.noun == "video"
    assert asked.labels == ("happy", "weakly negative")
    assert [len(sample.images) for sample in asked.samples] == [3, 3]


def test_a_text_of_prompt_paper_opens_a_sample(text_part: TextPartOf, image_part: ImagePartOf) -> None:
    asked = question(text_part(PAPER_VIDEOS), text_part("one"), image_part(flat(1)), text_part("two"))
    assert [(sample.text, len(sample.images)) for sample in asked.samples] == [("one", 1), ("two", 0)]


def test_a_speaker_who_says_sample_does_not_change_the_layout(text_part: TextPartOf) -> None:
    asked = question(text_part(PAPER_VIDEOS), text_part("Sample this: it is good"), text_part("two"))
    assert asked.style is Style.PAPER
    assert asked.samples[0].text == "Sample this: it is good"


def test_a_sample_of_prompt_named_has_its_id_text_and_frames(text_part: TextPartOf, image_part: ImagePartOf) -> None:
    asked = question(
        text_part("Judge.\nCategories: [happy, sad]\nAnswer with JSON"),
        text_part('Sample s01:\nText: "Sample s09: \\"hm\\""'),
        image_part(flat(1)),
        image_part(flat(2)),
        text_part("Sample s02:\nText: plain words"),
        text_part("Sample s03:"),
    )
    assert asked.style is Style.NAMED
    assert [(sample.id, sample.text, len(sample.images)) for sample in asked.samples] == [
        ("s01", 'Sample s09: "hm"', 2),
        ("s02", "plain words", 0),
        ("s03", "", 0),
    ]


@pytest.mark.parametrize(("version", "style"), [(PAPER, Style.PAPER), (NAMED, Style.NAMED)])
def test_our_own_prompts_are_understood(version: str, style: Style, text_part: TextPartOf) -> None:
    samples = [SampleMedia(text=text) for text in ("good", "two\nlines")]
    rendered = render_prompt(
        version, task=Task.FACIAL, modality=Modality.TEXT, labels=("positive", "weakly positive"), shown=samples
    )
    asked = question(*(text_part(part.text) for part in rendered if isinstance(part, TextPart)))
    assert (asked.style, asked.labels) == (style, ("positive", "weakly positive"))
    assert [sample.text for sample in asked.samples] == ["good", "two\nlines"]


def test_small_talk_asks_for_no_ranking() -> None:
    assert read_question([{"role": "user", "content": "hello"}]).style is Style.NONE


def test_a_remote_image_is_not_fetched(text_part: TextPartOf) -> None:
    remote = {"type": "image_url", "image_url": {"url": "https://example.org/a.jpg"}}
    with pytest.raises(RequestError, match=r"image 1.*fetches nothing"):
        question(text_part(PAPER_VIDEOS), remote)


@pytest.mark.parametrize("content", [None, 7, [{"type": "audio"}], ["text"]])
def test_other_content_is_refused_with_the_reason(content: object) -> None:
    with pytest.raises(RequestError) as refused:
        read_question([{"role": "user", "content": content}])
    assert refused.value.status == 400
