"""Files of events, leads and status changes: judged, imported, undone, on both databases."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from models import AuditEntry, Event, ImportChunk, ImportJob, ImportPart, Lead, StatusChange
from models.words import AuditAction, ConversionStatus, DeliveryStatus, ImportStatus, Source
from services import database
from services.actor import SYSTEM, Actor
from services.clock import utc_now
from services.database import Database
from services.errors import Conflict, InvalidInput, NotAllowed
from services.imports import commands, erased, forgetting, jobs, results, uploads, work
from services.imports.contract import UnreadableFile
from services.imports.rows import Counts, ImportRow
from services.intake import erasure, status_changes
from services.intake.contract import Recorded, Refused
from services.intake.recording import record_event
from services.reporting import event_log
from services.reporting.conversions import ReportFilter, report
from tests.partner import Partner
from tests.world import (
    World,
    deliveries,
    events,
    make_world,
    rows,
    settled,
    submissions,
    worker,
)


async def upload(kind: str, text: str, **options: object) -> ImportRow:
    async def pieces() -> AsyncIterator[bytes]:
        yield text.encode()

    row = await uploads.receive(SYSTEM, pieces(), kind=kind, file_name="january.csv")
    return await jobs.configure(SYSTEM, row.id, options) if options else row


async def verified(db: Database, row: ImportRow) -> ImportRow:
    await commands.verify(SYSTEM, row.id)
    await work.work(db, rest=0)
    return await jobs.get(SYSTEM, row.id)


async def applied(db: Database, row: ImportRow) -> ImportRow:
    await verified(db, row)
    await commands.apply(SYSTEM, row.id)
    await work.work(db, rest=0)
    return await jobs.get(SYSTEM, row.id)


async def undone(db: Database, row: ImportRow) -> ImportRow:
    await commands.undo(SYSTEM, row.id)
    await work.work(db, rest=0)
    return await jobs.get(SYSTEM, row.id)


async def result_of(row: ImportRow, *, only_bad: bool = False) -> str:
    _, pieces = await results.open_result(SYSTEM, row.id, only_bad=only_bad)
    return b"".join([piece async for piece in pieces]).decode()


async def figures() -> object:
    found = await report(SYSTEM, ReportFilter(by="event"))
    return found.rows, found.total


async def of_kind(kind: type) -> list[Mapping[str, object]]:
    found = [row.model_dump() for row in await rows(kind)]
    return sorted(found, key=lambda row: str(row["id"]))


EVENTS = """\
Event,Transaction ID,Sale Amount,Order No
sale,t-1,"1,250.50",o-1
sale,t-1,10,o-1
sale,t-2,49.90,o-2
sale,t-2
sale,t-9,10,o-3
sale,t-3,"49,90",o-4
call,t-3,10,o-5
sale,=1+2,10,o-6
"""


@pytest.fixture
async def world(db: Database) -> World:
    made = await make_world()
    for name in ("t-2", "t-3"):
        await made.lead(name)
    return made


async def test_verifying_judges_every_row_in_the_words_of_the_api_and_writes_nothing(
    db: Database, world: World
) -> None:
    await world.fire(transaction_id="t-2")
    before = [await of_kind(kind) for kind in (Event, Lead)]
    row = await verified(db, await upload("events", EVENTS))
    assert row.status is ImportStatus.VERIFIED
    assert row.verified == Counts(ready=1, duplicate=2, refused=5)
    assert [await of_kind(kind) for kind in (Event, Lead)] == before

    answer = await record_event(
        SYSTEM,
        {"event": "sale", "transaction_id": "t-3", "amount": "49,90"},
        source=Source.API,
    )
    assert isinstance(answer, Refused)
    first = (await events())[0].id
    text = await result_of(row)
    assert text == (
        "Event,Transaction ID,Sale Amount,Order No,afterlead_result,afterlead_reason\n"
        'sale,t-1,"1,250.50",o-1,ready,\n'
        "sale,t-1,10,o-1,duplicate,Row 2 of this file is the same fact.\n"
        f"sale,t-2,49.90,o-2,duplicate,The same fact is recorded already: {first}.\n"
        'sale,t-2,,,refused,"This row has 2 cells, the header has 4. Look for a delimiter or a '
        'quotation mark that is missing or too many."\n'
        "sale,t-9,10,o-3,refused,Transaction ID: There is no lead with transaction_id “t-9”.\n"
        f'sale,t-3,"49,90",o-4,refused,"Sale Amount: {answer.fields["amount"]}"\n'
        "call,t-3,10,o-5,refused,Event: There is no event “call”.\n"
        "sale,=1+2,10,o-6,refused,Transaction ID: There is no lead with transaction_id “=1+2”.\n"
    )
    assert ",ready," not in await result_of(row, only_bad=True)
    (unknown,) = [each for each in row.reasons if "transaction_id" in each.text]
    assert (unknown.count, unknown.rows[0][0]) == (2, 6)


async def test_what_is_imported_counts_links_to_its_file_and_undoing_restores_every_figure(
    db: Database, world: World, partner: Partner
) -> None:
    await world.postback(partner.url("/ok?t={transaction_id}"))
    await world.fire(transaction_id="t-2")
    before, were = await figures(), await of_kind(Event)
    row = await applied(db, await upload("events", EVENTS))
    assert (row.status, row.applied) == (
        ImportStatus.APPLIED,
        Counts(imported=1, duplicate=2, refused=5),
    )
    (event,) = [each for each in await events() if each.source is Source.IMPORT]
    assert (event.import_id, event.amount_text, event.order_id) == (row.id, "1250.50", "o-1")
    assert (event.deliveries, event.delivery_status) == (1, DeliveryStatus.PENDING)
    assert await figures() != before
    # The file is its own log: only what came by a call is in the incoming log.
    assert len(await submissions()) == 1
    assert await rows(ImportPart) == []

    preview = await commands.undo_preview(SYSTEM, row.id)
    assert (preview.total, preview.sent, preview.blocked) == (1, 0, 0)
    row = await undone(db, row)
    assert (row.status, row.undone) == (ImportStatus.UNDONE, Counts(undone=1))
    assert await figures() == before
    assert await of_kind(Event) == were
    assert len(await deliveries()) == 1
    assert "o-1,undone," in await result_of(row)
    with pytest.raises(Conflict, match="nothing of this import"):
        await commands.undo(SYSTEM, row.id)
    told = sorted(await rows(AuditEntry), key=lambda entry: entry.at)
    assert [entry.action for entry in told if entry.subject_key == row.id] == [
        AuditAction.CREATED,
        AuditAction.IMPORTED,
        AuditAction.UNDONE,
        AuditAction.EXPORTED,
    ]


async def test_without_postbacks_an_event_owes_none_and_shows_it(
    db: Database, world: World
) -> None:
    await world.postback("http://127.0.0.1:9/x")
    await applied(db, await upload("events", EVENTS, send_postbacks=False))
    (event,) = [each for each in await events() if each.transaction_id == "t-1"]
    assert (event.deliveries, event.delivery_status) == (0, DeliveryStatus.NONE)
    assert await deliveries() == []
    detail = await event_log.get(SYSTEM, event.id)
    assert (detail.import_id, detail.is_silent) == (event.import_id, True)


async def test_undoing_keeps_what_others_built_on_and_reverses_what_a_partner_was_told(
    db: Database, world: World, partner: Partner
) -> None:
    await world.postback(partner.url("/ok?t={transaction_id}"))
    reversal = partner.url("/ok?r={transaction_id}")
    await world.postback(reversal, on_conversion_status=["reversed"])
    text = "event,transaction_id\nsale,t-1\nsale,t-2\n"
    row = await applied(db, await upload("events", text))
    async with worker(db.settings):
        await settled(DeliveryStatus.DELIVERED, 2)
    changed = next(each for each in await events() if each.transaction_id == "t-2")
    await status_changes.change(SYSTEM, changed.id, to="rejected", source=Source.API)
    preview = await commands.undo_preview(SYSTEM, row.id)
    assert (preview.total, preview.sent, preview.blocked) == (2, 2, 1)
    row = await undone(db, row)
    assert row.undone == Counts(reversed=1, kept=1)
    assert {each.transaction_id: each.conversion_status for each in await events()} == {
        "t-1": ConversionStatus.REVERSED,
        "t-2": ConversionStatus.REJECTED,
    }
    # The partner is told of the reversal as of any other.
    waiting = [each for each in await deliveries() if each.status is DeliveryStatus.PENDING]
    assert ["?r=t-1" in each.url for each in waiting] == [True]
    assert "changed since, to “rejected”" in await result_of(row)


async def test_leads_are_captured_once_and_undone_unless_something_refers_to_them(
    db: Database, world: World
) -> None:
    text = (
        "offer_id;click_id;E-Mail;score;created\n"
        "auto-us;n-1;ann@example.com;7;31.01.2026 10:00\n"
        "auto-us;n-2;nobody;;\n"
        "auto-us;n-1;;;\n"
        "auto-us;t-1;;;\n"
        "auto-us;n-3;;;\n"
        "none;n-4;;;\n"
    )
    row = await upload("leads", text)
    row = await jobs.configure(
        SYSTEM,
        row.id,
        {
            "columns": {**row.options.columns, "score": "fields.score"},
            "dates": "dmy",
            "time_zone": "Europe/Berlin",
        },
    )
    assert row.options.columns["click_id"] == "transaction_id"
    row = await applied(db, row)
    assert row.applied == Counts(imported=2, duplicate=2, refused=2)
    lead = next(each for each in await rows(Lead) if each.transaction_id == "n-1")
    assert (lead.import_id, lead.fields, lead.submitted_at.hour) == (row.id, {"score": "7"}, 9)
    await world.fire(transaction_id="n-3")
    row = await undone(db, row)
    assert row.undone == Counts(undone=1, kept=1)
    assert {each.transaction_id for each in await rows(Lead)} == {"t-1", "t-2", "t-3", "n-3"}
    assert "Events were recorded for this lead since." in await result_of(row)


async def test_the_row_of_a_person_who_was_erased_is_emptied(db: Database, world: World) -> None:
    text = (
        "campaign,transaction_id,email\nauto-us,n-1,ann@example.com\nauto-us,n-2,bob@example.com\n"
    )
    row = await applied(db, await upload("leads", text))
    again = await applied(db, await upload("leads", text))  # its rows are duplicates
    ann = next(each for each in await rows(Lead) if each.transaction_id == "n-1")
    await erasure.erase(SYSTEM, ann.id)
    await erased.blank(db)
    found = await result_of(row)
    assert found.splitlines()[1:] == [",,,imported,", "auto-us,n-2,bob@example.com,imported,"]
    assert all(
        "ann@" not in value for each in await jobs.preview(SYSTEM, row.id) for value in each.values
    )
    assert "ann@" not in await result_of(again)


async def test_status_changes_find_their_event_and_are_changed_back(
    db: Database, world: World
) -> None:
    recorded = await world.fire(order_id="o-1")
    other = await world.fire(transaction_id="t-2")
    assert isinstance(recorded, Recorded)
    assert isinstance(other, Recorded)
    text = (
        "transaction_id,event,order_id,event_id,status,reason\n"
        "t-1,sale,o-1,,Rejected,no answer\n"
        f",,,{other.event_id},on hold,\n"
        f",,,{other.event_id},on_hold,\n"
        "t-1,sale,o-9,,rejected,\n"
        "t-3,sale,,,rejected,\n"
        "t-1,sale,,,gone,\n"
    )
    row = await applied(db, await upload("status_changes", text))
    assert row.verified == Counts(ready=2, duplicate=1, refused=3)
    assert row.applied == Counts(imported=2, duplicate=1, refused=3)
    now = {each.id: each.conversion_status for each in await events()}
    assert now[recorded.event_id] is ConversionStatus.REJECTED
    assert now[other.event_id] is ConversionStatus.ON_HOLD
    await status_changes.change(SYSTEM, other.event_id, to="pending", source=Source.API)
    row = await undone(db, row)
    assert row.undone == Counts(undone=1, kept=1)
    now = {each.id: each.conversion_status for each in await events()}
    assert now[recorded.event_id] is ConversionStatus.APPROVED
    assert now[other.event_id] is ConversionStatus.PENDING
    history = [each for each in await rows(StatusChange) if each.event_id == recorded.event_id]
    assert {each.reason for each in history} == {
        "no answer",
        "The import of “january.csv” was undone.",
    }


async def test_a_cancelled_import_keeps_what_is_done_and_can_go_on(
    db: Database, world: World
) -> None:
    names = [f"n-{number}" for number in range(250)]
    text = "campaign,transaction_id\n" + "".join(f"auto-us,{name}\n" for name in names)
    row = await verified(db, await upload("leads", text))
    row = await commands.apply(SYSTEM, row.id)
    judge = await database.read(work._judge, (await rows(ImportJob))[0])
    await database.write(work._apply_chunk, row.id, 0, judge, utc_now())
    row = await commands.cancel(SYSTEM, row.id)
    assert (row.status, row.applied, row.done) == (
        ImportStatus.CANCELLED,
        Counts(imported=100),
        100,
    )
    # Another worker that has begun the next chunk finds that it is not wanted.
    assert await database.write(work._apply_chunk, row.id, 1, judge, utc_now()) is None
    assert (await result_of(row)).count("not_imported") == 150
    await commands.apply(SYSTEM, row.id)
    await work.work(db, rest=0)
    row = await jobs.get(SYSTEM, row.id)
    assert (row.status, row.applied.imported, row.percent) == (ImportStatus.APPLIED, 250, 100)
    assert len({each.transaction_id for each in await rows(Lead)}) == 253


async def test_a_mapping_is_judged_offered_again_and_needed_before_verifying(
    db: Database, world: World
) -> None:
    row = await upload("events", "what,who\nsale,t-1\n")
    with pytest.raises(InvalidInput, match="Choose the column"):
        await commands.verify(SYSTEM, row.id)
    with pytest.raises(InvalidInput, match="already"):
        await jobs.configure(SYSTEM, row.id, {"columns": {"what": "event", "who": "event"}})
    with pytest.raises(InvalidInput, match="no field"):
        await jobs.configure(SYSTEM, row.id, {"columns": {"what": "colour"}})
    columns = {"what": "event", "who": "transaction_id"}
    row = await jobs.configure(SYSTEM, row.id, {"columns": columns, "time_zone": "Europe/Berlin"})
    (first,) = await jobs.preview(SYSTEM, row.id)
    assert first.values == (("event", "sale"), ("transaction_id", "t-1"))
    await applied(db, row)
    again = await upload("events", "what,who\nsale,t-2\n")
    assert (again.options.columns, again.options.time_zone) == (columns, "Europe/Berlin")
    other = await jobs.configure(SYSTEM, again.id, {"delimiter": ";"})
    assert other.layout is not None
    assert other.layout.columns == ("what,who",)


async def test_a_file_that_cannot_be_read_on_is_a_draft_with_a_sentence(
    db: Database, world: World
) -> None:
    good = "event,transaction_id\n" + "sale,t-1\n" * 40_000
    row = await verified(db, await upload("events", f'{good}"sale,t-2\n'))
    assert row.status is ImportStatus.DRAFT
    assert row.problem == "Row 40,002 opens a quotation mark that is never closed."
    with pytest.raises(UnreadableFile):
        await upload("events", "PK\x03\x04")
    assert len(await rows(ImportJob)) == 1


async def test_a_row_that_breaks_us_stops_its_file_and_no_other(
    db: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = await verified(db, await upload("events", "event,transaction_id\nsale,t-1\n"))
    other = await verified(db, await upload("leads", "campaign,transaction_id\nauto-us,n-1\n"))

    def breaks(*_: object) -> None:
        raise RuntimeError("a bug")

    with monkeypatch.context() as patched:
        patched.setattr("services.imports.judges.EventJudge.apply", breaks)
        for row in (broken, other):
            await commands.apply(SYSTEM, row.id)
        await work.work(db, rest=0)
    broken = await jobs.get(SYSTEM, broken.id)
    assert (broken.status, broken.applied.total) == (ImportStatus.CANCELLED, 0)
    assert "our side" in broken.problem
    assert (await jobs.get(SYSTEM, other.id)).status is ImportStatus.APPLIED
    await commands.apply(SYSTEM, broken.id)
    await work.work(db, rest=0)
    assert (await jobs.get(SYSTEM, broken.id)).applied.imported == 1


async def test_only_who_may_import_does_and_after_a_month_the_rows_are_gone(
    db: Database, world: World, viewer: Actor
) -> None:
    row = await applied(db, await upload("events", EVENTS))
    for call in (commands.undo, commands.apply, jobs.preview, results.open_result):
        with pytest.raises(NotAllowed):
            await call(viewer, row.id)
    assert await forgetting.forget(db) == 0
    later = utc_now() + timedelta(days=31)
    with pytest.raises(Conflict, match="30 days"):
        await commands.undo(SYSTEM, row.id, clock=lambda: later)
    assert await forgetting.forget(db, clock=lambda: later) == 1
    assert await rows(ImportChunk) == []
    emptied = await jobs.get(SYSTEM, row.id)
    assert emptied.applied == row.applied
    assert emptied == replace(
        row, emptied_at=emptied.emptied_at, layout=None, reasons=(), kind=row.kind
    )
