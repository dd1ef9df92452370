# ruff: noqa: RUF001 - these are the apostrophes and the Chinese that models write

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.replies.refusals import OPENING_CHARS, is_refusal

REFUSALS = (
    "I'm sorry, but I can't assist with that request.",
    "Sorry, I can’t help with that.",
    "I´m unable to view images.",
    "I can`t identify people in images.",
    "I'm not able to help with identifying people or their emotions.",
    "I cannot provide assistance with this.",
    "I do not have the ability to process images.",
    "I don't see any images attached to your message.",
    "No images were provided.",
    "Please upload the images you would like me to judge.",
    "Unfortunately, I'm unable to determine the emotions.",
    "I apologize, but I cannot fulfill this request.",
    "I must respectfully decline.",
    "I won't be able to help with this.",
    "As an AI language model, I have no feelings.",
    "This goes against our content policy.",
    "It wouldn't be appropriate for me to infer emotions.",
    "I can't assess this one",
    "Cannot be determined",
    "Ｉ ｃａｎ'ｔ ｈｅｌｐ with that",
    "  I’M SORRY,\n BUT I CAN’T ASSIST WITH THAT.",
    '{"error": "I\'m sorry, but I can\'t help with that."}',
    "抱歉，我无法协助完成该请求。",
    "很抱歉,我不能识别图片中的人。",
    "作为一个AI语言模型，我没有情感。",
    "我無法判斷這張圖片的情緒",
    "我没有看到任何图片",
)
INNOCENT = (
    "",
    "sad... sorry",
    "fear of",
    "She is sorry and cannot come home.",
    "I'm sorry, I was late",
    "The speaker says they don't want to help",
    "I can't help but notice his smile",
    "I can't wait to see you",
    "I see no fear",
    "It is difficult to determine",
    "The face appears blurry; perhaps neutral",
    "illegal, OpenAI, I do not",
    "他不能回家",
)


@pytest.mark.parametrize("text", REFUSALS)
def test_a_refusal_is_told_by_who_will_not_do_what(text: str) -> None:
    assert is_refusal(text)


@pytest.mark.parametrize("text", INNOCENT)
def test_a_word_of_regret_alone_is_no_refusal(text: str) -> None:
    assert not is_refusal(text)


def test_what_comes_after_the_opening_may_be_a_quotation() -> None:
    assert not is_refusal("The man smiles. " * (OPENING_CHARS // 16 + 1) + REFUSALS[0])


@given(st.text(st.characters()))
def test_any_text_can_be_asked_about(text: str) -> None:
    assert is_refusal(text) in (True, False)
