"""Accounts and audit: people, sessions, links, throttling, and who did what."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

_TEXT = sqlmodel.sql.sqltypes.AutoString
_TIME = sqlmodel.sql.sqltypes.UTCDateTime


def upgrade() -> None:
    op.create_table('audit_entry',
    sa.Column('id', _TEXT(length=40), nullable=False),
    sa.Column('at', _TIME(), nullable=False),
    sa.Column('actor_kind', sa.Enum('user', 'key', 'system', name='actorkind', native_enum=False, length=32), nullable=False),
    sa.Column('actor_id', _TEXT(length=40), nullable=False),
    sa.Column('actor_name', _TEXT(length=254), nullable=False),
    sa.Column('address', _TEXT(length=45), nullable=False),
    sa.Column('action', sa.String(length=32), nullable=False),
    sa.Column('subject', sa.String(length=32), nullable=False),
    sa.Column('subject_key', _TEXT(length=254), nullable=False),
    sa.Column('subject_name', _TEXT(length=254), nullable=False),
    sa.Column('before', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('after', sa.JSON(none_as_null=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_entry'))
    )
    op.create_index('ix_audit_entry_at', 'audit_entry', ['at', 'id'], unique=False)
    for column, name in (
        ('actor_id', 'ix_audit_entry_actor_id'),
        ('action', 'ix_audit_entry_action'),
        ('subject', 'ix_audit_entry_subject'),
        ('subject_key', 'ix_audit_entry_subject_key'),
    ):
        op.create_index(name, 'audit_entry', [column, 'at', 'id'], unique=False)
    _forbid_changes()
    op.create_table('account_link',
    sa.Column('token_hash', _TEXT(length=64), nullable=False),
    sa.Column('kind', sa.Enum('invitation', 'reset', name='linkkind', native_enum=False, length=32), nullable=False),
    sa.Column('email', _TEXT(length=254), nullable=False),
    sa.Column('role', sa.Enum('owner', 'manager', 'operator', 'viewer', name='role', native_enum=False, length=32), nullable=True),
    sa.Column('made_by', _TEXT(length=254), nullable=False),
    sa.Column('created_at', _TIME(), nullable=False),
    sa.Column('expires_at', _TIME(), nullable=False),
    sa.PrimaryKeyConstraint('token_hash', name=op.f('pk_account_link'))
    )
    op.create_index(op.f('ix_account_link_email'), 'account_link', ['email'], unique=False)
    op.create_table('sign_in_throttle',
    sa.Column('name', _TEXT(length=80), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('last_failed_at', _TIME(), nullable=False),
    sa.Column('blocked_until', _TIME(), nullable=True),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_sign_in_throttle'))
    )
    op.add_column('user', sa.Column('totp_secret', _TEXT(length=255), nullable=True))
    op.add_column('user', sa.Column('totp_step', sa.Integer(), server_default='0', nullable=False))
    op.add_column('user', sa.Column('recovery_hashes', sa.JSON(none_as_null=True), nullable=True))
    op.add_column('user_session', sa.Column('id', _TEXT(length=40), server_default='', nullable=False))
    op.add_column('user_session', sa.Column('address', _TEXT(length=45), server_default='', nullable=False))
    op.add_column('user_session', sa.Column('browser', _TEXT(length=200), server_default='', nullable=False))
    op.execute("UPDATE user_session SET id = 'ses_' || substr(token_hash, 1, 24)")
    op.create_index(op.f('ix_user_session_id'), 'user_session', ['id'], unique=True)


def _forbid_changes() -> None:
    if op.get_bind().dialect.name == 'postgresql':
        op.execute(
            "CREATE FUNCTION audit_entry_stays() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'the audit is append only'; END $$"
        )
        op.execute(
            "CREATE TRIGGER audit_entry_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry"
            " FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_stays()"
        )
        return
    for deed in ('UPDATE', 'DELETE'):
        op.execute(
            f"CREATE TRIGGER audit_entry_stays_{deed.lower()} BEFORE {deed} ON audit_entry"
            " BEGIN SELECT RAISE(ABORT, 'the audit is append only'); END"
        )


def downgrade() -> None:
    op.drop_index(op.f('ix_user_session_id'), 'user_session')
    for column in ('browser', 'address', 'id'):
        op.drop_column('user_session', column)
    for column in ('recovery_hashes', 'totp_step', 'totp_secret'):
        op.drop_column('user', column)
    op.drop_table('sign_in_throttle')
    op.drop_table('account_link')
    op.drop_table('audit_entry')
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('DROP FUNCTION audit_entry_stays')
