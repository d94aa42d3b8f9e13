"""Keys with limits, and answers that are given again."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

_TEXT = sqlmodel.sql.sqltypes.AutoString
_TIME = sqlmodel.sql.sqltypes.UTCDateTime


def upgrade() -> None:
    op.add_column('api_key', sa.Column('old_secret_hash', _TEXT(length=64), nullable=True))
    op.add_column('api_key', sa.Column('old_ends_at', _TIME(), nullable=True))
    op.add_column('api_key', sa.Column('campaign_ids', sa.JSON(none_as_null=True), nullable=True))
    op.add_column('api_key', sa.Column('event_type_ids', sa.JSON(none_as_null=True), nullable=True))
    op.add_column('api_key', sa.Column('networks', sa.JSON(none_as_null=True), nullable=True))
    op.add_column('api_key', sa.Column('calls_per_minute', sa.Integer(), nullable=True))
    op.add_column('api_key', sa.Column('expires_at', _TIME(), nullable=True))
    op.add_column('api_key', sa.Column('created_by', _TEXT(length=254), server_default='', nullable=False))
    op.add_column('api_key', sa.Column('last_used_address', _TEXT(length=45), server_default='', nullable=False))
    op.add_column('api_key', sa.Column('version', sa.Integer(), server_default='1', nullable=False))
    op.create_index(op.f('ix_api_key_old_secret_hash'), 'api_key', ['old_secret_hash'], unique=True)
    op.create_table('key_allowance',
    sa.Column('id', _TEXT(length=40), nullable=False),
    sa.Column('calls_left', sa.Float(), nullable=False),
    sa.Column('counted_at', _TIME(), nullable=False),
    sa.ForeignKeyConstraint(['id'], ['api_key.id'], name=op.f('fk_key_allowance_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_key_allowance'))
    )
    op.create_table('kept_answer',
    sa.Column('id', _TEXT(length=40), nullable=False),
    sa.Column('fingerprint', _TEXT(length=40), nullable=False),
    sa.Column('status', sa.Integer(), nullable=False),
    sa.Column('headers', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('kept_at', _TIME(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_kept_answer')),
    sqlite_with_rowid=False
    )
    op.create_index(op.f('ix_kept_answer_kept_at'), 'kept_answer', ['kept_at'], unique=False)


def downgrade() -> None:
    op.drop_table('kept_answer')
    op.drop_table('key_allowance')
    op.drop_index(op.f('ix_api_key_old_secret_hash'), 'api_key')
    for column in (
        'version', 'last_used_address', 'created_by', 'expires_at', 'calls_per_minute', 'networks',
        'event_type_ids', 'campaign_ids', 'old_ends_at', 'old_secret_hash',
    ):
        op.drop_column('api_key', column)
