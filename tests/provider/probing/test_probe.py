"""An endpoint's ways are found out by asking it: the real client, over loopback, against servers that have them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from tests.provider.conftest import HTML, Answer, ScriptedServer, Serve, as_json, completion, refused
from tests.provider.probing.seeing import MODEL, Seeing
from workbench.domain.endpoints import PRESETS, Structured
from workbench.domain.probe_findings import Finding, FindingMark, ProbeReport, adapted
from workbench.embedded import probe_pictures
from workbench.provider.api_keys import ApiKey
from workbench.provider.client import EndpointClient
from workbench.provider.probing.probe import MOST_REQUESTS, N_FINDINGS, QUESTIONS, probe
from workbench.provider.probing.probe_session import ProbeSession

NOW = "2026-11-23T10:00:00.000+00:00"
KEY = ApiKey("sk-live-0123456789abcdef", "SCRIPTED_KEY")


@dataclass
class Sleep:
    waited_s: list[float] = field(default_factory=list)

    async def __call__(self, wait_s: float) -> None:
        self.waited_s.append(wait_s)


async def probed(
    server: ScriptedServer, *, sleep: Sleep | None = None, pace_s: float = 0.0, **settings: Any
) -> ProbeReport:
    endpoint = replace(server.endpoint, **settings)
    async with EndpointClient(endpoint, KEY) as client:
        session = ProbeSession(
            endpoint=endpoint, model=MODEL, send=client.send_body, sleep=sleep or Sleep(), pace_s=pace_s
        )
        return await probe(session, probe_pictures, await client.models(), probed_at=NOW)


def found(probed: ProbeReport, name: str) -> Finding:
    [finding] = [finding for finding in probed.findings if finding.name == name]
    return finding


def changed(probed: ProbeReport) -> dict[str, Any]:
    """What the record would change of the endpoint, by field."""
    after = adapted(probed.endpoint, probed.as_json())
    return {
        name: getattr(after, name)
        for name in ("token_field", "structured", "detail", "seed", "temperature", "images_per_request", "blurs_faces")
        if getattr(after, name) != getattr(probed.endpoint, name)
    }


def posts(server: ScriptedServer) -> list[Mapping[str, Any]]:
    return [asked.body for asked in server.asked if asked.method == "POST"]


async def test_an_endpoint_that_can_everything_needs_no_warning_and_no_change(serve: Serve) -> None:
    server = serve(Seeing(headers={"X-RateLimit-Limit-Requests": "500", "x-ratelimit-remaining-requests": "499"}))
    record = await probed(server)
    assert {finding.name: finding.mark for finding in record.findings} == dict.fromkeys(
        ("models", *(question.name for question in QUESTIONS), "model", "limits"), FindingMark.YES
    )
    assert (record.warnings, record.stopped, changed(record)) == ([], None, {})
    assert found(record, "limits").says == "limit-requests 500, remaining-requests 499"
    assert found(record, "several pictures").value == 20
    assert len(record.replies) == len(posts(server)) == 10
    assert len(record.findings) == N_FINDINGS


async def test_questions_carry_nothing_that_they_are_not_about(serve: Serve) -> None:
    """So that a word that is rejected spoils one finding and not all."""
    server = serve(Seeing())
    await probed(server)
    sent = posts(server)
    assert sum("seed" in body for body in sent) == 1
    assert sum("temperature" in body for body in sent) == 1
    assert sum("response_format" in body for body in sent) == 1
    assert sum("detail" in str(body) for body in sent) == 1
    assert all(body["model"] == MODEL and body["max_tokens"] == 1_000 for body in sent)


WAYS: dict[str, tuple[Seeing, dict[str, Any], dict[str, Any]]] = {
    "the newer name of the token limit": (
        Seeing(rejects=("max_tokens",)),
        {},
        {"token_field": "max_completion_tokens"},
    ),
    "the older name": (
        Seeing(rejects=("max_completion_tokens",)),
        {"token_field": "max_completion_tokens"},
        {"token_field": "max_tokens"},
    ),
    "no seed": (Seeing(rejects=("seed",)), {}, {"seed": False}),
    "no temperature": (Seeing(rejects=("temperature",)), {}, {"temperature": False}),
    "no detail": (Seeing(rejects=("detail",)), {}, {"detail": False}),
    "nothing beyond the needed": (
        Seeing(rejects=("max_tokens", "seed", "temperature", "detail", "response_format")),
        {},
        {
            "token_field": "max_completion_tokens",
            "seed": False,
            "temperature": False,
            "detail": False,
            "structured": Structured.NONE,
        },
    ),
    "a form that is ignored": (Seeing(keeps=""), {}, {"structured": Structured.NONE}),
    "llama.cpp's form": (Seeing(keeps="json_object"), {}, {"structured": Structured.FLAT_SCHEMA}),
    "OpenAI's form where llama.cpp's is set": (
        Seeing(),
        {"structured": Structured.FLAT_SCHEMA},
        {"structured": Structured.JSON_SCHEMA},
    ),
    "one picture": (Seeing(most_images=1), {}, {"images_per_request": 1}),
    "five pictures": (Seeing(most_images=5), {}, {"images_per_request": 5}),
    "sixteen pictures": (Seeing(most_images=16), {}, {"images_per_request": 16}),
}


@pytest.mark.parametrize(("server", "settings", "changes"), WAYS.values(), ids=WAYS)
async def test_what_is_otherwise_than_the_settings_say_is_found_out_and_can_be_applied(
    serve: Serve, server: Seeing, settings: dict[str, Any], changes: dict[str, Any]
) -> None:
    record = await probed(serve(server), **settings)
    assert changed(record) == changes
    assert found(record, "pictures").mark is FindingMark.YES
    assert found(record, "faces").mark is (FindingMark.UNCLEAR if server.most_images == 1 else FindingMark.YES)
    assert record.stopped is None


async def test_an_endpoint_that_takes_one_picture_is_not_asked_for_more_than_two(serve: Serve) -> None:
    server = serve(Seeing(most_images=1))
    record = await probed(server)
    assert max(str(body).count("data:image") for body in posts(server)) == 2
    [warning] = record.warnings
    assert warning.startswith("some data sets send 20 pictures in a request, it takes 1: choose a smaller --batch-size")
    assert "At most 1 image(s) may be provided" in found(record, "several pictures").says


async def test_a_limit_that_the_rejection_does_not_name_is_what_was_accepted(serve: Serve) -> None:
    def mute(asked: Any) -> Answer:
        many = str(asked.body).count("data:image") > 16
        return refused(400, None, "bad request 12") if many else Seeing()(asked)

    record = await probed(serve(mute))
    assert changed(record) == {"images_per_request": 8}


async def test_what_the_settings_switch_off_is_not_asked(serve: Serve) -> None:
    server = serve(Seeing())
    off: dict[str, Any] = {"seed": False, "temperature": False, "detail": False, "structured": Structured.NONE}
    record = await probed(server, **off, images_per_request=1)
    skipped = [finding.name for finding in record.findings if finding.mark is FindingMark.SKIPPED]
    assert skipped == ["temperature", "seed", "structured", "detail", "order"]
    assert max(str(body).count("data:image") for body in posts(server)) == 1


# ── sight ────────────────────────────────────────────────────────────────────────────────────────────────────────

SIGHTS: dict[str, tuple[Seeing, str, FindingMark, str | None]] = {
    "guesses": (Seeing(says={"What colour": "Blue."}), "pictures", FindingMark.NO, "does not see pictures"),
    "says that it is blind": (
        Seeing(says={"What colour": "I'm unable to view images."}),
        "pictures",
        FindingMark.NO,
        "does not see pictures",
    ),
    "another word for it": (Seeing(says={"What colour": "It is Violet"}), "pictures", FindingMark.YES, None),
    "speaks of something else": (Seeing(says={"What colour": "Nice weather."}), "pictures", FindingMark.UNCLEAR, None),
    "sees backwards": (Seeing(looks=lambda seen: seen[::-1]), "order", FindingMark.NO, "mixes up the order"),
    "sees the first": (Seeing(says={"Two pictures": "Yellow."}), "order", FindingMark.UNCLEAR, None),
    "counts few": (
        Seeing(says={"How many": "4"}),
        "several pictures",
        FindingMark.YES,
        "sent 20 pictures and speaks of 4",
    ),
    "counts many": (Seeing(says={"How many": "About 18."}), "several pictures", FindingMark.YES, None),
    "takes one for the other": (
        Seeing(looks=lambda seen: [{"happy": "sad", "sad": "happy"}.get(one, one) for one in seen]),
        "faces",
        FindingMark.NO,
        "does not tell a smiling face from a sad one",
    ),
    "finds all happy": (
        Seeing(looks=lambda seen: ["happy" if one == "sad" else one for one in seen]),
        "faces",
        FindingMark.NO,
        "does not tell a smiling face from a sad one",
    ),
    "sees blurred faces": (
        Seeing(says={"You judge": "The faces are blurred."}),
        "faces",
        FindingMark.NO,
        "blurred faces",
    ),
    "refuses faces": (
        Seeing(says={"You judge": "I'm sorry, but I can't analyze people."}),
        "faces",
        FindingMark.UNCLEAR,
        "refuses to judge faces",
    ),
    "rambles about faces": (Seeing(says={"You judge": "Interesting."}), "faces", FindingMark.UNCLEAR, None),
}


@pytest.mark.parametrize(("server", "name", "mark", "warning"), SIGHTS.values(), ids=SIGHTS)
async def test_what_it_sees(serve: Serve, server: Seeing, name: str, mark: FindingMark, warning: str | None) -> None:
    finding = found(await probed(serve(server)), name)
    assert finding.mark is mark
    assert (warning in (finding.warning or "")) if warning else finding.warning is None


async def test_blurred_faces_are_kept_as_what_they_are(serve: Serve) -> None:
    record = await probed(serve(Seeing(says={"You judge": "Both faces appear blurry to me."})))
    assert changed(record) == {"blurs_faces": True}


async def test_a_preset_that_is_known_to_blur_faces_warns_even_where_a_drawn_one_passes(serve: Serve) -> None:
    assert PRESETS["azure"].blurs_faces
    finding = found(await probed(serve(Seeing()), blurs_faces=True), "faces")
    assert finding.mark is FindingMark.YES
    assert "known to blur faces" in (finding.warning or "")


async def test_an_endpoint_that_takes_no_pictures_is_asked_for_one_only(serve: Serve) -> None:
    server = serve(Seeing(rejects=("image_url", "url")))
    record = await probed(server)
    assert sum("data:image" in str(body) for body in posts(server)) == 1
    assert [found(record, name).mark for name in ("pictures", "detail", "order", "several pictures", "faces")] == [
        FindingMark.NO,
        *[FindingMark.SKIPPED] * 4,
    ]
    assert record.warnings == [f"{MODEL} does not see pictures here; choose a vision model with --model"]


@pytest.mark.parametrize("answer", [refused(500, None, "no mmproj"), refused(404, None, "No endpoints take images")])
async def test_servers_that_have_another_status_for_pictures_they_cannot_take(serve: Serve, answer: Answer) -> None:
    def textual(asked: Any) -> Answer:
        return answer if "data:image" in str(asked.body) else Seeing()(asked)

    record = await probed(serve(textual))
    assert (found(record, "pictures").mark, record.stopped) == (FindingMark.NO, None)


async def test_a_model_that_shows_no_sight_at_all_is_warned_of(serve: Serve) -> None:
    vague = dict.fromkeys(("What colour", "Two pictures", "You judge"), "Hm.")
    record = await probed(serve(Seeing(says=vague)))
    assert record.warnings == [f"nothing shows that {MODEL} sees pictures"]


# ── who answers ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("day", "warning"),
    [
        ("2026-10-23", f"model {MODEL} was shut down on 2026-10-23, by its endpoint's own list; choose another with"),
        ("2026-11-23", f"model {MODEL} was shut down on 2026-11-23"),
        ("2027-01-14", f"model {MODEL} will be shut down on 2027-01-14, 52 days from now; choose another with --model"),
        ("2027-04-01", None),
        (None, None),
        ("soon", None),
    ],
)
async def test_a_model_that_ends_is_warned_of(serve: Serve, day: str | None, warning: str | None) -> None:
    record = await probed(serve(Seeing(models=[{"id": MODEL, "shutdown_date": day}])))
    told = found(record, "models").warning
    assert (told or "").startswith(warning) if warning else told is None


async def test_other_models_that_end_are_named_without_a_warning(serve: Serve) -> None:
    models = [{"id": MODEL}, {"id": "old", "shutdown_date": "2024-12-06"}, {"id": "new", "shutdown_date": "2028-01-01"}]
    finding = found(await probed(serve(Seeing(models=models))), "models")
    assert finding.says == "lists 3; shut down or soon to be: old (2024-12-06)"
    assert (finding.value, finding.warning) == ({"old": "2024-12-06"}, None)


async def test_an_endpoint_without_a_list_of_models_is_asked_all_the_same(serve: Serve) -> None:
    record = await probed(serve(Seeing(models=None)))
    assert found(record, "models").mark is FindingMark.UNCLEAR
    assert (record.warnings, record.stopped) == ([], None)


@pytest.mark.parametrize(
    ("name", "mark", "warned"),
    [
        (MODEL, FindingMark.YES, False),
        (f"{MODEL}-2026-08-06", FindingMark.NO, False),
        ("another", FindingMark.NO, True),
    ],
)
async def test_who_answered_by_its_own_word(serve: Serve, name: str, mark: FindingMark, *, warned: bool) -> None:
    finding = found(await probed(serve(Seeing(name=name))), "model")
    assert (finding.mark, finding.value, finding.warning is not None) == (mark, [name], warned)


# ── trouble ──────────────────────────────────────────────────────────────────────────────────────────────────────

DEAD_ENDS: dict[str, tuple[Answer, str]] = {
    "HTML": (Answer(200, HTML, b"<html>login</html>"), "no answer to a chat request"),
    "no choices": (as_json({}), "no answer to a chat request"),
    "whatever is asked is wrong": (refused(400, None, "go away"), "go away"),
    "a refused key": (refused(401, "invalid_api_key", "Incorrect API key"), "Incorrect API key"),
    "no quota": (refused(429, "insufficient_quota", "You exceeded your quota"), "You exceeded your quota"),
    "an unknown model": (refused(404, "model_not_found", "The model does not exist"), "does not exist"),
    "broken": (refused(500, None, "oops"), "oops"),
}


@pytest.mark.parametrize(("answer", "reason"), DEAD_ENDS.values(), ids=DEAD_ENDS)
async def test_where_nothing_can_be_asked_that_is_the_finding(serve: Serve, answer: Answer, reason: str) -> None:
    def dead(asked: Any) -> Answer:
        return answer if asked.method == "POST" else Seeing()(asked)

    server = serve(dead)
    record = await probed(server)
    assert reason in (record.stopped or "")
    assert [finding.mark for finding in record.findings[:3]] == [FindingMark.YES, FindingMark.NO, FindingMark.SKIPPED]
    assert len(posts(server)) <= 4
    assert changed(record) == {}


async def test_what_ends_the_talk_half_way_leaves_what_was_found_out(serve: Serve) -> None:
    answers = [Seeing()] * 4 + [refused(429, "insufficient_quota", "You exceeded your quota")]
    record = await probed(serve(*answers))
    marks = [finding.mark for finding in record.findings]
    assert marks[:6] == [
        FindingMark.YES,
        FindingMark.YES,
        FindingMark.YES,
        FindingMark.YES,
        FindingMark.NO,
        FindingMark.SKIPPED,
    ]
    assert "You exceeded your quota" in (record.stopped or "")


async def test_a_busy_endpoint_is_asked_once_more_after_the_time_it_names(serve: Serve) -> None:
    seeing, busy = Seeing(), refused(429, "rate_limit_exceeded", "slow down", retry_after="7")
    loading = refused(503, None, "Loading model")
    sleep = Sleep()
    record = await probed(serve(seeing, loading, seeing, busy, seeing), sleep=sleep)
    assert sleep.waited_s == [5.0, 7.0]
    assert record.stopped is None
    assert {finding.mark for finding in record.findings} == {FindingMark.YES, FindingMark.NO}
    assert found(record, "limits").says.startswith("not reported, but there are some")


async def test_one_broken_reply_is_no_rejection(serve: Serve) -> None:
    """Else a server's slip would leave the temperature out of every run."""
    record = await probed(serve(Seeing(), Seeing(), refused(500, None, "oops"), Seeing()))
    assert found(record, "temperature").mark is FindingMark.YES
    assert changed(record) == {}


async def test_an_endpoint_that_stays_busy_leaves_its_findings_open(serve: Serve) -> None:
    busy = refused(429, "rate_limit_exceeded", "slow down", retry_after="100000")
    sleep = Sleep()
    record = await probed(serve(Seeing(), Seeing(), busy), sleep=sleep)
    assert found(record, "faces").mark is FindingMark.UNCLEAR
    assert changed(record) == {}
    assert max(sleep.waited_s) == 60.0


async def test_requests_keep_the_pace_that_is_set(serve: Serve) -> None:
    sleep = Sleep()
    record = await probed(serve(Seeing()), sleep=sleep, pace_s=20.0)
    assert sleep.waited_s == [20.0] * (len(record.replies) - 1)


async def test_an_answer_of_nothing_is_no_yes(serve: Serve) -> None:
    record = await probed(serve(Seeing(), as_json(completion("", finish_reason="length", model=MODEL))))
    assert [finding.mark for finding in record.findings[1:3]] == [FindingMark.UNCLEAR, FindingMark.YES]
    assert found(record, "answers").says == "takes max_tokens, but said nothing (length)"
    assert found(record, "pictures").mark is FindingMark.UNCLEAR


# ── the record ───────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_record_says_who_was_asked_when_and_how_much_it_took(serve: Serve) -> None:
    server = serve(Seeing())
    record = (await probed(server)).as_json()
    assert {name: record[name] for name in ("endpoint", "base_url", "model", "probed_at", "requests", "stopped")} == {
        "endpoint": "scripted",
        "base_url": server.base_url,
        "model": MODEL,
        "probed_at": NOW,
        "requests": 10,
        "stopped": None,
    }
    assert (record["prompt_tokens"], record["completion_tokens"]) == (110, 70)
    assert KEY.reveal() not in str(record)


async def test_nobody_is_asked_more_than_was_said(serve: Serve) -> None:
    def worst(asked: Any) -> Answer:
        if "Two pictures" in str(asked.body):
            return refused(408, None, "timed out")
        return Seeing(rejects=("max_tokens",), keeps="json_object")(asked)

    assert len((await probed(serve(worst))).replies) == MOST_REQUESTS == 13
