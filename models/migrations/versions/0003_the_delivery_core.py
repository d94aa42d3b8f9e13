"""The delivery core: lanes, breakers, pauses, signing, retry rules, operational notices.

Columns are added in place, never by copying a table: `delivery` may hold ten million rows.
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

_WAITS = sa.text('due_at IS NOT NULL')
_HELD = sa.text("status = 'held'")
_SUSPECT = sa.text('due_at IS NOT NULL AND reclaims >= 5')


def upgrade() -> None:
    op.create_table('destination',
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(length=300), nullable=False),
    sa.Column('breaker', sa.Enum('closed', 'open', 'probing', name='breakerstate', native_enum=False, length=32), nullable=False),
    sa.Column('open_until', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('opened', sa.Integer(), nullable=False),
    sa.Column('concurrency', sa.Integer(), nullable=False),
    sa.Column('in_flight', sa.Integer(), nullable=False),
    sa.Column('is_slow', sa.Boolean(), nullable=False),
    sa.Column('typical_ms', sa.Integer(), nullable=False),
    sa.Column('p95_ms', sa.Integer(), nullable=False),
    sa.Column('succeeded', sa.Integer(), nullable=False),
    sa.Column('failed', sa.Integer(), nullable=False),
    sa.Column('last_failure', sqlmodel.sql.sqltypes.AutoString(length=500), nullable=False),
    sa.Column('worker_id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('updated_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_destination'))
    )
    op.create_table('postback_failure',
    sa.Column('postback_id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('failing_since', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('last_failure', sqlmodel.sql.sqltypes.AutoString(length=500), nullable=False),
    sa.ForeignKeyConstraint(['postback_id'], ['postback.id'], name=op.f('fk_postback_failure_postback_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('postback_id', name=op.f('pk_postback_failure'))
    )
    op.create_table('postback_release',
    sa.Column('postback_id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('choice', sa.Enum('send', 'since', 'discard', name='releasechoice', native_enum=False, length=32), nullable=False),
    sa.Column('cancel_before', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('actor_name', sqlmodel.sql.sqltypes.AutoString(length=254), nullable=False),
    sa.Column('started_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('sent', sa.Integer(), nullable=False),
    sa.Column('cancelled', sa.Integer(), nullable=False),
    sa.Column('finished_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['postback_id'], ['postback.id'], name=op.f('fk_postback_release_postback_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('postback_id', name=op.f('pk_postback_release'))
    )

    op.add_column('postback', sa.Column('signing_secrets', sa.Text(), nullable=True))
    op.add_column('postback', sa.Column('retry_preset', sa.Enum('standard', 'fast', 'none', 'custom', name='retrypreset', native_enum=False, length=32), server_default='standard', nullable=False))
    op.add_column('postback', sa.Column('retry_waits', sa.JSON(), server_default='[]', nullable=False))
    op.add_column('postback', sa.Column('success_rule', sa.JSON(none_as_null=True), nullable=True))
    op.add_column('postback', sa.Column('at_most_once', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column('postback', sa.Column('paused_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
    op.add_column('postback', sa.Column('pause_reason', sa.Enum('by_hand', 'gone', 'failing', name='pausereason', native_enum=False, length=32), nullable=True))

    op.add_column('delivery', sa.Column('policy', sa.JSON(none_as_null=True), nullable=True))
    op.add_column('delivery', sa.Column('held_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
    op.add_column('delivery', sa.Column('started_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
    op.drop_index('ix_delivery_due', 'delivery')
    op.create_index('ix_delivery_due', 'delivery', ['status', 'due_at', 'id'], unique=False, sqlite_where=_WAITS, postgresql_where=_WAITS)
    op.create_index('ix_delivery_lane', 'delivery', ['status', 'destination', 'due_at', 'id'], unique=False, sqlite_where=_WAITS, postgresql_where=_WAITS)
    op.create_index('ix_delivery_suspect', 'delivery', ['due_at'], unique=False, sqlite_where=_SUSPECT, postgresql_where=_SUSPECT)
    op.create_index('ix_delivery_held', 'delivery', ['postback_id', 'created_at', 'id'], unique=False, sqlite_where=_HELD, postgresql_where=_HELD)
    if op.get_bind().dialect.name == 'postgresql':
        op.execute(
            'ALTER TABLE delivery SET (autovacuum_vacuum_scale_factor = 0.005,'
            ' autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0)'
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == 'postgresql':
        op.execute(
            'ALTER TABLE delivery RESET (autovacuum_vacuum_scale_factor,'
            ' autovacuum_vacuum_threshold, autovacuum_vacuum_cost_delay)'
        )
    op.drop_index('ix_delivery_held', 'delivery')
    op.drop_index('ix_delivery_suspect', 'delivery')
    op.drop_index('ix_delivery_lane', 'delivery')
    op.drop_index('ix_delivery_due', 'delivery')
    op.create_index('ix_delivery_due', 'delivery', ['due_at', 'id'], unique=False, sqlite_where=_WAITS, postgresql_where=_WAITS)
    for column in ('started_at', 'held_at', 'policy'):
        op.drop_column('delivery', column)
    for column in ('pause_reason', 'paused_at', 'at_most_once', 'success_rule', 'retry_waits', 'retry_preset', 'signing_secrets'):
        op.drop_column('postback', column)
    op.drop_table('postback_release')
    op.drop_table('postback_failure')
    op.drop_table('destination')
