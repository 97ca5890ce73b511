"""the agents' desk: ready answers, ticked checklists, how a case was finished, what editors are told, notices, switches"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = '0005'
down_revision: str | None = '0004'
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


# `bot_off` is new.
_REASONS = "'unsure', 'asked_for_person', 'language', 'handover_topic', 'personal_matter', 'urgent_topic', 'article_missing', 'article_expired', 'failure'"


def _allow_reasons(reasons: str) -> None:
    for table in ('cases', 'handovers'):
        op.drop_constraint(op.f(f'ck_{table}_reason'), table, type_='check')
        op.create_check_constraint(op.f(f'ck_{table}_reason'), table, f"reason IN ({reasons})")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _allow_reasons(f"{_REASONS}, 'bot_off'")
    op.create_index('ix_cases_waiting_since', 'cases', ['waiting_since'], unique=False)
    op.create_index('ix_cases_due_at', 'cases', ['due_at'], unique=False, postgresql_where=sa.text('due_at IS NOT NULL'))
    op.create_table('crisis_messages',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('text_en', sa.String(), server_default='', nullable=False),
    sa.Column('shown_by', sa.Uuid(), nullable=False),
    sa.Column('shown_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_by', sa.Uuid(), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['ended_by'], ['staff.id'], name=op.f('fk_crisis_messages_ended_by_staff')),
    sa.ForeignKeyConstraint(['shown_by'], ['staff.id'], name=op.f('fk_crisis_messages_shown_by_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_crisis_messages'))
    )
    op.create_index('uq_crisis_messages_shown', 'crisis_messages', ['ended_at'], unique=True, postgresql_where=sa.text('ended_at IS NULL'), postgresql_nulls_not_distinct=True)
    op.create_table('bot_switches',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('answer_group', sa.String(), nullable=True),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('off_by', sa.Uuid(), nullable=False),
    sa.Column('off_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('on_by', sa.Uuid(), nullable=True),
    sa.Column('on_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['answer_group'], ['answer_groups.id'], name=op.f('fk_bot_switches_answer_group_answer_groups')),
    sa.ForeignKeyConstraint(['off_by'], ['staff.id'], name=op.f('fk_bot_switches_off_by_staff')),
    sa.ForeignKeyConstraint(['on_by'], ['staff.id'], name=op.f('fk_bot_switches_on_by_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bot_switches'))
    )
    op.create_index('uq_bot_switches_off', 'bot_switches', ['answer_group'], unique=True, postgresql_where=sa.text('on_at IS NULL'), postgresql_nulls_not_distinct=True)
    _what_the_staff_choose()
    _what_residents_leave_in_forms()
    _how_a_case_was_finished()
    _what_editors_are_told()
    _answers_at_hand()


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table('bot_switches')
    op.drop_table('crisis_messages')
    op.drop_index('ix_cases_due_at', table_name='cases', postgresql_where=sa.text('due_at IS NOT NULL'))
    op.drop_index('ix_cases_waiting_since', table_name='cases')
    # Nearest in meaning of what there was.
    op.execute("UPDATE handovers SET reason = 'failure' WHERE reason = 'bot_off'")
    op.execute("UPDATE cases SET reason = 'failure' WHERE reason = 'bot_off'")
    _allow_reasons(_REASONS)
    _forget_what_the_staff_chose()
    op.drop_table('left_details')
    _put_answers_away()
    op.drop_table('editor_inbox')
    _forget_how_cases_were_finished()


def _what_the_staff_choose() -> None:
    op.add_column('staff', sa.Column('sound', sa.String(), server_default=sa.text("'off'"), nullable=False))
    op.add_column('staff', sa.Column('notifications', sa.String(), server_default=sa.text("'off'"), nullable=False))
    op.add_column('staff', sa.Column('has_shortcuts', sa.Boolean(), server_default=sa.text('false'), nullable=False))
    for name in ('sound', 'notifications'):
        op.create_check_constraint(op.f(f'ck_staff_{name}'), 'staff', f"{name} IN ('off', 'cases', 'all')")


def _forget_what_the_staff_chose() -> None:
    for name in ('sound', 'notifications'):
        op.drop_constraint(op.f(f'ck_staff_{name}'), 'staff')
    for name in ('has_shortcuts', 'notifications', 'sound'):
        op.drop_column('staff', name)


def _what_residents_leave_in_forms() -> None:
    op.create_table('left_details',
    sa.Column('message_id', sa.Uuid(), nullable=False),
    sa.Column('email', sa.String(), nullable=True),
    sa.Column('telephone', sa.String(), nullable=True),
    sa.Column('name', sa.String(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("coalesce(email, telephone, name) IS NOT NULL", name=op.f('ck_left_details_something_left')),
    sa.ForeignKeyConstraint(['message_id'], ['messages.id'], name=op.f('fk_left_details_message_id_messages'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('message_id', name=op.f('pk_left_details'))
    )


def _how_a_case_was_finished() -> None:
    op.add_column('cases', sa.Column('channel', sa.String(), server_default=sa.text("'chat'"), nullable=False))
    op.add_column('cases', sa.Column('category_area', sa.String(), nullable=True))
    op.add_column('cases', sa.Column('category', sa.String(), nullable=True))
    op.add_column('cases', sa.Column('rosa_level', sa.SmallInteger(), nullable=True))
    op.create_foreign_key(op.f('fk_cases_category_topics'), 'cases', 'topics', ['category'], ['id'])
    op.create_check_constraint(op.f('ck_cases_channel'), 'cases', "channel IN ('chat', 'telephone', 'email', 'visit')")
    op.create_check_constraint(op.f('ck_cases_rosa_level'), 'cases', "rosa_level BETWEEN 1 AND 8")
    op.create_check_constraint(op.f('ck_cases_category_has_area'), 'cases', "(category IS NOT NULL) <= (category_area IS NOT NULL)")
    op.create_check_constraint(op.f('ck_cases_registered_is_closed'), 'cases', "(channel <> 'chat') <= (state = 'closed')")
    op.create_index('ix_cases_registered', 'cases', ['owner_id', 'created_at'], unique=False, postgresql_where=sa.text("channel <> 'chat'"))


def _forget_how_cases_were_finished() -> None:
    op.drop_index('ix_cases_registered', table_name='cases', postgresql_where=sa.text("channel <> 'chat'"))
    for name in ('registered_is_closed', 'category_has_area', 'rosa_level', 'channel'):
        op.drop_constraint(op.f(f'ck_cases_{name}'), 'cases')
    for name in ('rosa_level', 'category', 'category_area', 'channel'):
        op.drop_column('cases', name)


def _what_editors_are_told() -> None:
    op.create_table('editor_inbox',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('topic', sa.String(), nullable=True),
    sa.Column('article_version', sa.Integer(), nullable=True),
    sa.Column('question', sa.String(), nullable=False),
    sa.Column('remark', sa.String(), nullable=True),
    sa.Column('told_by', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('handled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('handled_by', sa.Uuid(), nullable=True),
    sa.CheckConstraint("(handled_at IS NULL) = (handled_by IS NULL)", name=op.f('ck_editor_inbox_handled')),
    sa.CheckConstraint("(kind <> 'article_needed') <= (topic IS NOT NULL)", name=op.f('ck_editor_inbox_topic_of_kind')),
    sa.CheckConstraint("kind IN ('known_topic', 'article_needed', 'article_wrong')", name=op.f('ck_editor_inbox_kind')),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_editor_inbox_case_id_cases'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['handled_by'], ['staff.id'], name=op.f('fk_editor_inbox_handled_by_staff')),
    sa.ForeignKeyConstraint(['told_by'], ['staff.id'], name=op.f('fk_editor_inbox_told_by_staff')),
    sa.ForeignKeyConstraint(['topic'], ['topics.id'], name=op.f('fk_editor_inbox_topic_topics')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_editor_inbox'))
    )
    op.create_index(op.f('ix_editor_inbox_case_id'), 'editor_inbox', ['case_id'], unique=False)
    op.create_index('ix_editor_inbox_open', 'editor_inbox', ['created_at'], unique=False, postgresql_where=sa.text('handled_at IS NULL'))
    op.create_index('ix_editor_inbox_handled', 'editor_inbox', ['handled_at'], unique=False, postgresql_where=sa.text('handled_at IS NOT NULL'))


def _searched(expression: str) -> sa.Column[str]:
    return sa.Column('searched', postgresql.TSVECTOR(), sa.Computed(expression, persisted=True), nullable=False)


def _answers_at_hand() -> None:
    title, text = "setweight(to_tsvector('swedish', title), 'A')", "setweight(to_tsvector('swedish', text), 'B')"
    op.add_column('topics', _searched(title))
    op.create_index('ix_topics_searched', 'topics', ['searched'], unique=False, postgresql_using='gin')
    op.add_column('article_versions', _searched(text))
    op.create_index('ix_article_versions_searched', 'article_versions', ['searched'], unique=False, postgresql_using='gin')
    op.create_table('ready_answers',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('answer_group', sa.String(), nullable=True),
    sa.Column('is_active', sa.Boolean(), server_default=sa.text('true'), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.Column('changed_by', sa.Uuid(), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    _searched(f"{title} || {text}"),
    sa.ForeignKeyConstraint(['changed_by'], ['staff.id'], name=op.f('fk_ready_answers_changed_by_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ready_answers'))
    )
    op.create_index('ix_ready_answers_searched', 'ready_answers', ['searched'], unique=False, postgresql_using='gin')
    op.create_table('checklist_ticks',
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('step', sa.String(), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=False),
    sa.Column('ticked_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_checklist_ticks_case_id_cases'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_checklist_ticks_staff_id_staff')),
    sa.PrimaryKeyConstraint('case_id', 'step', name=op.f('pk_checklist_ticks'))
    )


def _put_answers_away() -> None:
    op.drop_table('checklist_ticks')
    op.drop_table('ready_answers')
    for table in ('article_versions', 'topics'):
        op.drop_index(f'ix_{table}_searched', table_name=table)
        op.drop_column(table, 'searched')
