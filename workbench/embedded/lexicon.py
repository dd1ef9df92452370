"""The emotions in a text, by a list of words.

A small lexicon of Chinese and English: every word found counts for one emotion (or for positive or negative), and a
negation before it reverses it. It is made to be understood, not to be good.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

VALENCE: Final[Mapping[str, float]] = {
    "happy": 1.0, "amused": 0.9, "content": 0.8, "excited": 0.9, "awed": 0.6, "calm": 0.3, "surprised": 0.1,
    "neutral": 0.0, "others": -0.1, "repressed": -0.2, "tensed": -0.5, "contempt": -0.5, "worried": -0.6,
    "fearful": -0.8, "disgusted": -0.8, "sad": -0.9, "angry": -0.9, "positive": 0.8, "negative": -0.8,
}  # fmt: skip
"""The pleasantness of each emotion, from -1 to 1."""

_WORDS: Final[Mapping[str, str]] = {
    "happy": "happy glad joy joyful delighted smile laugh yay 开心 高兴 快乐 幸福 欢喜 笑",
    "amused": "funny hilarious amusing haha lol 好笑 有趣 哈哈 逗",
    "content": "satisfied content relaxed comfortable grateful thanks 满意 满足 舒服 谢谢 感谢 知足",
    "excited": "excited thrilled amazing awesome wow 激动 兴奋 太棒 精彩 期待",
    "awed": "magnificent breathtaking wonderful 壮观 震撼 了不起",
    "calm": "calm quiet peaceful 平静 安静 放心 没事",
    "surprised": "surprised suddenly unexpected really 惊讶 居然 竟然 没想到 突然",
    "angry": "angry furious mad hate rage outrageous 生气 愤怒 气死 可恶 讨厌 滚 闭嘴 凭什么",
    "sad": "sad cry crying tears lonely sorry miss lost 难过 伤心 哭 眼泪 孤独 可惜 失去 想念 遗憾",
    "fearful": "afraid scared fear terrified horror 害怕 恐怖 可怕 吓",
    "disgusted": "disgusting gross nasty awful sick 恶心 脏 臭",
    "worried": "worried worry anxious nervous concern 担心 着急 焦虑 紧张 怎么办",
    "contempt": "pathetic ridiculous useless loser 可笑 废物 没用 就凭你",
    "positive": "good great nice best love beautiful perfect success win 好 喜欢 爱 漂亮 成功 优秀 赢 顺利 支持 祝",
    "negative": "bad worst terrible wrong fail problem pain boring hurt 坏 糟 失败 错 麻烦 痛 累 无聊 骗 倒霉 死",
}

_NEGATIONS_EN: Final = frozenset({"not", "no", "never", "don't", "doesn't", "isn't", "wasn't", "can't", "didn't"})
_NEGATIONS_ZH: Final = ("不", "没", "别", "不太", "不是", "没有")
_OPPOSITE: Final = {"positive": "negative", "negative": "positive"}

_LATIN: Final = re.compile(r"[a-z]+(?:'[a-z]+)?")
_ENGLISH: Final = {word: feeling for feeling, words in _WORDS.items() for word in words.split() if word.isascii()}
_CHINESE: Final = {word: feeling for feeling, words in _WORDS.items() for word in words.split() if not word.isascii()}
_HAN: Final = re.compile("|".join(sorted(_CHINESE, key=len, reverse=True)))


@dataclass(frozen=True, slots=True)
class TextTone:
    """The emotions named in a text."""

    valence: float
    """From -1 to 1; 0 where nothing was found."""
    feelings: Mapping[str, int]
    """How often each emotion was named."""

    @property
    def is_silent(self) -> bool:
        """Whether no known word was found."""
        return not self.feelings


def read_tone(text: str) -> TextTone:
    """The tone of a text in Chinese, English or both."""
    feelings = Counter([*_english_feelings(text.casefold()), *_chinese_feelings(text)])
    total = sum(feelings.values())
    valence = sum(VALENCE[feeling] * count for feeling, count in feelings.items()) / total if total else 0.0
    return TextTone(valence, dict(feelings))


def _english_feelings(text: str) -> list[str]:
    words = _LATIN.findall(text.replace("\u2019", "'"))
    found = []
    for place, word in enumerate(words):
        if word in _ENGLISH:
            negated = not _NEGATIONS_EN.isdisjoint(words[max(0, place - 2) : place])
            found.append(_turned(_ENGLISH[word]) if negated else _ENGLISH[word])
    return found


def _chinese_feelings(text: str) -> list[str]:
    found = []
    for match in _HAN.finditer(text):
        feeling = _CHINESE[match[0]]
        negated = text[: match.start()].endswith(_NEGATIONS_ZH)
        found.append(_turned(feeling) if negated else feeling)
    return found


def _turned(feeling: str) -> str:
    """The meaning of a negated feeling: the opposite sign, without a particular emotion."""
    return _OPPOSITE.get(feeling) or ("negative" if VALENCE[feeling] > 0 else "positive")
