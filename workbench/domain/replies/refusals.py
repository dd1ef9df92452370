"""Recognises a refusal by its opening words.

It is used only where no answer can be read: the people in the media say "sorry" too, so an answer counts for more than
a phrase. A phrase is never a single word; it says who will not do what. "I can't see the picture" counts too: a model
that denies having seen the picture has refused.
"""

# ruff: noqa: RUF001 - these are the apostrophes that models write

import re
import unicodedata
from typing import Final

OPENING_CHARS: Final = 200
"""Characters that are searched: a refusal comes at once, and later words may be a quotation."""

_APOSTROPHES: Final = str.maketrans(dict.fromkeys("‘’‛´`ʼ′", "'"))

_WHO: Final = (
    r"(?:^\W*|[:.\"]\s*"
    r"|\b(?:sorry|unfortunately|regrettably|apologi[sz]e|apologies|afraid|but)\b\W*(?:but |that |and )?"
    r"|\b(?:i|we)\b ?(?:really |simply |also |currently |must say i )?)"
)
_WILL_NOT: Final = (
    r"(?:can'?t|can ?not|could ?n[o']t|(?:won'?t|will not)(?: be able)?|must decline to"
    r"|(?:do not|don'?t) (?:have (?:the |any )?ability to )?"
    r"|(?:am |are |'m |'re )?(?:unable|unwilling|not (?:able|allowed|permitted|comfortable|going|designed)))"
)
_DEED: Final = (
    r"(?:help(?! but)|assist|provid\w+|offer|identif\w+|recogni[sz]\w+|analy[sz]\w+|determin\w+|assess\w*|evaluat\w+"
    r"|classif\w+|judg\w+|rank\w*|rating|rate|interpret\w*|infer\w*|label\w*|describ\w+|process\w*|access|comply"
    r"|fulfil\w*|continue|complete|answer|perform|do (?:that|this|so)|tell|view|engage)"
)
_PICTURE: Final = r"(?:images?|pictures?|photos?|photographs?|videos?|frames?|files?|attachments?)"
_RULES: Final = r"(?:polic(?:y|ies)|guidelines?|terms)"

_ENGLISH: Final = (
    # "I'm sorry, but I can't assist with that", "I am not able to analyze people", "Cannot assess this one"
    rf"{_WHO}{_WILL_NOT} ?(?:to |in )?(?:\w+ )?{_DEED}\b",
    r"\bi (?:must|have to|will have to|need to) (?:\w+ )?(?:decline|refuse)\b",
    rf"{_WHO}(?:{_WILL_NOT}) ?(?:to )?(?:\w+ )?(?:see|open|receive)(?: \w+){{0,3}}? {_PICTURE}\b",
    rf"\bno {_PICTURE} (?:\w+ ){{0,3}}?(?:provided|attached|uploaded|included|shared)\b",
    rf"\bplease (?:upload|provide|attach|share|send)(?: \w+){{0,2}} {_PICTURE}\b",
    r"^\W*as an? (?:ai\b|artificial intelligence|(?:large )?language model)",
    rf"\b(?:against|violates?) (?:\w+ ){{0,3}}?{_RULES}\b",
    r"(?:\bnot|n't) (?:be )?(?:appropriate|ethical) (?:for me )?to\b",
)
_CANNOT: Final = "(?:无法|無法|不能|不可以|没办法|沒辦法|没有办法|未能|拒绝|拒絕|不便)"
_CHINESE_DEED: Final = (
    "(?:识别|識別|辨认|辨認|分析|判断|判斷|查看|看到|看见|看見|提供|协助|協助|帮助|幫助|处理|處理|回答|完成|满足|滿足"
    "|访问|訪問|确定|確定|评估|評估|推断|推斷|描述|排序|分类|分類)"
)
_CHINESE: Final = (
    rf"(?:抱歉|对不起|對不起|不好意思|很遗憾|很遺憾).{{0,20}}?{_CANNOT}",
    rf"{_CANNOT}.{{0,8}}?{_CHINESE_DEED}",
    r"^\W*(?:作为|作為|身为|身為)(?:一个|一個|一名|一款)?.{0,6}?(?:ai|人工智能|人工智慧|语言模型|語言模型)",
    r"(?:没有|沒有|未)(?:看到|收到|提供|上传|上傳)\w{0,6}?(?:图|圖|照片|视频|影片)",
)
_REFUSAL: Final = re.compile("|".join(f"(?:{phrase})" for phrase in (*_ENGLISH, *_CHINESE)))


def is_refusal(text: str) -> bool:
    """Whether a text that holds no answer declines to give one."""
    # Normalising can lengthen a text, so it is cut before as well as after.
    opening = unicodedata.normalize("NFKC", text.lstrip()[: 4 * OPENING_CHARS].translate(_APOSTROPHES))
    return _REFUSAL.search(" ".join(opening.casefold().split())[:OPENING_CHARS]) is not None
