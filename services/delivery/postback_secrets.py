"""The secrets of postbacks, read and decrypted only when a request is sent."""

from sqlmodel import Session

from models import Postback
from services.database import Database
from services.secret_box import decrypt_all


class SecretsReader:
    """Reads the present secrets of a postback: a rotated secret holds for waiting deliveries."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, postback_id: str) -> dict[str, str]:
        """Return the secrets by name; a postback without secrets has none.

        Raises UnreadableSecret when they were encrypted under another key.
        """
        return decrypt_all(await self._database.read(_sealed, postback_id))


def _sealed(session: Session, postback_id: str) -> str | None:
    postback = session.get(Postback, postback_id)
    return postback.secrets if postback else None
