"""The words by which servers say why an answer ended.

OpenAI's words, and those that gateways pass through: Gemini's (`FinishReason` of its API reference), Anthropic's
(`refusal`, `max_tokens`), Bedrock's (`guardrail_intervened`), Zhipu's (`sensitive`).
"""

import re
from typing import Final

_FILTER: Final = frozenset(
    {
        *("content_filter", "content_filtered", "safety", "recitation", "prohibited_content", "blocklist", "spii"),
        *("image_safety", "image_recitation", "image_prohibited_content", "model_armor", "jailbreak"),
        *("refusal", "sensitive", "guardrail_intervened", "content_policy", "content_policy_violation", "moderation"),
    }
)
_LENGTH: Final = frozenset(
    {"length", "max_tokens", "model_length", "max_output_tokens", "max_length", "max_new_tokens"}
)


def is_filter_reason(reason: str | None) -> bool:
    """Whether a filter, a policy or the model itself ended the answer: `SAFETY`, `content_filter: RECITATION`."""
    return not _words(reason).isdisjoint(_FILTER)


def is_length_reason(reason: str | None) -> bool:
    """Whether the limit of the answer's length ended it."""
    return not _words(reason).isdisjoint(_LENGTH)


def _words(reason: str | None) -> set[str]:
    return set(re.findall(r"[a-z_]+", (reason or "")[:200].casefold().replace("-", "_")))
