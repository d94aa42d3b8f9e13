"""Preview and Send Test of what stands in the form, for sample values or a chosen lead."""

import asyncio
from typing import Any, Final

import reflex as rx

from dashboard import feedback, live
from dashboard.pages.postback.lines import AnswerLine, RequestLine, ValueLine
from dashboard.pages.postback.owner import in_words, name_of, owner_of_address, page_of
from dashboard.pages.postback.receiver import receiver_url
from dashboard.pages.postback.state import NO_ERRORS, PostbackState
from dashboard.pages.postback.surroundings_state import PostbackSurroundings
from dashboard.pages.postback.trial_lines import answer_line, request_line, value_line
from dashboard.session import actor, guarded
from models.words import PostbackLevel, RetryPreset
from services.actor import Right
from services.catalog import affiliates, campaigns, postbacks
from services.catalog.postbacks import Owner, PostbackRow
from services.catalog.rows import AffiliateRow, CampaignRow
from services.delivery import test_receiver, trial
from services.delivery.trial import Sample, TrialResult
from services.errors import AppError, NotFound
from services.intake import leads
from services.intake.leads import LeadRow
from services.paging import MAX_LIMIT, PageRequest
from services.settings import get_settings

LOADING: Final = "loading"
MISSING: Final = "missing"
FAILED: Final = "failed"
READY: Final = "ready"

RECENT_LEADS: Final = 20
RECEIVER_NAME: Final = "my-partner"
NOTHING_SENT: Final = "Nothing was sent. Correct what is marked in the form, then test again."


class TrialState(PostbackSurroundings, PostbackState):
    """What the right column shows; the form it looks at is its parent."""

    phase: str = LOADING
    address: str = ""
    """The path that the fields were filled for."""
    problem: str = ""
    owner_path: str = ""
    owner_in_words: str = ""
    """Whose the postback is, such as “Campaign Auto US”."""
    lead_options: list[tuple[str, str]] = rx.field(default_factory=list)
    lead_id: str = ""

    request: RequestLine = RequestLine()
    values: list[ValueLine] = rx.field(default_factory=list)
    not_sent: str = ""
    not_signed: str = ""
    incomplete: list[str] = rx.field(default_factory=list)
    warnings: list[str] = rx.field(default_factory=list)
    has_preview: bool = False

    is_testing: bool = False
    answer: AnswerLine = AnswerLine()
    sent: RequestLine = RequestLine()
    has_answer: bool = False
    test_problem: str = ""

    _round: int = 0

    @rx.event(background=True)
    @guarded(Right.READ)
    async def follow(self) -> None:
        """Show the postback of the address; hear of changes that others make meanwhile."""
        owner = owner_of_address(
            event=str(self.event_name),
            campaign=str(self.campaign_key),
            affiliate=str(self.affiliate_key),
        )
        wanted = str(getattr(self, "postback_id", "") or "")
        if self.router.url.path.rstrip("/").endswith("/postbacks/new"):
            wanted = ""
        async with self:
            self.address = self.router.url.path.rstrip("/")
            if (owner, wanted) != (self._owner, self.shown):
                self._fill(None)
                self._forget_trial()
                self._owner, self.owner_path, self.phase = owner, page_of(owner), LOADING
                self.owner_in_words, self.others = in_words(owner, owner.key), []
            elif not wanted and not self.is_dirty:
                self._fill(None)
                self._forget_trial()
        await self._load_choices(owner)
        async for _ in live.changes(self):
            await self._load(owner, wanted)
            await self._look_around()

    @rx.event(background=True)
    @guarded(Right.READ)
    async def refresh(self) -> None:
        """Render the form as it is now; of several at once only the last one is shown."""
        await self._refresh()

    @rx.event
    @guarded(Right.READ)
    async def choose_lead(self, lead_id: str) -> Any:
        """Take the lead whose values fill the macros; empty means the sample."""
        self.lead_id = str(lead_id)
        return TrialState.refresh

    @rx.event
    @guarded(Right.SEND_TESTS)
    async def use_receiver(self) -> Any:
        """Put the address of the built-in test receiver into the form."""
        names = await test_receiver.list_names(actor())
        row = names[0] if names else await test_receiver.create_name(actor(), RECEIVER_NAME)
        await self._put(
            "url", receiver_url(self.router.headers.origin, row.path, settings=get_settings())
        )
        return [
            feedback.done(f"The test receiver “{row.name}” gets the calls now."),
            TrialState.refresh,
        ]

    @rx.event(background=True)
    @guarded(Right.SEND_TESTS)
    async def send_test(self) -> None:
        """Send what stands in the form, once, and show what came back."""
        async with self:
            if self.is_testing:
                return
            self.is_testing, self.test_problem = True, ""
            self.errors = dict(NO_ERRORS)
            problems = self._problems()
            if problems:
                self._say(problems)
                self.test_problem = NOTHING_SENT
                self.is_testing = False
        if problems:
            return
        try:
            result = await self._test()
        except AppError as error:
            async with self:
                self._say(feedback.errors_of(error))
                self.test_problem = f"{NOTHING_SENT} {feedback.sentence(error)}"
                self.has_answer = False
        else:
            async with self:
                self._show_answer(result)
        finally:
            async with self:
                self.is_testing = False

    async def _test(self) -> TrialResult:
        checked = await postbacks.check(
            self._data(), owner=self._owner, postback_id=self.shown or None
        )
        return await trial.send_test(
            actor(),
            checked,
            secrets=checked.secrets,
            sample=self._sample(),
            postback_id=self.shown or None,
        )

    def _show_answer(self, result: TrialResult) -> None:
        self.sent = request_line(result.request)
        self.answer = answer_line(result)
        self.has_answer, self.test_problem = True, ""

    async def _refresh(self) -> None:
        async with self:
            self._round += 1
            mine = self._round
        if not self.url.strip():
            async with self:
                self._clear_preview()
            return
        try:
            # No name server is asked while somebody types.
            checked = await postbacks.check(
                # How it is delivered changes no request, so what is wrong with that can wait.
                self._data() | {"retry": RetryPreset.STANDARD.value, "success": None},
                owner=self._owner,
                postback_id=self.shown or None,
                resolve=False,
            )
            shown = await trial.preview(
                actor(), checked, sample=self._sample(), postback_id=self.shown or None
            )
        except AppError as error:
            async with self:
                if self._round == mine:
                    self._clear_preview()
                    self.incomplete = list(dict.fromkeys(feedback.errors_of(error).values()))
            return
        async with self:
            if self._round != mine:
                return
            self.request = request_line(shown.request)
            self.values = [value_line(use) for use in dict.fromkeys(shown.macros)]
            self.not_sent, self.not_signed = shown.not_sent, shown.not_signed
            self.warnings = list(checked.warnings)
            self.incomplete, self.has_preview = [], True

    def _sample(self) -> Sample:
        return Sample(lead_id=self.lead_id or None)

    def _clear_preview(self) -> None:
        self.request, self.values = RequestLine(), []
        self.not_sent = self.not_signed = ""
        self.warnings, self.incomplete, self.has_preview = [], [], False

    def _forget_trial(self) -> None:
        self._clear_preview()
        self.answer, self.sent, self.has_answer = AnswerLine(), RequestLine(), False
        self.lead_id = self.test_problem = ""

    async def _load_choices(self, owner: Owner) -> None:
        """Load once what the drop-downs offer; they must not change under somebody's hand."""
        everything = PageRequest(limit=MAX_LIMIT)
        key = {owner.level: owner.key}
        found, sources, recent = await asyncio.gather(
            campaigns.list_page(actor(), everything),
            affiliates.list_page(actor(), everything),
            leads.list_page(
                actor(),
                PageRequest(limit=RECENT_LEADS),
                campaign=key.get(PostbackLevel.CAMPAIGN, ""),
                affiliate=key.get(PostbackLevel.AFFILIATE, ""),
            ),
        )
        async with self:
            self.campaign_options = [_choice(row) for row in found.items]
            self.affiliate_options = [_choice(row) for row in sources.items]
            self._names = {
                **{(PostbackLevel.CAMPAIGN, row.key): row.name for row in found.items},
                **{(PostbackLevel.AFFILIATE, row.key): row.name for row in sources.items},
            }
            self.lead_options = [(row.id, _lead_label(row)) for row in recent.items]
            self._lead_fields = {
                name.lower(): value for row in reversed(recent.items) for name, value in row.fields
            }
            self._list_macros()

    async def _load(self, owner: Owner, wanted: str) -> None:
        try:
            name = await name_of(owner)
            row = await postbacks.get(actor(), wanted) if wanted else None
            if row is not None and (row.owner != owner or self._is_gone(row)):
                raise NotFound("postback", wanted)
        except AppError as error:
            async with self:
                self.phase = MISSING if isinstance(error, NotFound) else FAILED
                self.problem = feedback.sentence(error)
            return
        words = in_words(owner, name)
        is_known = row is None or row.version == self._version
        if self.phase == READY and is_known and words == self.owner_in_words:
            return
        async with self:
            self.owner_in_words = words
            if row is not None and not (self.is_dirty and self.shown == row.id):
                self._fill(row)
            elif row is not None and row.version > self._version:
                self._meet(row)
            self.phase = READY
        await self._refresh()

    def _is_gone(self, row: PostbackRow) -> bool:
        """Tell whether it is archived, and nothing was typed here that would be lost with it."""
        return row.archived_at is not None and not (self.is_dirty and self.shown == row.id)


def _choice(row: CampaignRow | AffiliateRow) -> tuple[str, str]:
    return row.key, f"{row.name} ({row.key})"


def _lead_label(row: LeadRow) -> str:
    who = row.full_name or row.email or row.phone or row.id
    return f"{who} · {row.transaction_id} · {row.campaign_name}"[:120]
