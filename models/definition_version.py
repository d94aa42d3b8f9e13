"""The mark that tells whether cached definitions are still the stored ones."""

from sqlmodel import Field, SQLModel


class DefinitionVersion(SQLModel, table=True):
    """One row, made by the first migration.

    The version is a new random text after every change, not a counter: a counter would come to the
    same number again after a rolled-back change, and a cache filled meanwhile would look fresh.
    """

    __tablename__ = "definition_version"

    id: int = Field(primary_key=True)
    version: str = Field(max_length=40)
