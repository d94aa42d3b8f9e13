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

_LEASED = sa.text("status = 'sending'")
_WAITS = sa.text('due_at IS NOT NULL')
_HELD = sa.text("status = 'held'")
_RUNS = sa.text("status = 'running'")
_SUSPECT = sa.text("reclaims >= 5 AND status NOT IN ('delivered', 'failed')")
_OPEN = sa.text("state = 'open'")
_TO_TELL = sa.text('tell_at IS NOT NULL')
_TO_SEND = sa.text("status = 'waiting'")


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
    op.create_table('bulk_resend',
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('status', sa.Enum('running', 'finished', 'cancelled', name='bulkresendstatus', native_enum=False, length=32), nullable=False),
    sa.Column('filter', sa.JSON(), nullable=False),
    sa.Column('cursor', sa.Text(), nullable=False),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('total_is_complete', sa.Boolean(), nullable=False),
    sa.Column('resent', sa.Integer(), nullable=False),
    sa.Column('left_out', sa.Integer(), nullable=False),
    sa.Column('actor_id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('actor_name', sqlmodel.sql.sqltypes.AutoString(length=254), nullable=False),
    sa.Column('created_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('ended_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bulk_resend'))
    )
    op.create_index('ix_bulk_resend_running', 'bulk_resend', ['status'], unique=True, sqlite_where=_RUNS, postgresql_where=_RUNS)
    op.create_index('ix_bulk_resend_created_at', 'bulk_resend', ['created_at'], unique=False)
    op.create_table('retention_mark',
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('mark', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('updated_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_retention_mark'))
    )

    op.create_table('notice',
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('kind', sa.Enum('delivery.failing', 'delivery.recovered', 'delivery.failed', 'postback.paused', 'queue.lagging', name='noticekind', native_enum=False, length=32), nullable=False),
    sa.Column('subject_id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('state', sa.Enum('open', 'resolved', name='noticestate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.Column('data', sa.JSON(), nullable=False),
    sa.Column('opened_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('last_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('resolved_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('tell_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('told_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('is_told', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notice'))
    )
    op.create_index('uq_notice_open', 'notice', ['kind', 'subject_id'], unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN)
    op.create_index('ix_notice_tell', 'notice', ['tell_at'], unique=False, sqlite_where=_TO_TELL, postgresql_where=_TO_TELL)
    op.create_index('ix_notice_opened_at', 'notice', ['opened_at', 'id'], unique=False)
    op.create_index('ix_notice_state', 'notice', ['state', 'opened_at', 'id'], unique=False)
    op.create_index('ix_notice_kind', 'notice', ['kind', 'opened_at', 'id'], unique=False)
    op.create_index('ix_notice_subject_id', 'notice', ['subject_id', 'opened_at', 'id'], unique=False)
    op.create_table('notice_channel',
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
    sa.Column('kind', sa.Enum('url', 'email', name='channelkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('target', sa.Text(), nullable=False),
    sa.Column('kinds', sa.JSON(), nullable=False),
    sa.Column('secret', sa.Text(), nullable=True),
    sa.Column('enabled', sa.Boolean(), nullable=False),
    sa.Column('next_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('claim_token', sqlmodel.sql.sqltypes.AutoString(length=32), nullable=True),
    sa.Column('last_sent_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('failing_since', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('last_error', sqlmodel.sql.sqltypes.AutoString(length=500), nullable=False),
    sa.Column('tested_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('updated_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('archived_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notice_channel'))
    )
    op.create_table('notice_send',
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('notice_id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('channel_id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('edge', sa.Enum('opened', 'continues', 'resolved', name='noticeedge', native_enum=False, length=32), nullable=False),
    sa.Column('status', sa.Enum('waiting', 'sent', 'failed', 'cancelled', name='noticesendstatus', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('body', sa.Text(), nullable=True),
    sa.Column('created_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('due_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('response_code', sa.Integer(), nullable=True),
    sa.Column('last_error', sqlmodel.sql.sqltypes.AutoString(length=500), nullable=False),
    sa.Column('sent_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['channel_id'], ['notice_channel.id'], name=op.f('fk_notice_send_channel_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['notice_id'], ['notice.id'], name=op.f('fk_notice_send_notice_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notice_send'))
    )
    op.create_index('ix_notice_send_due', 'notice_send', ['channel_id', 'due_at', 'id'], unique=False, sqlite_where=_TO_SEND, postgresql_where=_TO_SEND)
    op.create_index('ix_notice_send_channel_id', 'notice_send', ['channel_id', 'created_at', 'id'], unique=False)
    op.create_index('ix_notice_send_notice_id', 'notice_send', ['notice_id'], unique=False)

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
    op.add_column('delivery', sa.Column('emptied_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
    op.drop_index('ix_delivery_due', 'delivery')
    # What is being sent is found by its status, and is never much.
    op.drop_index('ix_delivery_lease', 'delivery')
    op.create_index('ix_delivery_lane', 'delivery', ['status', 'destination', 'due_at', 'id'], unique=False, sqlite_where=_WAITS, postgresql_where=_WAITS)
    op.create_index('ix_delivery_suspect', 'delivery', ['destination', 'due_at'], unique=False, sqlite_where=_SUSPECT, postgresql_where=_SUSPECT)
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
    op.create_index('ix_delivery_lease', 'delivery', ['lease_until'], unique=False, sqlite_where=_LEASED, postgresql_where=_LEASED)
    op.create_index('ix_delivery_due', 'delivery', ['due_at', 'id'], unique=False, sqlite_where=_WAITS, postgresql_where=_WAITS)
    for column in ('emptied_at', 'started_at', 'held_at', 'policy'):
        op.drop_column('delivery', column)
    for column in ('pause_reason', 'paused_at', 'at_most_once', 'success_rule', 'retry_waits', 'retry_preset', 'signing_secrets'):
        op.drop_column('postback', column)
    op.drop_table('postback_release')
    for table in ('notice_send', 'notice_channel', 'notice'):
        op.drop_table(table)
    op.drop_table('retention_mark')
    op.drop_table('bulk_resend')
    op.drop_table('postback_failure')
    op.drop_table('destination')
