import base64

from workbench.domain.replies import ImagePart, Request, TextPart
from workbench.domain.samples import Frame
from workbench.provider.messages import chat_body

REQUEST = Request(
    model="m",
    parts=(
        TextPart("one"),
        ImagePart(Frame(data=b"\x00\xff", mime="image/png", width_px=1, height_px=1, index=0)),
        TextPart("two"),
    ),
    answer_schema=None,
    detail="high",
    temperature=0.5,
    max_tokens=9,
    seed=1,
)


def test_parts_keep_their_order_and_pictures_travel_as_data() -> None:
    [message] = chat_body(REQUEST, token_field="max_tokens")["messages"]
    assert message["role"] == "user"
    url = f"data:image/png;base64,{base64.b64encode(bytes([0, 255])).decode()}"
    assert message["content"] == [
        {"type": "text", "text": "one"},
        {"type": "image_url", "image_url": {"url": url, "detail": "high"}},
        {"type": "text", "text": "two"},
    ]


def test_the_token_limit_has_the_servers_name_for_it() -> None:
    body = chat_body(REQUEST, token_field="max_completion_tokens")
    assert body["max_completion_tokens"] == 9
    assert "max_tokens" not in body


def test_no_form_is_asked_for_where_there_is_no_schema() -> None:
    assert "response_format" not in chat_body(REQUEST, token_field="max_tokens")
