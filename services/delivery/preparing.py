"""Claim → the request as it goes out: secrets are filled in only now."""

from sqlmodel import Session

from models import Postback
from services.database import Database
from services.delivery.claims import Claim
from services.delivery.rendering import fill_headers, needs_secrets
from services.delivery.sender import PreparedRequest
from services.secret_box import decrypt_all


class Preparer:
    """Reads the present secrets of postbacks: a rotated secret holds for waiting deliveries."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def prepare(self, claim: Claim) -> PreparedRequest:
        """Return the final request of a claimed delivery.

        Raises UnreadableSecret when its secrets were encrypted under another key.
        """
        secrets: dict[str, str] = {}
        if needs_secrets(claim.headers):
            sealed = await self._database.read(_sealed, claim.postback_id)
            secrets = decrypt_all(sealed)
        return PreparedRequest(
            method=claim.method,
            url=claim.url,
            headers=fill_headers(claim.headers, secrets=secrets),
            body=None if claim.body is None else claim.body.encode(),
        )


def _sealed(session: Session, postback_id: str) -> str | None:
    postback = session.get(Postback, postback_id)
    return postback.secrets if postback else None
