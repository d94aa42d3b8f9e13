"""What must be true after every run, whatever was killed: one function for each promise.

Each yields one sentence for each breach, which begins with the event or delivery that shows it.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator

from models.words import WAITING, DeliveryReason, DeliveryStatus, Outcome
from services.delivery.claims import POISON_RECLAIMS
from tests.crash.facts import Facts

Invariant = Callable[[Facts], Iterator[str]]


def every_accepted_event_has_its_deliveries(facts: Facts) -> Iterator[str]:
    """What was answered as recorded is on disk, with one delivery for each postback."""
    owed: dict[str, list[str]] = defaultdict(list)
    for delivery in facts.deliveries.values():
        owed[delivery.event_id].append(delivery.postback_id)
    for event_id, postbacks in facts.accepted.items():
        if (found := sorted(owed[event_id])) != sorted(postbacks):
            yield f"{event_id}: owes {sorted(postbacks)}, has deliveries for {found}"


def each_delivery_arrived_or_waits_or_says_why(facts: Facts) -> Iterator[str]:
    """No delivery is silently gone: the partner has it, or it is under way, or it has a reason."""
    for delivery in facts.deliveries.values():
        arrived = delivery.id in facts.sent and delivery.status is DeliveryStatus.DELIVERED
        waits = delivery.status in WAITING and delivery.due_at is not None
        under_way = delivery.status is DeliveryStatus.SENDING and delivery.lease_until is not None
        ended = delivery.status not in {*WAITING, DeliveryStatus.SENDING, DeliveryStatus.DELIVERED}
        if not (arrived or waits or under_way or (ended and delivery.reason is not None)):
            yield (
                f"{delivery.id}: {delivery.status}, due {delivery.due_at}, "
                f"reason {delivery.reason}, {len(facts.sent.get(delivery.id, ()))} requests arrived"
            )


def delivered_means_that_the_partner_said_so(facts: Facts) -> Iterator[str]:
    """`delivered` only if the partner answered with success; and, at rest, whenever he did.

    A success whose result came too late to count stands among the attempts as late. What has
    killed its worker too often is `poison`, and what may be sent only once and was cut off is
    `unknown`, whatever the partner answered.
    """
    for delivery in facts.deliveries.values():
        succeeded = any(sent.succeeded for sent in facts.sent.get(delivery.id, ()))
        delivered = delivery.status is DeliveryStatus.DELIVERED
        if delivered and not succeeded:
            yield f"{delivery.id}: delivered, but the partner never answered with success"
        given_up = delivery.reason is DeliveryReason.POISON or (
            delivery.once and delivery.reason is DeliveryReason.UNKNOWN
        )
        if facts.at_rest and succeeded and not delivered and not given_up:
            attempts = facts.attempts.get(delivery.id, ())
            if not any(each.late and each.outcome is Outcome.SUCCEEDED for each in attempts):
                yield (
                    f"{delivery.id}: {delivery.status}, reason {delivery.reason}, "
                    f"reclaimed {delivery.reclaims} times, but the partner answered with success"
                )


def only_what_was_cut_off_too_often_is_poison(facts: Facts) -> Iterator[str]:
    """A delivery is given up as poison only after so many workers died while they had it."""
    for delivery in facts.deliveries.values():
        cut_off = facts.cut_off(delivery.id)
        if delivery.reason is DeliveryReason.POISON and cut_off < POISON_RECLAIMS:
            yield f"{delivery.id}: poison, but only {cut_off} workers were killed while they had it"


def attempts_are_numbered_without_gaps(facts: Facts) -> Iterator[str]:
    """The attempts of a delivery are 1, 2, … n, and the delivery counts n."""
    for delivery in facts.deliveries.values():
        numbers = [each.number for each in facts.attempts.get(delivery.id, ())]
        if numbers != list(range(1, delivery.attempts + 1)):
            yield f"{delivery.id}: counts {delivery.attempts} attempts, has the numbers {numbers}"


def nothing_was_written_without_the_claim(facts: Facts) -> Iterator[str]:
    """No worker changed a delivery that was another's by then.

    A claim is never replaced by another one before it was given back or taken back; what has
    ended does not begin again; and of the results that count, none follows a success, and the
    last one is what the delivery shows.
    """
    for delivery_id, what in facts.unlawful:
        yield f"{delivery_id}: {what}"
    for delivery in facts.deliveries.values():
        counted = facts.settled(delivery.id)
        successes = [n for n, each in enumerate(counted, 1) if each.outcome is Outcome.SUCCEEDED]
        if successes and (len(successes) > 1 or successes[0] < len(counted)):
            yield f"{delivery.id}: results were counted after a success: {counted}"
        if delivery.resent_at is None and len(counted) != delivery.tries:
            yield f"{delivery.id}: {delivery.tries} tries count, results are {len(counted)}"
        if bool(successes) != (delivery.status is DeliveryStatus.DELIVERED):
            yield f"{delivery.id}: {delivery.status}, but its results are {counted}"


def every_attempt_sends_the_same_request(facts: Facts) -> Iterator[str]:
    """Method, target, headers and body are byte-equal each time, but for time and signature."""
    for delivery_id, sent in facts.sent.items():
        if len(different := {each.request for each in sent}) > 1:
            lines = zip(*sorted(different), strict=False)
            where = next((pair for pair in lines if len(set(pair)) > 1), "the number of headers")
            yield f"{delivery_id}: the requests differ: {where}"


def repeats_are_no_more_than_sends_cut_off(facts: Facts) -> Iterator[str]:
    """A request is made again only if a worker was killed while it had that delivery."""
    for delivery_id, sent in facts.sent.items():
        if (lost := facts.unsettled(delivery_id)) > (cut_off := facts.cut_off(delivery_id)):
            yield (
                f"{delivery_id}: {lost} requests without a result for {cut_off} kills during a "
                f"send; arrived {[f'{each.at:.3f} {each.status}' for each in sent]}, "
                f"attempts {facts.attempts.get(delivery_id, ())}"
            )


def what_may_be_sent_once_is_sent_once(facts: Facts) -> Iterator[str]:
    """At most once holds through every kill; only a clear refusal is followed by another try."""
    for delivery_id, sent in facts.sent.items():
        refused = [s for s in facts.settled(delivery_id) if s.outcome is Outcome.FAILED]
        if facts.deliveries[delivery_id].once and len(sent) > 1 + len(refused):
            yield f"{delivery_id}: may be sent once, was sent {len(sent)} times"


def nothing_is_leased_at_rest(facts: Facts) -> Iterator[str]:
    """Once the workers have drained all that is due and ended, nobody owns anything."""
    if not facts.at_rest:
        return
    for delivery in facts.deliveries.values():
        if delivery.status is DeliveryStatus.SENDING or delivery.claim_token is not None:
            yield f"{delivery.id}: {delivery.status}, still claimed by {delivery.worker_id}"


INVARIANTS: tuple[Invariant, ...] = (
    every_accepted_event_has_its_deliveries,
    each_delivery_arrived_or_waits_or_says_why,
    delivered_means_that_the_partner_said_so,
    only_what_was_cut_off_too_often_is_poison,
    attempts_are_numbered_without_gaps,
    nothing_was_written_without_the_claim,
    every_attempt_sends_the_same_request,
    repeats_are_no_more_than_sends_cut_off,
    what_may_be_sent_once_is_sent_once,
    nothing_is_leased_at_rest,
)


def breaches(facts: Facts) -> dict[str, list[str]]:
    """Return what is broken by the invariant's name; empty when all hold."""
    found = {invariant.__name__: list(invariant(facts)) for invariant in INVARIANTS}
    return {name: sentences for name, sentences in found.items() if sentences}


def check(facts: Facts) -> None:
    """Raise AssertionError that names what is broken, a few examples each."""
    if broken := breaches(facts):
        counts = Counter({name: len(sentences) for name, sentences in broken.items()})
        lines = [
            f"{name.replace('_', ' ')} — broken {counts[name]} times:\n    "
            + "\n    ".join(sentences[:5])
            for name, sentences in broken.items()
        ]
        raise AssertionError("\n".join(lines))
