"""Everything on the product page: affiliates, lists, overrides, custom fields, incoming URLs.

Columns are added in place, never by copying a table: `event` and `lead` may hold ten million rows.
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('affiliate',
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('key', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('updated_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('archived_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_affiliate')),
    sa.UniqueConstraint('key', name=op.f('uq_affiliate_key'))
    )
    op.create_table('event_list',
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('updated_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('archived_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_event_list')),
    sa.UniqueConstraint('name', name=op.f('uq_event_list_name'))
    )
    op.create_table('campaign_event',
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('campaign_id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('event_type_id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('enabled', sa.Boolean(), nullable=True),
    sa.Column('is_conversion', sa.Boolean(), nullable=True),
    sa.Column('is_affiliate_conversion', sa.Boolean(), nullable=True),
    sa.Column('dedupe', sa.Enum('once_per_lead', 'once_per_order', 'window', 'allow_all', name='dedupemode', native_enum=False, length=32), nullable=True),
    sa.Column('dedupe_window_minutes', sa.Integer(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('updated_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_campaign_event_campaign_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['event_type_id'], ['event_type.id'], name=op.f('fk_campaign_event_event_type_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_campaign_event')),
    sa.UniqueConstraint('campaign_id', 'event_type_id', name=op.f('uq_campaign_event_campaign_id_event_type_id'))
    )
    with op.batch_alter_table('campaign_event', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_campaign_event_event_type_id'), ['event_type_id'], unique=False)

    op.create_table('custom_field',
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('campaign_id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('event_type_id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.Column('type', sa.Enum('text', 'number', 'date', name='fieldtype', native_enum=False, length=32), nullable=False),
    sa.Column('required', sa.Boolean(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('help_text', sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
    sa.Column('example', sqlmodel.sql.sqltypes.AutoString(length=1000), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('updated_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_custom_field_campaign_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['event_type_id'], ['event_type.id'], name=op.f('fk_custom_field_event_type_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_custom_field')),
    sa.UniqueConstraint('campaign_id', 'event_type_id', 'name', name=op.f('uq_custom_field_campaign_id_event_type_id_name'))
    )
    with op.batch_alter_table('custom_field', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_custom_field_event_type_id'), ['event_type_id'], unique=False)

    op.create_table('event_list_campaign',
    sa.Column('event_list_id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('campaign_id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_event_list_campaign_campaign_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['event_list_id'], ['event_list.id'], name=op.f('fk_event_list_campaign_event_list_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('event_list_id', 'campaign_id', name=op.f('pk_event_list_campaign'))
    )
    with op.batch_alter_table('event_list_campaign', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_event_list_campaign_campaign_id'), ['campaign_id'], unique=False)

    op.create_table('event_list_member',
    sa.Column('event_list_id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('event_type_id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.ForeignKeyConstraint(['event_list_id'], ['event_list.id'], name=op.f('fk_event_list_member_event_list_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['event_type_id'], ['event_type.id'], name=op.f('fk_event_list_member_event_type_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('event_list_id', 'event_type_id', name=op.f('pk_event_list_member'))
    )
    with op.batch_alter_table('event_list_member', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_event_list_member_event_type_id'), ['event_type_id'], unique=False)

    op.create_table('incoming_url',
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
    sa.Column('api_key_id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('secret', sa.Text(), nullable=False),
    sa.Column('campaign_id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=True),
    sa.Column('event_type_id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=True),
    sa.Column('parameters', sa.JSON(), nullable=False),
    sa.Column('words', sa.JSON(), nullable=False),
    sa.Column('placeholders', sa.JSON(), nullable=False),
    sa.Column('returns', sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('updated_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('archived_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['api_key_id'], ['api_key.id'], name=op.f('fk_incoming_url_api_key_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['campaign_id'], ['campaign.id'], name=op.f('fk_incoming_url_campaign_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['event_type_id'], ['event_type.id'], name=op.f('fk_incoming_url_event_type_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_incoming_url')),
    sa.UniqueConstraint('api_key_id', name=op.f('uq_incoming_url_api_key_id'))
    )
    with op.batch_alter_table('incoming_url', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_incoming_url_campaign_id'), ['campaign_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_incoming_url_event_type_id'), ['event_type_id'], unique=False)

    op.create_table('status_change',
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('event_id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('changed_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('from_status', sa.Enum('pending', 'approved', 'rejected', 'on_hold', 'reversed', name='conversionstatus', native_enum=False, length=32), nullable=False),
    sa.Column('to_status', sa.Enum('pending', 'approved', 'rejected', 'on_hold', 'reversed', name='conversionstatus', native_enum=False, length=32), nullable=False),
    sa.Column('reason', sqlmodel.sql.sqltypes.AutoString(length=500), nullable=False),
    sa.Column('source', sa.Enum('api', 'incoming', 'manual', 'import', name='source', native_enum=False, length=32), nullable=False),
    sa.Column('actor_name', sqlmodel.sql.sqltypes.AutoString(length=254), nullable=False),
    sa.ForeignKeyConstraint(['event_id'], ['event.id'], name=op.f('fk_status_change_event_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_status_change'))
    )
    with op.batch_alter_table('status_change', schema=None) as batch_op:
        batch_op.create_index('ix_status_change_event_id', ['event_id', 'changed_at', 'id'], unique=False)

    op.add_column('delivery', sa.Column('on_conversion_status', sa.Enum('pending', 'approved', 'rejected', 'on_hold', 'reversed', name='conversionstatus', native_enum=False, length=32), nullable=True))

    for table in ('event', 'lead', 'postback'):
        # Alembic would copy the whole table on SQLite; this is one statement on both databases.
        op.execute(
            f'ALTER TABLE {table} ADD COLUMN affiliate_id VARCHAR(40)'
            f' CONSTRAINT fk_{table}_affiliate_id REFERENCES affiliate (id) ON DELETE RESTRICT'
        )
    op.create_index('ix_event_affiliate_id_received_at', 'event', ['affiliate_id', 'received_at', 'id'], unique=False, sqlite_where=sa.text('affiliate_id IS NOT NULL'), postgresql_where=sa.text('affiliate_id IS NOT NULL'))
    op.create_index('ix_lead_affiliate_id_created_at', 'lead', ['affiliate_id', 'created_at', 'id'], unique=False, sqlite_where=sa.text('affiliate_id IS NOT NULL'), postgresql_where=sa.text('affiliate_id IS NOT NULL'))
    op.create_index('ix_lead_submitted_at', 'lead', ['submitted_at', 'id'], unique=False)
    op.create_index('ix_postback_affiliate_id', 'postback', ['affiliate_id'], unique=False)
    op.add_column('postback', sa.Column('on_conversion_status', sa.JSON(), server_default='[]', nullable=False))
    op.add_column('event_type', sa.Column('dedupe_window_minutes', sa.Integer(), nullable=True))
    op.create_index('ix_submission_actor_id_received_at', 'submission', ['actor_id', 'received_at', 'id'], unique=False, sqlite_where=sa.text("source = 'incoming'"), postgresql_where=sa.text("source = 'incoming'"))



def downgrade() -> None:
    op.drop_index('ix_submission_actor_id_received_at', 'submission')
    op.drop_column('event_type', 'dedupe_window_minutes')
    op.drop_column('postback', 'on_conversion_status')
    op.drop_index('ix_postback_affiliate_id', 'postback')
    op.drop_index('ix_lead_submitted_at', 'lead')
    op.drop_index('ix_lead_affiliate_id_created_at', 'lead')
    op.drop_index('ix_event_affiliate_id_received_at', 'event')
    for table in ('postback', 'lead', 'event'):
        op.drop_column(table, 'affiliate_id')
    op.drop_column('delivery', 'on_conversion_status')

    with op.batch_alter_table('status_change', schema=None) as batch_op:
        batch_op.drop_index('ix_status_change_event_id')

    op.drop_table('status_change')
    with op.batch_alter_table('incoming_url', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_incoming_url_event_type_id'))
        batch_op.drop_index(batch_op.f('ix_incoming_url_campaign_id'))

    op.drop_table('incoming_url')
    with op.batch_alter_table('event_list_member', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_event_list_member_event_type_id'))

    op.drop_table('event_list_member')
    with op.batch_alter_table('event_list_campaign', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_event_list_campaign_campaign_id'))

    op.drop_table('event_list_campaign')
    with op.batch_alter_table('custom_field', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_custom_field_event_type_id'))

    op.drop_table('custom_field')
    with op.batch_alter_table('campaign_event', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_campaign_event_event_type_id'))

    op.drop_table('campaign_event')
    op.drop_table('event_list')
    op.drop_table('affiliate')
