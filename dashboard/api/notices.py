"""`/notices`: what operators are told; `/notice-channels`: where it is sent."""

from typing import Annotated

from fastapi import Depends, Query, Response

from dashboard.api.answer import answer, answer_list, answer_versioned, answer_whole
from dashboard.api.does import does
from dashboard.api.repeats import answers_a_secret
from dashboard.api.request import (
    Archived,
    Caller,
    ExpectedVersion,
    JsonObject,
    MomentText,
    PageOf,
    moment,
    one_of,
    words,
)
from dashboard.api.routing import BASE, resource
from dashboard.api.shapes.envelopes import Listed
from dashboard.api.shapes.notices import (
    Channel,
    ChannelTrial,
    ChannelWithSecret,
    ChannelWithSends,
    Notice,
)
from models.words import NoticeKind, NoticeState
from services.actor import Right
from services.notices import channel_trial, channels, closing
from services.notices.channel_trial import SendResult
from services.notices.channels import ChannelInput, ChannelRow, SendRow
from services.reporting import notice_log
from services.reporting.notice_log import NoticeFilter, NoticeRow

router = resource("Notices")


def notice_filter(
    *,
    types: Annotated[list[str], Query(alias="type", default_factory=list), one_of(NoticeKind)],
    state: Annotated[str, one_of(NoticeState)] = "",
    postback: Annotated[str, Query(description="id of a postback")] = "",
    from_: Annotated[MomentText, Query(alias="from", description="inclusive, with offset")] = "",
    to: Annotated[MomentText, Query(description="exclusive, with offset")] = "",
) -> NoticeFilter:
    """Return which notices are asked for."""
    return NoticeFilter(
        kind=tuple(NoticeKind(word) for word in words(types)),
        state=state,
        postback=postback,
        since=moment(from_),
        until=moment(to),
    )


@router.get("/notices")
@does(Right.READ, Listed[Notice])
async def list_notices(
    actor: Caller, page: PageOf, wanted: Annotated[NoticeFilter, Depends(notice_filter)]
) -> Response:
    """List notices, open and past, newest first."""
    return answer_list(await notice_log.list_page(actor, wanted, page), _notice_json)


@router.get("/notices/{notice_id}")
@does(Right.READ, Notice)
async def get_notice(actor: Caller, notice_id: str) -> Response:
    """Return one notice."""
    return answer(_notice_json(await notice_log.get(actor, notice_id)))


@router.post("/notices/{notice_id}/resolve")
@does(Right.RESEND, Notice)
async def resolve_notice(actor: Caller, notice_id: str) -> Response:
    """Say that the failures of a notice are dealt with."""
    await closing.close(actor, notice_id)
    return answer(_notice_json(await notice_log.get(actor, notice_id)))


@router.post("/notice-channels", status_code=201)
@answers_a_secret
@does(Right.EDIT_DEFINITIONS, ChannelWithSecret, body=ChannelInput, versioned=True)
async def create_channel(actor: Caller, data: JsonObject) -> Response:
    """Add a channel; `secret`, with which calls to a URL are signed, is answered this once."""
    made = await channels.create(actor, data)
    content = {**_channel_json(made.row), "secret": made.secret or None}
    location = f"{BASE}/notice-channels/{made.row.id}"
    return answer_versioned(content, status=201, location=location)


@router.get("/notice-channels")
@does(Right.READ, Listed[Channel])
async def list_channels(actor: Caller, page: PageOf, archived: Archived) -> Response:
    """List channels by name."""
    rows = await channels.list_all(actor, archived=archived)
    return answer_whole(rows, page, _channel_json, id_of=lambda row: row.id)


@router.get("/notice-channels/{channel_id}")
@does(Right.READ, ChannelWithSends, versioned=True)
async def get_channel(actor: Caller, channel_id: str) -> Response:
    """Return one channel with its newest sends."""
    row = await channels.get(actor, channel_id)
    sends = [_send_json(send) for send in await channels.list_sends(actor, channel_id)]
    return answer_versioned({**_channel_json(row), "sends": sends}, beside=sends)


@router.patch("/notice-channels/{channel_id}")
@does(Right.EDIT_DEFINITIONS, Channel, body=ChannelInput, partial=True, versioned=True)
async def change_channel(
    actor: Caller, channel_id: str, data: JsonObject, version: ExpectedVersion
) -> Response:
    """Change the given fields of a channel; its kind stays."""
    row = await channels.update(actor, channel_id, data, if_match=version)
    return answer_versioned(_channel_json(row))


@router.delete("/notice-channels/{channel_id}", status_code=204)
@does(Right.EDIT_DEFINITIONS)
async def archive_channel(actor: Caller, channel_id: str, version: ExpectedVersion) -> Response:
    """Send nothing more to a channel, for good, and keep its history."""
    await channels.archive(actor, channel_id, if_match=version)
    return Response(status_code=204)


@router.post("/notice-channels/{channel_id}/new-secret")
@answers_a_secret
@does(Right.EDIT_DEFINITIONS, ChannelWithSecret, versioned=True)
async def renew_secret(actor: Caller, channel_id: str, version: ExpectedVersion) -> Response:
    """Make another signing secret; the present one signs on for 24 hours beside it."""
    made = await channels.new_secret(actor, channel_id, if_match=version)
    return answer_versioned({**_channel_json(made.row), "secret": made.secret})


@router.post("/notice-channels/{channel_id}/test")
@does(Right.SEND_TESTS, ChannelTrial)
async def test_channel(actor: Caller, channel_id: str) -> Response:
    """Send a test notice at once and return what came of it."""
    return answer(_result_json(await channel_trial.send_test(actor, channel_id)))


def _notice_json(row: NoticeRow) -> dict[str, object]:
    return {
        "id": row.id,
        "type": row.kind,
        "state": row.state,
        "title": row.title,
        "text": row.text,
        "count": row.count,
        "postback_id": row.postback_id or None,
        "opened_at": row.opened_at,
        "last_at": row.last_at,
        "resolved_at": row.resolved_at,
        "data": dict(row.data),
    }


def _channel_json(row: ChannelRow) -> dict[str, object]:
    return {
        "id": row.id,
        "name": row.name,
        "kind": row.kind,
        "target": row.target,
        "types": list(row.kinds),
        "enabled": row.enabled,
        "last_sent_at": row.last_sent_at,
        "failing_since": row.failing_since,
        "failures": row.failures,
        "last_error": row.last_error or None,
        "version": row.version,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "archived_at": row.archived_at,
    }


def _send_json(row: SendRow) -> dict[str, object]:
    return {
        "id": row.id,
        "notice_id": row.notice_id,
        "type": row.kind,
        "edge": row.edge,
        "status": row.status,
        "tries": row.tries,
        "response_code": row.response_code,
        "error": row.last_error or None,
        "created_at": row.created_at,
        "next_try_at": row.due_at,
        "sent_at": row.sent_at,
    }


def _result_json(result: SendResult) -> dict[str, object]:
    return {
        "outcome": "succeeded" if result.succeeded else "failed",
        "message": result.message or None,
        "status_code": result.status_code,
        "answer": result.answer or None,
        "duration_ms": result.duration_ms,
    }
