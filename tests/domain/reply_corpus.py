"""Replies as models write them, and what each says of every sample asked about.

A case expects, per sample, the label ranked first, or a status: REFUSED, MISSING, UNPARSED, FAILED, or
`oov("word")` for a first choice outside the set.
"""

# ruff: noqa: RUF001, E501 - models write curly quotes and Chinese, and do not mind long lines

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from workbench.domain.datasets.labels import LabelSet
from workbench.domain.messages import Outcome
from workbench.domain.predictions import PredictionStatus
from workbench.domain.replies.matching import MatchBy

FACES: Final = LabelSet(("happy", "sad", "angry", "fearful", "disgusted", "surprised", "neutral"))
SENTIMENTS: Final = LabelSet(("positive", "weakly negative", "negative"))
CHINESE: Final = LabelSet(("开心", "难过", "生气"))
OWN: Final = LabelSet(("fear of", "sorry", "4"))

REFUSED: Final = PredictionStatus.REFUSED
MISSING: Final = PredictionStatus.MISSING
UNPARSED: Final = PredictionStatus.UNPARSED
FAILED: Final = PredictionStatus.FAILED


@dataclass(frozen=True, slots=True)
class OutOfVocabulary:
    word: str


def oov(word: str) -> OutOfVocabulary:
    return OutOfVocabulary(word)


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    text: str | None
    expected: tuple[str | PredictionStatus | OutOfVocabulary, ...]
    match: MatchBy = MatchBy.ID
    labels: LabelSet = FACES
    outcome: Outcome = Outcome.ANSWERED
    reply: Mapping[str, Any] = field(default_factory=dict)
    becomes: Outcome | None = None
    """The outcome afterwards, where it changes."""


def by_id(name: str, text: str | None, *expected: str | PredictionStatus | OutOfVocabulary, **more: Any) -> Case:
    return Case(name, text, expected, **more)


def by_place(name: str, text: str | None, *expected: str | PredictionStatus | OutOfVocabulary, **more: Any) -> Case:
    return Case(name, text, expected, match=MatchBy.POSITION, **more)


def cut(name: str, text: str, *expected: str | PredictionStatus | OutOfVocabulary, **more: Any) -> Case:
    return Case(name, text, expected, outcome=Outcome.TRUNCATED, **more)


FORMS: Final = (
    by_id(
        "the JSON asked for",
        '{"answers": [{"id": "s01", "ranking": ["happy", "sad"]}, {"id": "s02", "ranking": ["sad"]}]}',
        "happy",
        "sad",
    ),
    by_id("a bare array", '[{"id": "s01", "ranking": ["happy"]}, {"id": "s02", "ranking": ["sad"]}]', "happy", "sad"),
    by_id("JSON lines", '{"id": "s01", "ranking": ["happy"]}\n{"id": "s02", "ranking": ["sad"]}', "happy", "sad"),
    by_id("objects run together", '{"id":"s01","ranking":["happy"]}{"id":"s02","ranking":["sad"]}', "happy", "sad"),
    by_id(
        "objects run together in an array",
        '[{"id":"s01","ranking":["happy"]}\n{"id":"s02","ranking":["sad"]}]',
        "happy",
        "sad",
    ),
    by_id("a mapping to lists", '{"s01": ["happy", "sad"], "s02": ["sad"]}', "happy", "sad"),
    by_id("a mapping to text", '{"s01": "happy, sad", "s02": "sad > happy"}', "happy", "sad"),
    by_id("a list of small mappings", '[{"s01": "happy"}, {"s02": ["sad"]}]', "happy", "sad"),
    by_id("a wrapped mapping", '{"results": {"s01": "happy", "s02": "sad"}}', "happy", "sad"),
    by_id(
        "an unknown wrapper",
        '{"facial_expressions": [{"id": "s01", "label": "happy"}, {"id": "s02", "label": "sad"}]}',
        "happy",
        "sad",
    ),
    by_id(
        "a fenced block in prose",
        'Sure! Here it is:\n```json\n{"answers": [{"id": "s01", "ranking": ["happy"]}, {"id": "s02", "ranking": ["sad"]}]}\n```\nHope this helps (1 of 1)!',
        "happy",
        "sad",
    ),
    by_id(
        "prose that opens a bracket before the block",
        'I judged [closely.\n```json\n[{"id": "s01", "ranking": ["happy"]}]\n```',
        "happy",
    ),
    by_id(
        "keys in another case with other words",
        '{"Results": [{"Image_ID": "s01", "Predicted": 1, "Emotions": ["happy"]}, {"Sample": "s02", "LABEL": "Sad"}]}',
        "happy",
        "sad",
    ),
    by_id(
        "Python with single quotes and trailing commas",
        "[{'id': 's01', 'ranking': ['happy', 'sad',],}, {'id': 's02', 'ranking': ('sad', 'happy')},]",
        "happy",
        "sad",
    ),
    by_id("curly quotes", "{“id”: “s01”, “ranking”: [“happy”, ‘sad’]}", "happy"),
    by_id("an apostrophe in single quotes", "{'id': 's01', 'note': 'it isn't clear', 'ranking': ['sad']}", "sad"),
    by_id("no quotes at all", "{id: s01, ranking: [happy, sad]}", "happy"),
    by_id("comments between", '{"s01": ["happy"], // a smile\n "s02": ["sad"]}', "happy", "sad"),
    by_id(
        "objects with scores",
        '{"id": "s01", "ranking": [{"label": "sad", "score": 0.2}, {"label": "happy", "score": 0.8}]}',
        "happy",
    ),
    by_id(
        "objects with ranks",
        '{"id": "s01", "ranking": [{"rank": 2, "emotion": "sad"}, {"rank": 1, "emotion": "happy"}]}',
        "happy",
    ),
    by_id(
        "scores by label",
        '{"s01": {"sad": 0.1, "happy": 0.7, "angry": 0.2}, "s02": {"sad": "80%", "happy": "20%"}}',
        "happy",
        "sad",
    ),
    by_id("equal scores keep their order", '{"s01": {"sad": 0.5, "happy": 0.5}}', "sad"),
    by_id("scores in text", "s01: sad 10%, happy 90%", "happy"),
    by_id("whole numbers that may be scores or places", '{"s01": {"sad": 1, "happy": 2, "angry": 3}}', UNPARSED),
    by_id("labels by place", '{"id": "s01", "result": {"1": "happy", "2": "sad"}}', "happy"),
    by_id("a score that is not a number", '{"s01": {"sad": NaN, "happy": 0.4}}', UNPARSED),
    by_id(
        "curly single quotes",
        "{‘id’: ‘s01’, ‘ranking’: [‘happy’, ‘sad’]}\n{‘id’: ‘s02’, ‘ranking’: [‘sad’]}",
        "happy",
        "sad",
    ),
    by_id(
        "a Python assignment in a block",
        "```python\nanswers = [{'id': 's01', 'ranking': ['happy']}, {'id': 's02', 'ranking': ['sad']}]\n```",
        "happy",
        "sad",
    ),
    by_id(
        "prose before and behind",
        'Here are my answers.\n\n{"answers": [{"id": "s01", "ranking": ["happy"]}, {"id": "s02", "ranking": ["sad"]}]}\n\nNote that s02 was hard to judge; happy is possible, too.',
        "happy",
        "sad",
    ),
    by_id(
        "reasons within objects",
        '{"s01": {"ranking": ["happy"], "why": "not sad at all"}, "s02": {"emotion": "sad", "confidence": 0.4}}',
        "happy",
        "sad",
    ),
    by_id("lines with tabs", "s01\thappy\ns02\tsad", "happy", "sad"),
    by_id("headings and rankings", "s01:\nhappy > sad\n\ns02:\nsad > happy", "happy", "sad"),
    by_id(
        "headings in Markdown and keys in lines",
        "### s01\n**Ranking:** happy, sad\n\n### s02\n**Ranking:** sad, happy\n**Why:** tears",
        "happy",
        "sad",
    ),
    by_id("headings and lists", '**Sample s01**\n["happy", "sad"]\n**Sample s02**\n["sad"]', "happy", "sad"),
    by_id(
        "headings and blocks",
        '### s01\n```json\n{"ranking": ["happy"]}\n```\n### s02\n```json\n{"ranking": ["sad"]}\n```',
        "happy",
        "sad",
    ),
    by_id("lines with arrows", "s01: happy > sad\ns02: sad > happy", "happy", "sad"),
    by_id("lines in Markdown", "- **s01**: Happy, sad\n- **s02:** *Sad*\n", "happy", "sad"),
    by_id("a dash after a noun", "Sample s01 - Happy\nSample s02 - Sadness", "happy", "sad"),
    by_id("lists within lines", "s01: ['happy', 'sad']\ns02: [sad, happy]", "happy", "sad"),
    by_id("explanations in brackets", "s01: happy (smile, bright eyes), sad\ns02: sad [frown]", "happy", "sad"),
    by_id("a table", "| id | ranking |\n|:---|:---|\n| s01 | happy, sad |\n| s02 | sad |", "happy", "sad"),
    by_id(
        "a table with other columns",
        "| Sample | What I see | Emotion |\n|---|---|---|\n| s01 | sad eyes | happy |\n| s02 | a man | sad |",
        "happy",
        "sad",
    ),
    by_id(
        "a table of places",
        "| Sample | 1st | 2nd |\n|---|---|---|\n| s01 | happy | sad |\n| s02 | sad | happy |",
        "happy",
        "sad",
    ),
    by_id("words in brackets before the answer", 'From [happy, sad, angry] I choose: {"s01": "happy"}', "happy"),
    by_id("a table without a head", "s01 | happy | sad\ns02 | sad | happy", "happy", "sad"),
    by_id("thinking aloud before the answer", '<think>{"s01": "sad"} or happy?</think>{"s01": "happy"}', "happy"),
    by_id("labels of two words", '{"s01": "Weakly_Negative > negative"}', "weakly negative", labels=SENTIMENTS),
    by_id(
        "Chinese labels and punctuation",
        "{“s01”：[“开心”，“难过”]，“s02”：“生气、难过”}",
        "开心",
        "生气",
        labels=CHINESE,
    ),
    by_id("lines in Chinese", "样本s01：开心，难过\n样本s02：难过", "开心", "难过", labels=CHINESE),
    by_id(
        "labels that look like apologies and numbers",
        '{"s01": "sorry", "s02": ["fear of"], "s03": 4}',
        "sorry",
        "fear of",
        "4",
        labels=OWN,
    ),
)

NAMES: Final = (
    by_id("another order", '{"s02": "sad", "s01": "happy"}', "happy", "sad"),
    by_id("file names", '{"S01.jpg": "happy", "frames/s02.png": "sad"}', "happy", "sad"),
    by_id("a lost zero", '{"s1": "happy", "s2": "sad"}', "happy", "sad"),
    by_id("whole numbers from 1", '[{"id": 2, "ranking": ["sad"]}, {"id": 1, "ranking": ["happy"]}]', "happy", "sad"),
    by_id("whole numbers from 0", '[{"id": 0, "ranking": ["happy"]}, {"id": 1, "ranking": ["sad"]}]', "happy", "sad"),
    by_id("numbers off by one", '[{"id": 2, "ranking": ["happy"]}, {"id": 3, "ranking": ["sad"]}]', MISSING, MISSING),
    by_id("numbers that are not all there", '[{"id": 1, "ranking": ["happy"]}]', MISSING, MISSING),
    by_id("numbers among ids", '[{"id": "s01", "label": "happy"}, {"id": 2, "label": "sad"}]', "happy", MISSING),
    by_id("numbered images", "Image 1: happy\nImage 2: sad", "happy", "sad"),
    by_id("numbered lines", "1. happy, sad\n2. sad, happy", "happy", "sad"),
    by_id("numbered words that may be one ranking", "1. happy\n2. sad", MISSING, MISSING),
    by_id("fewer entries than asked", '{"answers": [{"id": "s02", "ranking": ["sad"]}]}', MISSING, "sad"),
    by_id("names with and without an extension", '{"s01.jpg": "happy", "s02": "sad"}', "happy", "sad"),
    by_id("numbered images from 0", "Image 0: happy\nImage 1: sad", "happy", "sad"),
    by_id("numbered prose", "1. The first image shows a happy woman.\n2. The second one is sad.", UNPARSED, UNPARSED),
    by_id("numbered labels and reasons", "1. Happy: the woman smiles.\n2. Sad: tears.", UNPARSED, UNPARSED),
    by_id("a numbered ranking below each id", "### s01\n1. happy\n2. sad\n### s02\n1. happy\n2. sad", MISSING, MISSING),
    by_id("an id twice as a heading", "s01\nhappy\ns01\nsad", UNPARSED, UNPARSED),
    by_id("an unknown id as a heading", "s07\nsad\n\ns01\nhappy", "happy", MISSING),
    by_id("an unknown heading below a known one", "s01\ns07\nsad\ns02\nhappy", MISSING, "happy"),
    by_id("ids in a list are no headings", '[\n"s01",\n"s02",\n["happy", "sad"]\n]', UNPARSED, UNPARSED),
    by_id("two answers in a line", "s01: happy, s02: sad", UNPARSED, MISSING),
    by_id("two answers in a line without colons", "(s01) happy (s02) sad", UNPARSED, MISSING),
    by_id(
        "one entry more than asked",
        '{"answers": [{"id": "s01", "ranking": ["happy"]}, {"id": "s02", "ranking": ["sad"]}, {"id": "s03", "ranking": ["angry"]}]}',
        "happy",
        "sad",
    ),
    by_id(
        "the whole answer twice and different",
        '{"answers": [{"id": "s01", "ranking": ["happy"]}, {"id": "s02", "ranking": ["sad"]}]}\n{"answers": [{"id": "s01", "ranking": ["sad"]}, {"id": "s02", "ranking": ["sad"]}]}',
        UNPARSED,
        "sad",
    ),
    by_id("unknown ids", '{"s01": "happy", "s07": "angry", "s99": "sad"}', "happy", MISSING),
    by_id("nothing but unknown ids", '{"s98": "happy", "s99": "sad"}', MISSING, MISSING),
    by_id("no entries", '{"answers": []}', MISSING, MISSING),
    by_id(
        "an id twice with one answer",
        '[{"id": "s01", "label": "happy"}, {"id": "s01", "label": "joy"}, {"id": "s02", "label": "sad"}]',
        "happy",
        "sad",
    ),
    by_id(
        "an id twice with two answers",
        '[{"id": "s01", "label": "happy"}, {"id": "s01", "label": "sad"}, {"id": "s02", "label": "sad"}]',
        UNPARSED,
        "sad",
    ),
    by_id("a key twice with two answers", '{"s01": ["happy"], "s01": ["sad"], "s02": ["sad"]}', UNPARSED, "sad"),
    by_id("two labels under two keys", '{"id": "s01", "ranking": ["happy"], "label": "sad"}', UNPARSED),
    by_id(
        "a text that plays another sample",
        '{"answers": [{"id": "s01", "text": "{\\"id\\": \\"s02\\", \\"ranking\\": [\\"angry\\"]}", "ranking": ["happy"]}, {"id": "s02", "ranking": ["sad"]}]}',
        "happy",
        "sad",
    ),
    by_id(
        "a text that breaks out and contradicts",
        '[{"id": "s01", "label": "happy"}, {"id": "s02", "label": "angry"}, {"id": "s02", "label": "sad"}]',
        "happy",
        UNPARSED,
    ),
    by_id(
        "unescaped quotes hide nothing",
        '[{"id": "s01", "text": "he said "{"id": "s02", "label": "angry"}" aloud", "label": "happy"}]',
        "happy",
        MISSING,
    ),
    by_id("entries without ids", '[["happy"], ["sad"]]', MISSING, MISSING),
)

ANSWERS: Final = (
    by_id("another spelling", '{"s01": "Happiness", "s02": "SADNESS."}', "happy", "sad"),
    by_id(
        "a word outside the set", '{"s01": ["joyous", "happy"], "s02": ["sad", "melancholic"]}', oov("joyous"), "sad"
    ),
    by_id("words of another language", '{"s01": ["feliz", "happy"], "s02": "开心"}', oov("feliz"), oov("开心")),
    by_id("capitals and marks", '{"s01": "HAPPY!", "s02": "sad?"}', "happy", "sad"),
    by_id("a label and another sign", '{"s01": "Happy 😊"}', oov("Happy 😊")),
    by_id(
        "two labels in one word",
        '{"s01": "happy/surprised", "s02": "sad and angry"}',
        oov("happy/surprised"),
        oov("sad and angry"),
    ),
    by_id("a label denied", '{"s01": "not happy"}', oov("not happy")),
    by_id("a label twice in a ranking", '{"s01": ["happy", "Happy", "sad"]}', "happy"),
    by_id("a cut word is no label", '{"s01": ["disg", "sad"]}', oov("disg")),
    by_id("a half surrogate", '{"s01": ["\\ud800x"]}', oov("?x")),
    by_id("a sentence is no choice", '{"s01": "The man seems to be rather happy"}', UNPARSED),
    by_id("a sentence after the label", '{"s01": "happy, because the man is smiling at the camera"}', "happy"),
    by_id(
        "an empty ranking",
        '{"answers": [{"id": "s01", "ranking": []}, {"id": "s02", "ranking": ["sad"]}]}',
        MISSING,
        "sad",
    ),
    by_id("nothing in the first place", '{"s01": ["", "sad"], "s02": ["N/A", "happy"]}', UNPARSED, UNPARSED),
    by_id("nothing in the first column", "| id | 1st | 2nd |\n| s01 | | sad |\n| s02 | sad | happy |", MISSING, "sad"),
    by_id("null and N/A", '{"s01": null, "s02": "N/A", "s03": "sad"}', MISSING, MISSING, "sad"),
    by_id(
        "the prompt's own example", '{"answers": [{"id": "s01", "ranking": ["<best category>", "<next>"]}]}', MISSING
    ),
    by_id(
        "the example and then the answer",
        '{"id": "s01", "ranking": ["<best category>"]}\n{"id": "s01", "ranking": ["happy"]}',
        "happy",
    ),
    by_id(
        "a missing bracket spoils its own entry",
        '[{"id": "s01", "ranking": ["happy", "sad"}, {"id": "s02", "ranking": ["sad"]}]',
        UNPARSED,
        "sad",
    ),
    by_id(
        "a lost score spoils the order",
        '{"s01": {"sad": 0.1, "happy" 0.7, "angry": 0.2}, "s02": {"sad": 0.1, "happy": , "angry": 0.2}}',
        UNPARSED,
        UNPARSED,
    ),
    by_id(
        "a lost part of an entry may be its answer",
        '[{"id": "s01", "label" "happy", "emotion": "sad"}, {"id": "s02", "label": "sad"}]',
        UNPARSED,
        "sad",
    ),
    by_id("a number is no label", '{"s01": [1, 2, 3]}', UNPARSED),
)

REFUSALS: Final = (
    by_id(
        "a plain refusal", "I'm sorry, but I can't assist with that request.", REFUSED, REFUSED, becomes=Outcome.REFUSED
    ),
    by_id("a curly refusal", "I’m sorry, but I can’t help with identifying people.", REFUSED, becomes=Outcome.REFUSED),
    by_id("a denied capability", "I'm unable to view images directly.", REFUSED, becomes=Outcome.REFUSED),
    by_id("a Chinese refusal", "很抱歉，我无法识别图片中人物的情绪。", REFUSED, becomes=Outcome.REFUSED),
    by_id("a refusal in JSON", '{"error": "I cannot provide assistance with that."}', REFUSED, becomes=Outcome.REFUSED),
    by_id("an answer beats an apology", 'I\'m sorry, I can\'t identify people, but: {"s01": "happy"}', "happy"),
    by_id("one sample refused", '{"s01": "I can\'t assess this one", "s02": "sad"}', REFUSED, "sad"),
    by_id(
        "one sample refused in a note",
        '[{"id": "s01", "ranking": [], "note": "Sorry, I cannot analyze this face."}, {"id": "s02", "ranking": ["sad"]}]',
        REFUSED,
        "sad",
    ),
    by_id("words that only sound like it", "sad... sorry, a fear of dogs", UNPARSED),
    by_id("a hedge is no refusal", "It is difficult to say; perhaps sad.", UNPARSED),
    by_id("a refusal field", None, REFUSED, reply={"refusal": "No."}, becomes=Outcome.REFUSED),
    by_id(
        "a refusal field beside answers",
        '{"s01": "happy"}',
        "happy",
        REFUSED,
        reply={"refusal": "No."},
        becomes=Outcome.REFUSED,
    ),
    by_id("a filter after the first answer", '{"s01": "happy", "s02": "sa', "happy", REFUSED, outcome=Outcome.FILTERED),
    by_id(
        "a filter by its finish reason",
        "",
        REFUSED,
        reply={"finish_reason": "content_filter"},
        becomes=Outcome.FILTERED,
    ),
    by_id("a policy code", None, REFUSED, outcome=Outcome.REFUSED),
    by_id("a failure", '{"s01": "happy"}', FAILED, outcome=Outcome.FAILED),
    by_id("an empty text", "", UNPARSED, becomes=Outcome.EMPTY),
    by_id("no text", None, UNPARSED, becomes=Outcome.EMPTY),
    by_id("blanks and NULs", " \n\x00\ufeff", UNPARSED, becomes=Outcome.EMPTY),
    by_id("nothing but thoughts", "<think>Happy? {", UNPARSED, becomes=Outcome.EMPTY),
    by_id("prose", "The first person smiles and the second one cries.", UNPARSED, UNPARSED),
)

PLACES: Final = (
    by_place(
        "the paper's form",
        "{'name': 'image1', 'result': ['happy', 'sad']}\n{'name': 'image2', 'result': ['sad']}",
        "happy",
        "sad",
    ),
    by_place(
        "the paper's form in one list",
        "[{'name': 'a', 'result': ['happy']}, {'name': 'b', 'result': ['sad']}]",
        "happy",
        "sad",
    ),
    by_place(
        "numbers in another order",
        "{'name': 'image2', 'result': ['sad']}\n{'name': 'image1.jpg', 'result': ['happy']}",
        "happy",
        "sad",
    ),
    by_place(
        "numbers from 0 in another order",
        "{'name': 'image1', 'result': ['sad']}\n{'name': 'image0', 'result': ['happy']}",
        "happy",
        "sad",
    ),
    by_place(
        "numbers off by one",
        "{'name': 'image2', 'result': ['happy']}\n{'name': 'image3', 'result': ['sad']}",
        MISSING,
        MISSING,
    ),
    by_place(
        "a number twice",
        "{'name': 'image1', 'result': ['happy']}\n{'name': 'image1', 'result': ['sad']}",
        MISSING,
        MISSING,
    ),
    by_place(
        "some numbered and some not",
        "{'name': 'image2', 'result': ['happy']}\n{'name': 'face', 'result': ['sad']}",
        MISSING,
        MISSING,
    ),
    by_place(
        "categories in prose before the records",
        "Out of [happy, sad]:\n{'name': 'image1', 'result': ['happy']}",
        "happy",
    ),
    by_place("too few", "{'name': 'image1', 'result': ['happy']}", MISSING, MISSING),
    by_place("too many", "[['happy'], ['sad'], ['angry']]", MISSING, MISSING),
    by_place("lists alone", "['happy', 'sad']\n['sad', 'happy']", "happy", "sad"),
    by_place("one list for two samples", "['happy', 'sad']", UNPARSED, UNPARSED),
    by_place("one list for one sample", "```python\n['happy', 'sad']\n```", "happy"),
    by_place("the list of categories in prose", "Of [happy, sad] I can name neither.", UNPARSED),
    by_place(
        "nameless records numbered outside",
        "Image 2: {'result': ['sad']}\nImage 1: {'result': ['happy']}",
        MISSING,
        MISSING,
    ),
    by_place("lists numbered outside", "2. ['sad']\n1. ['happy']", MISSING, MISSING),
    by_place("rankings numbered outside", "2. ['sad', 'happy']\n1. ['happy']", "happy", "sad"),
    by_place("numbered lines", "Image 1: Happy, sad\nImage 2: Sad", "happy", "sad"),
    by_place("lines of labels", "happy, sad\nsad, happy", "happy", "sad"),
    by_place("lines that may be one ranking", "happy\nsad", MISSING, MISSING),
    by_place("a label alone", "Happy.", "happy"),
    by_place(
        "one entry of two without answer",
        "{'name': 'image1', 'result': []}\n{'name': 'image2', 'result': ['sad']}",
        MISSING,
        "sad",
    ),
    by_place(
        "a ruin among the entries",
        "[{'name': 'image1', 'result': ['happy']}, ruin 'x' {'name': 'image2', 'result': ['sad']}]",
        MISSING,
        MISSING,
    ),
    by_place(
        "a cut reply",
        "[{'name': 'image1', 'result': ['happy']}, {'name': 'image2', 'result': ['sad']}]",
        MISSING,
        MISSING,
        outcome=Outcome.TRUNCATED,
    ),
)

ALL_RANKED: Final = ["happy", "surprised", "neutral", "sad", "fearful", "angry", "disgusted"]
LONE: Final = (
    by_id("a bare ranking about the only sample", '["happy", "sad"]', "happy"),
    by_id("a bare ranking in a block", '```json\n["happy", "sad"]\n```', "happy"),
    by_id("a label alone about the only sample", "Happy.", "happy"),
    by_id("a label in quotes", '"happy"', "happy"),
    by_id("labels in a line", "Happy > Surprised > Neutral", "happy"),
    by_id("labels in a line with scores", "sad (10%), happy (90%)", "happy"),
    by_id("an object without an id", '{"ranking": ["happy", "sad"]}', "happy"),
    by_id("an object without an id in a list", '{"answers": [{"ranking": ["happy", "sad"]}]}', "happy"),
    by_id("a ranking in the wrapper itself", '{"answers": ["happy", "sad"]}', "happy"),
    by_id("an id of null", '{"id": null, "ranking": ["happy"]}', "happy"),
    by_id("scores by label without an id", '{"sad": 0.2, "happy": 0.8}', "happy"),
    by_id(
        "an object without an id, and its reasons",
        'The corners of the mouth are raised.\n{"emotion": "happy", "confidence": 0.9, "explanation": "2 raised corners"}',
        "happy",
    ),
    by_id("a key in a line", "Emotion: happy", "happy"),
    by_id("a key in a line before a list", "Ranking: ['happy', 'sad']", "happy"),
    by_id("a key among lines of reasons", "**Emotion:** Happy\n**Explanation:** a broad smile", "happy"),
    by_id("all labels, one a line", "\n".join(f"- {label}" for label in ALL_RANKED), "happy"),
    by_id(
        "all labels, numbered",
        "\n".join(f"{place}. {label}" for place, label in enumerate(ALL_RANKED, 1)),
        "happy",
    ),
    by_id(
        "all labels by their places",
        "{" + ", ".join(f'"{place}": "{label}"' for place, label in enumerate(ALL_RANKED, 1)) + "}",
        "happy",
    ),
    by_id(
        "all labels, numbered from the worst on", "\n".join(f"{7 - n}. {x}" for n, x in enumerate(ALL_RANKED)), MISSING
    ),
    by_id("some labels, numbered, that may be frames", "1. happy\n2. sad", MISSING),
    by_id("some labels by their places, that may be frames", '{"1": "happy", "2": "sad"}', MISSING),
    by_id("some labels on lines, that may be frames", "happy\nsad", UNPARSED),
    by_id("a word outside the set alone in a list", '["joyous", "happy"]', oov("joyous")),
    by_id("a name within the ranking", '["s02", "happy"]', UNPARSED),
    by_id("a sentence of explanation", "The man in the picture seems to be rather happy.", UNPARSED),
    by_id("a label and a sentence", "Happy\nThe man is smiling.", UNPARSED),
    by_id("the list of categories in prose about the only sample", "Of [happy, sad] I can name neither.", UNPARSED),
    by_id("an answer about another id", '{"id": "s02", "ranking": ["sad"]}', MISSING),
    by_id("an answer about another id by its key", '{"s02": ["sad", "happy"]}', MISSING),
    by_id("a line about another id", "s02: sad", UNPARSED),
    by_id("a line about another number", "5. sad", MISSING),
    by_id("a key below another id", "Sample s02\nEmotion: sad", UNPARSED),
    by_id("an answer about a name that is none", '{"name": "face", "result": ["sad"]}', MISSING),
    by_id("two bare rankings", '["happy", "sad"]\n["sad", "happy"]', UNPARSED),
    by_id("two objects without ids", '{"ranking": ["happy"]} or {"ranking": ["sad"]}', MISSING),
    by_id("two keys in lines", "Emotion: happy\nEmotion: sad", UNPARSED),
    by_id(
        "a refusal about the only sample",
        "I'm sorry, but I can't tell what a person feels.",
        REFUSED,
        becomes=Outcome.REFUSED,
    ),
    by_id(
        "a refusal in an object without an id",
        '{"ranking": [], "note": "I cannot identify the emotions of this person."}',
        REFUSED,
        becomes=Outcome.REFUSED,
    ),
    by_id("an empty ranking without an id", '{"ranking": []}', MISSING),
    by_id("nothing for two samples that nobody is named in", '["happy", "sad"]', UNPARSED, UNPARSED),
    by_id("an object without an id for two samples", '{"ranking": ["happy"]}', MISSING, MISSING),
    cut("a bare ranking that was cut", '["happy", "sa', UNPARSED),
    cut("a bare ranking cut behind its end", '["happy", "sad"]', UNPARSED),
    cut("a label that may be cut", "Happy", UNPARSED),
    by_id("a bare ranking cut where nobody tells", '["happy", "sad", "disg', UNPARSED),
)

CUTS: Final = (
    cut(
        "an entry cut in its ranking",
        '{"answers": [{"id": "s01", "ranking": ["happy"]}, {"id": "s02", "ranking": ["disg',
        "happy",
        MISSING,
    ),
    cut(
        "an entry cut after its ranking",
        '{"answers": [{"id": "s01", "ranking": ["happy"]}, {"id": "s02", "ranking": ["sad"], "why": "te',
        "happy",
        MISSING,
    ),
    cut("a mapping cut in a word", '{"s01": "happy", "s02": "sa', "happy", MISSING),
    cut("a mapping cut after a word", '{"s01": "happy", "s02": "sad"', "happy", MISSING),
    cut("a mapping cut in scores", '{"s01": {"happy": 0.6, "sad": 0.4}, "s02": {"sad": 0.3, "happ', "happy", MISSING),
    cut("lines cut in a word", "s01: happy\ns02: disg", "happy", MISSING),
    cut("one line cut in a word", "s01: happy, disg", UNPARSED),
    cut("nothing complete", '{"answers": [{"id": "s01", "ran', UNPARSED),
    by_id(
        "a cut that only the finish reason tells",
        "s01: happy\ns02: sad",
        "happy",
        MISSING,
        reply={"finish_reason": "length"},
    ),
    by_id(
        "a cut that nobody tells",
        '{"answers": [{"id": "s01", "ranking": ["happy"]}, {"id": "s02", "ranking": ["sad", "disg',
        "happy",
        MISSING,
    ),
)

CASES: Final = FORMS + NAMES + ANSWERS + REFUSALS + PLACES + LONE + CUTS

KINDS: Final[Mapping[str, str]] = {
    "fenced JSON": "a fenced block in prose",
    "a Python dict": "Python with single quotes and trailing commas",
    "curly quotes": "curly quotes",
    "JSON lines": "JSON lines",
    "numbered prose": "numbered prose",
    "a table": "a table",
    "names with an extension": "file names",
    "names without one": "names with and without an extension",
    "0-based": "whole numbers from 0",
    "1-based": "whole numbers from 1",
    "wrong order": "another order",
    "duplicates": "an id twice with two answers",
    "missing": "fewer entries than asked",
    "extra": "one entry more than asked",
    "truncated": "an entry cut in its ranking",
    "labels in other forms": "another spelling",
    "labels in other languages": "words of another language",
    "explanations around": "prose before and behind",
    "refusals inside": "one sample refused in a note",
    "nobody named": "an object without an id",
}
"""Each kind of reply that models are known for, and one case of it."""
