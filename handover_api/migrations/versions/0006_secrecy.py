"""secrecy: the classes of cases and of those who may see them, and why a case that is not one's own was opened"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = '0006'
down_revision: str | None = '0005'
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in ('cases', 'staff'):
        op.add_column(table, sa.Column('secrecy_classes', postgresql.ARRAY(sa.String()), server_default=sa.text("'{}'"), nullable=False))
    # What is there already is under the secrecy of its topic, and of what it turned out to be about.
    op.execute("""
        UPDATE cases SET secrecy_classes = known.classes
        FROM (
            SELECT cases.id, array_agg(DISTINCT topics.answer_group) AS classes
            FROM cases JOIN topics ON topics.id IN (cases.topic, cases.category) AND topics.touches_secrecy
            WHERE topics.answer_group <> 'allmant'
            GROUP BY cases.id
        ) AS known
        WHERE known.id = cases.id
    """)
    op.create_table('case_openings',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('note', sa.String(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("note IS NULL OR reason = 'other'", name=op.f('ck_case_openings_note_of_reason')),
    sa.CheckConstraint("reason IN ('resident_back', 'helping_colleague', 'following_up', 'public_record', 'other')", name=op.f('ck_case_openings_reason')),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_case_openings_case_id_cases'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_case_openings_staff_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_openings'))
    )
    op.create_index('ix_case_openings_latest', 'case_openings', ['case_id', 'staff_id', 'at'], unique=False)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table('case_openings')
    for table in ('staff', 'cases'):
        op.drop_column(table, 'secrecy_classes')
