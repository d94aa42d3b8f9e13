"""The mark that tells every process that definitions have changed."""

from sqlalchemy import update
from sqlmodel import Session

from models import DefinitionVersion
from services.identifiers import new_id


def touch(session: Session) -> None:
    """Tell every process that definitions change with this unit of work.

    Call it after the last change of the unit of work.
    """
    session.flush()
    session.execute(update(DefinitionVersion).values(version=new_id("dv")))
