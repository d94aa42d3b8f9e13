"""`/postbacks/{id}/signing`: whether a postback's calls are signed, and with what secret."""

from collections.abc import Mapping

from fastapi import Response

from dashboard.api.answer import answer_versioned
from dashboard.api.does import does
from dashboard.api.repeats import answers_a_secret
from dashboard.api.request import Caller, ExpectedVersion, JsonObject
from dashboard.api.routing import resource
from dashboard.api.shapes.postbacks import SigningSecret
from services.actor import Right
from services.catalog import postback_signing
from services.catalog.postback_signing import Signing
from services.clock import utc_now
from services.validation import InputModel, validate

router = resource("Postbacks")


class NothingInput(InputModel):
    """A body with nothing in it: all that this call needs stands in its path."""


@router.post("/postbacks/{postback_id}/signing")
@answers_a_secret
@does(Right.EDIT_DEFINITIONS, SigningSecret, body=NothingInput, partial=True, versioned=True)
async def make_signing_secret(
    actor: Caller, postback_id: str, data: JsonObject, version: ExpectedVersion
) -> Response:
    """Switch signing on, or replace its secret, and return the new secret, this once.

    A replaced secret signs on beside the new one for 24 hours.
    """
    actor.require(Right.EDIT_DEFINITIONS)
    validate(NothingInput, data)
    made = await postback_signing.new_secret(actor, postback_id, if_match=version)
    return answer_versioned(
        {
            "postback_id": made.row.id,
            "secret": made.secret,
            "signing": signing_json(made.row.signing),
            "version": made.row.version,
        }
    )


@router.delete("/postbacks/{postback_id}/signing", status_code=204)
@does(Right.EDIT_DEFINITIONS)
async def switch_signing_off(actor: Caller, postback_id: str, version: ExpectedVersion) -> Response:
    """Send the postback's calls unsigned and forget its secrets."""
    await postback_signing.switch_off(actor, postback_id, if_match=version)
    return Response(status_code=204)


@router.delete("/postbacks/{postback_id}/signing/old", status_code=204)
@does(Right.EDIT_DEFINITIONS)
async def end_old_signing_secrets(
    actor: Caller, postback_id: str, version: ExpectedVersion
) -> Response:
    """Sign with the present secret alone, before the old one ends by itself."""
    await postback_signing.end_old(actor, postback_id, if_match=version)
    return Response(status_code=204)


def signing_json(signing: Signing | None) -> Mapping[str, object] | None:
    """Return how a postback signs, `None` when it does not; never a secret."""
    if signing is None:
        return None
    return {
        "since": signing.since,
        "secret_made_at": signing.secret_made_at,
        "old_secret_until": signing.old_until(utc_now()),
        "readable": signing.is_readable,
    }
