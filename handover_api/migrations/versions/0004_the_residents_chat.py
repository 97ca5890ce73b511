"""the resident's chat: sites, what has been read, what residents think of answers, easy Swedish"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = '0004'
down_revision: str | None = '0003'
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


# The steps of the protocol before and after this migration; `withdrawn` is new.
_STEPS = "'handover_asked', 'claimed', 'returned_to_queue', 'handed_back', 'left_to_be_answered', 'closed', 'transferred', 'taken_over', 'forwarded', 'follow_up_due', 'department_answered', 'priority_raised', 'overflowed', 'contact_left', 'case_closed'"
_STEPS_NOW = _STEPS.replace("'handed_back'", "'handed_back', 'withdrawn'")


def _allow_steps(steps: str) -> None:
    op.drop_constraint(op.f('ck_conversation_events_event'), 'conversation_events')
    op.create_check_constraint(op.f('ck_conversation_events_event'), 'conversation_events', f"event IN ({steps})")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _allow_steps(_STEPS_NOW)
    op.add_column('conversations', sa.Column('chosen_language', sa.String(), nullable=True))
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
    op.create_table('transcript_requests',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('conversation_id', sa.Uuid(), nullable=False),
    sa.Column('address', sa.String(), nullable=True),
    sa.Column('last_seq', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['conversation_id'], ['conversations.id'], name=op.f('fk_transcript_requests_conversation_id_conversations'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_transcript_requests'))
    )
    op.create_index(op.f('ix_transcript_requests_conversation_id'), 'transcript_requests', ['conversation_id'], unique=False)
    op.create_table('surveys',
    sa.Column('conversation_id', sa.Uuid(), nullable=False),
    sa.Column('token_hash', sa.LargeBinary(), nullable=True),
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
    # Nearest in meaning of what there was: the bot has the conversation again. Versions keep their numbers.
    op.execute("UPDATE conversation_events SET event = 'handed_back' WHERE event = 'withdrawn'")
    _allow_steps(_STEPS)
    op.drop_table('surveys')
    op.drop_table('transcript_requests')
    op.drop_table('answer_feedback')
    op.drop_column('article_versions', 'easy_text')
    for name in ('read_by_staff', 'read_by_resident', 'came_from', 'site', 'chosen_language'):
        op.drop_column('conversations', name)
