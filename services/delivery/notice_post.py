"""Notices to a URL leave by the sender of postbacks: the same guard, limits and signatures."""

from services.clock import Clock, utc_now
from services.delivery.sender import PreparedRequest, Sender
from services.delivery.signing import Signer
from services.notices.post import Post, SendResult, SignedCall
from services.target_guard import BadTarget, TargetPolicy


def notice_post(sender: Sender, *, policy: TargetPolicy, clock: Clock = utc_now) -> Post:
    """Return the function that sends a notice to a URL over this sender."""

    async def post(call: SignedCall) -> SendResult:
        try:
            target = policy.check_url(call.url).path
        except BadTarget as error:
            return SendResult(succeeded=False, message=str(error), duration_ms=0)
        signer = Signer(call.keys, call.message_id, clock())
        result = await sender.send(
            PreparedRequest(
                method="POST",
                url=call.url,
                headers=(
                    ("Content-Type", "application/json"),
                    ("webhook-id", call.message_id),
                    *signer.headers(method="POST", target=target, body=call.body),
                ),
                body=call.body,
            )
        )
        return SendResult(
            succeeded=result.succeeded,
            message=result.message,
            duration_ms=result.duration_ms,
            status_code=result.status_code,
            answer=result.response_body,
        )

    return post
