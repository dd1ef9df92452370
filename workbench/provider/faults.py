"""The meaning of an error for a run: from statuses, codes and words to outcomes and faults.

Sources: the error tables of OpenAI's API guide; `azure` answers a filtered prompt with 400 `content_filter`. Other
servers and gateways say the same in other words, so words count where no code does.
"""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from workbench.domain.dialects import OPTIONS
from workbench.domain.messages import Fault, Outcome
from workbench.provider.error_bodies import ErrorBody, plain_code

_POLICY_CODES: Final = frozenset(
    {
        *("contentfilter", "contentfilterviolation", "contentpolicyviolation", "imagecontentpolicyviolation"),
        *("contentpolicyviolationerror", "responsibleaipolicyviolation", "datainspectionfailed", "invalidprompt"),
        *("moderationblocked", "contentmoderation", "inputmoderation", "safetyviolation", "prohibitedcontent"),
        *("contentsafety", "contentviolation", "sensitivecontent", "sensitivecontentdetected", "guardrailintervened"),
        *("inputtextsensitivecontentdetected", "inputimagesensitivecontentdetected", "usagepolicyviolation"),
        *("outputtextsensitivecontentdetected", "riskcontrol", "contentblocked", "promptblocked", "1301"),
    }
)
_POLICY: Final = re.compile(
    r"content ?policy|content management policy|content[ _]filter|responsible ?ai|data ?inspection ?failed"
    r"|(?:input|prompt|content|image|picture|request|message|output|response)s? (?:\w+ ){0,3}?"
    r"(?:was |were |been |is |are |being )*(?:flagged|moderated|blocked (?:by|due to|for) (?:\w+ ){0,3}?(?:safety|polic"
    r"|moderation|filter|guardrail))"
    r"|(?:input|output|prompt|content|image)s? (?:\w+ ){0,4}?(?:contains?|include\w*) (?:\w+ ){0,3}?"
    r"(?:inappropriate|sensitive|prohibited|unsafe|harmful)"
    r"|requires moderation|flagged (?:by|as|for) (?:\w+ ){0,4}?(?:moderation|safety|polic|violat|unsafe|harmful)"
    r"|moderation (?:system|policy|filter|block)|rejected (?:by|as a result of) (?:\w+ ){0,3}?(?:safety|moderation)"
    r"|safety (?:system|filter|setting|polic|guideline|check)|prohibited[ _]content|guardrail"
    r"|(?:usage|acceptable use|safety|content|moderation) polic(?:y|ies)|不安全|敏感内容|敏感信息"
    r"|违规|风险控制|内容安全"
)
_OF_THE_ACCOUNT: Final = re.compile(
    r"\b(?:account|organi[sz]ation|workspace|user|project|api[ _-]?key)\b.{0,60}?"
    r"\b(?:suspend\w*|deactivat\w*|disabled|terminated|banned|blocked|flagged|restricted)\b"
)
_QUOTA_CODES: Final = frozenset(
    {
        *("insufficientquota", "creditbalanceexhausted", "organizationspendlimitexceeded", "arrearage"),
        *("projectspendlimitexceeded", "organizationusagelimitexceeded", "insufficientbalance", "insufficientcredits"),
        *("billinghardlimitreached", "billingnotactive", "paymentrequired", "quotaexhausted", "insufficientfunds"),
        *("insufficientuserquota", "outofcredits", "budgetexceeded"),
    }
)
_QUOTA: Final = re.compile(
    r"insufficient (?:account )?(?:credit|balance|fund|quota)|credit balance is too low|out of credits"
    r"|not enough credit"
    r"|billing hard limit|payment required|exceeded your current quota|balance is (?:insufficient|not enough|too low)"
    r"|requires more credits|budget has been exceeded|余额不足|欠费|額度不足|额度不足"
)
_SOON: Final = re.compile(
    r"per[ _-]?minute|retry in|try again in|retryinfo|per[ _-]?second|requests? per", re.IGNORECASE
)
"""Gemini words a limit per minute as a quota."""
_KEY_CODES: Final = frozenset(
    {
        "invalidapikey",
        "authenticationerror",
        "unauthenticated",
        "unauthorized",
        "invalidauthentication",
        "apikeyinvalid",
    }
)
_KEY: Final = re.compile(
    r"(?:invalid|incorrect|missing|expired|no) api[ -]?key|api[ -]?key (?:is )?(?:not valid|invalid|expired)"
)
_RATE_CODES: Final = frozenset(
    {
        "ratelimitexceeded",
        "ratelimiterror",
        "resourceexhausted",
        "toomanyrequests",
        "throttling",
        "slowdown",
        "ratelimit",
    }
)
_COMPLAINT: Final = re.compile(
    r"unsupported|(?:not|n't|no longer) (?:be )?(?:supported|support|permitted|allowed|available|accepted)"
    r"|not recogni[sz]ed"
    r"|unknown|unrecogni[sz]ed|unexpected|extra|deprecated|invalid|only (?:the )?default|must (?:be|contain)"
    r"|not implemented|without support|cannot|不支持",
    re.IGNORECASE,
)
_NAMED: Final = re.compile(
    r"(?P<form>response_format|json_schema|json_object|json mode|structured outputs?|guided[ _](?:decoding|json))"
    r"|\b(?P<word>max_completion_tokens|max_tokens|temperature|seed)\b|['\"`.]detail\b",
    re.IGNORECASE,
)
_LONGEST_WAIT_S: Final = 600.0
_OPTIONS: Final = frozenset(
    {
        *("model", "temperature", "seed", "max_tokens", "max_completion_tokens", "response_format", "detail"),
        *("top_p", "n", "stream", "service_tier", "store", "user", "logprobs", "top_logprobs", "reasoning_effort"),
    }
)
"""Parameters that all requests of a run share: an endpoint that rejects one of them rejects every request."""
_TOO_LARGE_CODES: Final = frozenset(
    {
        "contextlengthexceeded",
        "exceedcontextsizeerror",
        "contextwindowexceedederror",
        "requesttoolarge",
        "promptistoolong",
    }
)
_TOO_LARGE: Final = re.compile(
    r"at most \d+ (?:image|picture|multimodal)|too many (?:image|picture)|(?:image|picture)s? (?:limit|count) exceeded"
    r"|maximum number of (?:image|picture)s"
    r"|(?:maximum|max|available|model'?s|your) (?:\w+ )?(?:context|model|input|sequence|prompt)[ _-]?"
    r"(?:length|size|window|len)\b|context (?:length|size|window|limit) (?:of|is|exceeded|overflow)"
    r"|exceed\w* (?:the |this |a |model'?s )*(?:\w+ )?(?:context|maximum number of tokens|token limit|n_ctx|ctx)"
    r"|longer than the (?:model'?s )?(?:maximum )?(?:context|model|sequence|input)|context overflow"
    r"|when context overflows"
    r"|context shift is disabled|(?:input|prompt|request|payload|body|message)s? (?:is |are |tokens? )?too "
    r"(?:large|long)|(?:tokens|input) too (?:large|long)|range of input length|must have less than \d+ tokens"
    r"|larger than (?:the )?(?:context|batch|n_batch|n_ubatch)|`inputs` tokens \+|increase the physical batch size"
    r"|too large for model with"
    r"|requested token count exceeds|超过.{0,6}最大长度|上下文长度"
)
_BOUND_TO_THE_REQUEST: Final = frozenset({400, 403, 406, 412, 413, 422, 451})


def classify_error(status_code: int, error: ErrorBody) -> tuple[Outcome, Fault | None]:
    """The outcome and fault of an error with this status; what an error says comes before its status."""
    codes = error.codes | {plain_code(error.code)}
    message = error.message.casefold()
    if _is_filtered(status_code, codes, message) or (error.flagged and status_code in _BOUND_TO_THE_REQUEST):
        return Outcome.FILTERED, None
    return Outcome.FAILED, _fault(status_code, codes, message, error.param)


def _is_filtered(status_code: int, codes: frozenset[str], message: str) -> bool:
    if codes & _POLICY_CODES:
        return True
    if status_code in (401, 402, 404, 429) or codes & (_QUOTA_CODES | _KEY_CODES) or _OF_THE_ACCOUNT.search(message):
        return False
    return bool(_POLICY.search(message))


def _fault(status_code: int, codes: frozenset[str], message: str, param: str) -> Fault:
    if codes & _QUOTA_CODES or (_QUOTA.search(message) and not _SOON.search(message)):
        return Fault.STOP
    if codes & _KEY_CODES or _KEY.search(message):
        return Fault.STOP
    if status_code in (401, 402, 403, 404) or 300 <= status_code < 400:
        return Fault.STOP
    if status_code == 429:
        return Fault.TOO_LARGE if "request too large" in message else Fault.RATE_LIMITED
    if status_code == 413 or codes & _TOO_LARGE_CODES or _TOO_LARGE.search(message):
        return Fault.TOO_LARGE
    if status_code in (400, 422) and param in _OPTIONS:
        return Fault.STOP
    if status_code in (408, 409) or status_code >= 500:
        limited = codes & _RATE_CODES or "rate limit" in message or "too many requests" in message
        return Fault.RATE_LIMITED if limited else Fault.TRANSIENT
    return Fault.BAD_REQUEST


def rejected_option(status_code: int, error: ErrorBody) -> str:
    """The word of `dialects.OPTIONS` that an error names as what is wrong; empty where it names none."""
    if status_code not in (400, 404, 422, 500, 501):
        return ""
    outcome, fault = classify_error(status_code, error)
    if outcome is not Outcome.FAILED or fault is Fault.TOO_LARGE or error.codes & (_QUOTA_CODES | _KEY_CODES):
        return ""
    steps = re.split(r"[.\[\]]+", error.param)
    named = next((step for step in reversed(steps) if step in OPTIONS), "")
    if named:
        return named
    if "json_schema" in steps or (error.param == "messages" and "response_format" in error.message):
        return "response_format"
    message = error.message[:2_000]
    if not _COMPLAINT.search(message):
        return ""
    found = _NAMED.search(message)
    return "" if found is None else "response_format" if found["form"] else found["word"] or "detail"


def retry_after_s(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Seconds to wait by `retry-after-ms` or `Retry-After` (seconds or an HTTP date); None for anything unreadable.

    Never negative and at most ten minutes: an error of the server must not stop a run for a day. A date is compared
    with the server's own clock (header `Date`) where there is one, since ours may be wrong.
    """
    now = now or _date(headers.get("date", "")) or datetime.now(UTC)
    for name, factor in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        value = headers.get(name, "").strip()
        wait_s = _seconds(value, now) if value else None
        if wait_s is not None:
            return min(max(wait_s * factor, 0.0), _LONGEST_WAIT_S)
    return None


def _seconds(value: str, now: datetime) -> float | None:
    try:
        seconds = float(value)
    except ValueError:
        pass
    else:
        return None if math.isnan(seconds) else seconds
    until = _date(value)
    return None if until is None else (until - now).total_seconds()


def _date(text: str) -> datetime | None:
    """A point in time from a header; None for one without a time zone."""
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    return date if date.tzinfo is not None else None
