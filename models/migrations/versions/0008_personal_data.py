"""Personal data: erasure."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


_TEXT = sqlmodel.sql.sqltypes.AutoString
_TIME = sqlmodel.sql.sqltypes.UTCDateTime
_REFUSED = 'event_id IS NULL AND lead_id IS NOT NULL'


def upgrade() -> None:
    op.add_column('lead', sa.Column('erased_at', _TIME(), nullable=True))
    op.create_table('erasure',
    sa.Column('lead_id', _TEXT(length=40), nullable=False),
    sa.Column('asked_at', _TIME(), nullable=False),
    sa.ForeignKeyConstraint(['lead_id'], ['lead.id'], name=op.f('fk_erasure_lead_id_lead'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('lead_id', name=op.f('pk_erasure'))
    )
    op.create_index(
        'ix_submission_lead_id',
        'submission',
        ['lead_id'],
        unique=False,
        sqlite_where=sa.text(_REFUSED),
        postgresql_where=sa.text(_REFUSED),
    )


def downgrade() -> None:
    op.drop_index('ix_submission_lead_id', 'submission')
    op.drop_table('erasure')
    op.drop_column('lead', 'erased_at')
