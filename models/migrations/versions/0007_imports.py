"""Imports: files with their rows, and which facts came by which."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

_TEXT = sqlmodel.sql.sqltypes.AutoString
_TIME = sqlmodel.sql.sqltypes.UTCDateTime
_IMPORTED = 'import_id IS NOT NULL'
_BROUGHT = ('event', 'lead', 'status_change')


def upgrade() -> None:
    op.create_table('import_job',
    sa.Column('id', _TEXT(length=40), nullable=False),
    sa.Column('kind', sa.String(length=32), nullable=False),
    sa.Column('status', sa.String(length=32), nullable=False),
    sa.Column('file_name', _TEXT(length=255), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('encoding', _TEXT(length=16), nullable=False),
    sa.Column('layout', sa.JSON(), nullable=False),
    sa.Column('columns_key', _TEXT(length=64), nullable=False),
    sa.Column('options', sa.JSON(), nullable=False),
    sa.Column('problem', _TEXT(length=500), nullable=False),
    sa.Column('rows', sa.Integer(), nullable=False),
    sa.Column('chunks', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('verified', sa.JSON(), nullable=False),
    sa.Column('applied', sa.JSON(), nullable=False),
    sa.Column('undone', sa.JSON(), nullable=False),
    sa.Column('reasons', sa.JSON(), nullable=False),
    sa.Column('run', _TEXT(length=40), nullable=False),
    sa.Column('lease_until', _TIME(), nullable=True),
    sa.Column('actor_kind', _TEXT(length=32), nullable=False),
    sa.Column('actor_id', _TEXT(length=40), nullable=False),
    sa.Column('actor_name', _TEXT(length=254), nullable=False),
    sa.Column('created_at', _TIME(), nullable=False),
    sa.Column('updated_at', _TIME(), nullable=False),
    sa.Column('verified_at', _TIME(), nullable=True),
    sa.Column('applied_at', _TIME(), nullable=True),
    sa.Column('ended_at', _TIME(), nullable=True),
    sa.Column('undone_at', _TIME(), nullable=True),
    sa.Column('emptied_at', _TIME(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_import_job'))
    )
    op.create_index('ix_import_job_status', 'import_job', ['status'], unique=False)
    op.create_index('ix_import_job_created_at', 'import_job', ['created_at', 'id'], unique=False)
    op.create_index('ix_import_job_columns_key', 'import_job', ['columns_key', 'id'], unique=False)
    op.create_table('import_part',
    sa.Column('import_id', _TEXT(length=40), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('data', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['import_id'], ['import_job.id'], name=op.f('fk_import_part_import_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('import_id', 'number', name=op.f('pk_import_part'))
    )
    op.create_table('import_chunk',
    sa.Column('import_id', _TEXT(length=40), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('cells', sa.LargeBinary(), nullable=False),
    sa.Column('results', sa.LargeBinary(), nullable=True),
    sa.ForeignKeyConstraint(['import_id'], ['import_job.id'], name=op.f('fk_import_chunk_import_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('import_id', 'number', name=op.f('pk_import_chunk'))
    )
    for table in _BROUGHT:
        op.add_column(table, sa.Column('import_id', _TEXT(length=40), nullable=True))
        op.create_index(f'ix_{table}_import_id', table, ['import_id'], unique=False, sqlite_where=sa.text(_IMPORTED), postgresql_where=sa.text(_IMPORTED))


def downgrade() -> None:
    for table in _BROUGHT:
        op.drop_index(f'ix_{table}_import_id', table)
        op.drop_column(table, 'import_id')
    op.drop_table('import_chunk')
    op.drop_table('import_part')
    op.drop_table('import_job')
