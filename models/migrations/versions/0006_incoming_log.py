"""The incoming log and the unmatched inbox.

Columns are added in place, never by copying a table: `submission` may hold ten million rows. What
was refused before stays as it is; it can be tried again, and nothing of it waits for a lead.
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

_RUNS = sa.text("status = 'running'")
_WAITS = sa.text("handling = 'open'")
_HANDLED = sa.text('handling IS NOT NULL')
_HAS_CLICK_ID = sa.text('external_click_id IS NOT NULL')

_TEXT = sqlmodel.sql.sqltypes.AutoString
_VERDICTS = ('recorded', 'duplicate', 'unreadable', 'too_large', 'unsupported_type', 'unknown_field', 'invalid_field', 'unknown_event', 'unknown_lead', 'ambiguous_lead', 'event_not_available', 'not_allowed')


def _columns() -> tuple[sa.Column, ...]:
    return (
        sa.Column('body_rest', sa.Text(), nullable=True),
        sa.Column('request', sa.JSON(none_as_null=True), nullable=True),
        sa.Column('emptied_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column('address', _TEXT(length=45), server_default='', nullable=False),
        sa.Column('campaign', _TEXT(length=64), nullable=True),
        sa.Column('is_test', sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column('deliveries', sa.Integer(), nullable=True),
        sa.Column('answer_more', sa.JSON(none_as_null=True), nullable=True),
        sa.Column('handling', sa.Enum('open', 'queued', 'matched', 'replayed', 'dismissed', 'expired', name='handling', native_enum=False, length=32), nullable=True),
        sa.Column('handled_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column('handled_by', _TEXT(length=254), server_default='', nullable=False),
        sa.Column('handled_note', _TEXT(length=500), server_default='', nullable=False),
        sa.Column('tried_verdict', sa.Enum(*_VERDICTS, name='verdict', native_enum=False, length=32), nullable=True),
        sa.Column('tried_reason', _TEXT(length=500), server_default='', nullable=False),
        sa.Column('tried_errors', sa.JSON(none_as_null=True), nullable=True),
    )


def upgrade() -> None:
    for column in _columns():
        op.add_column('submission', column)
    op.create_index('ix_submission_transaction_id', 'submission', ['transaction_id', 'received_at', 'id'], unique=False)
    op.create_index('ix_submission_waits', 'submission', ['transaction_id'], unique=False, sqlite_where=_WAITS, postgresql_where=_WAITS)
    op.create_index('ix_submission_handling', 'submission', ['handling', 'received_at', 'id'], unique=False, sqlite_where=_HANDLED, postgresql_where=_HANDLED)
    op.create_index('ix_lead_external_click_id', 'lead', ['external_click_id'], unique=False, sqlite_where=_HAS_CLICK_ID, postgresql_where=_HAS_CLICK_ID)
    op.create_table('bulk_replay',
    sa.Column('id', _TEXT(length=40), nullable=False),
    sa.Column('status', sa.Enum('running', 'finished', 'cancelled', name='bulkreplaystatus', native_enum=False, length=32), nullable=False),
    sa.Column('filter', sa.JSON(), nullable=False),
    sa.Column('cursor', sa.Text(), nullable=False),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('total_is_complete', sa.Boolean(), nullable=False),
    sa.Column('recorded', sa.Integer(), nullable=False),
    sa.Column('duplicates', sa.Integer(), nullable=False),
    sa.Column('refused', sa.Integer(), nullable=False),
    sa.Column('left_out', sa.Integer(), nullable=False),
    sa.Column('actor_id', _TEXT(length=40), nullable=False),
    sa.Column('actor_name', _TEXT(length=254), nullable=False),
    sa.Column('created_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('ended_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bulk_replay'))
    )
    op.create_index('ix_bulk_replay_running', 'bulk_replay', ['status'], unique=True, sqlite_where=_RUNS, postgresql_where=_RUNS)
    op.create_index('ix_bulk_replay_created_at', 'bulk_replay', ['created_at'], unique=False)
    op.create_table('bad_key_call',
    sa.Column('hour', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('address', _TEXT(length=45), nullable=False),
    sa.Column('way', sa.Enum('api', 'url', name='callway', native_enum=False, length=32), nullable=False),
    sa.Column('calls', sa.Integer(), nullable=False),
    sa.Column('hint', _TEXT(length=16), nullable=False),
    sa.Column('last_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('hour', 'address', 'way', name=op.f('pk_bad_key_call'))
    )


def downgrade() -> None:
    op.drop_table('bad_key_call')
    op.drop_table('bulk_replay')
    op.drop_index('ix_lead_external_click_id', 'lead')
    for index in ('ix_submission_handling', 'ix_submission_waits', 'ix_submission_transaction_id'):
        op.drop_index(index, 'submission')
    for column in reversed(_columns()):
        op.drop_column('submission', column.name)
