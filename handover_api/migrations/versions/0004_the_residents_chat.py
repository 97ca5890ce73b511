"""the resident's chat: sites, what has been read, what residents think of answers, easy Swedish"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = '0004'
down_revision: str | None = '0003'
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column('conversations', sa.Column('site', sa.String(), nullable=True))
    op.add_column('conversations', sa.Column('came_from', sa.String(), nullable=True))
    op.add_column('conversations', sa.Column('read_by_resident', sa.Integer(), server_default=sa.text('0'), nullable=False))
    op.add_column('conversations', sa.Column('read_by_staff', sa.Integer(), server_default=sa.text('0'), nullable=False))
    op.add_column('article_versions', sa.Column('easy_text', sa.String(), server_default='', nullable=False))
    op.create_table('answer_feedback',
    sa.Column('message_id', sa.Uuid(), nullable=False),
    sa.Column('has_helped', sa.Boolean(), nullable=False),
    sa.Column('missing', sa.String(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['message_id'], ['messages.id'], name=op.f('fk_answer_feedback_message_id_messages'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('message_id', name=op.f('pk_answer_feedback'))
    )
    op.create_table('surveys',
    sa.Column('conversation_id', sa.Uuid(), nullable=False),
    sa.Column('token_hash', sa.LargeBinary(), nullable=False),
    sa.Column('got_help', sa.String(), nullable=True),
    sa.Column('ease', sa.SmallInteger(), nullable=True),
    sa.Column('comment', sa.String(), nullable=True),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("ease BETWEEN 1 AND 5", name=op.f('ck_surveys_ease')),
    sa.CheckConstraint("got_help IN ('yes', 'partly', 'no')", name=op.f('ck_surveys_got_help')),
    sa.ForeignKeyConstraint(['conversation_id'], ['conversations.id'], name=op.f('fk_surveys_conversation_id_conversations'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('conversation_id', name=op.f('pk_surveys'))
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table('surveys')
    op.drop_table('answer_feedback')
    op.drop_column('article_versions', 'easy_text')
    for name in ('read_by_staff', 'read_by_resident', 'came_from', 'site'):
        op.drop_column('conversations', name)
