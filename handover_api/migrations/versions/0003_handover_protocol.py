"""the handover protocol: events, groups, presence, offers, asynchronous cases, and what is sent outside"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
revision: str = '0003'
down_revision: str | None = '0002'
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

OLD_STATES = "state IN ('with_bot', 'waiting', 'with_agent', 'closed')"
STATES = "state IN ('with_bot', 'waiting', 'with_agent', 'asynchronous', 'closed')"
OLD_CASE_STATES = "state IN ('waiting', 'assigned', 'answered', 'closed')"
CASE_STATES = "state IN ('waiting', 'assigned', 'forwarded', 'answered', 'closed')"
OLD_PRIORITIES = "priority IN ('urgent', 'normal')"
PRIORITIES = "priority IN ('urgent', 'due_soon', 'normal', 'can_wait')"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table('answer_groups',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('skills', postgresql.ARRAY(sa.String()), server_default=sa.text("'{}'"), nullable=False),
    sa.Column('is_closed_on_holidays', sa.Boolean(), server_default=sa.text('true'), nullable=False),
    sa.Column('overflow_to', sa.String(), nullable=True),
    sa.Column('overflow_after_minutes', sa.Integer(), nullable=True),
    sa.Column('patience_minutes', sa.Integer(), server_default=sa.text('10'), nullable=False),
    sa.Column('due_working_days', sa.Integer(), server_default=sa.text('2'), nullable=False),
    sa.ForeignKeyConstraint(['overflow_to'], ['answer_groups.id'], name=op.f('fk_answer_groups_overflow_to_answer_groups')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_answer_groups'))
    )
    op.create_table('departments',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('email', sa.String(), nullable=True),
    sa.Column('uses_case_system', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_departments'))
    )
    op.create_table('outgoing',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('lane', sa.String(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('payload', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('next_attempt_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('lease_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('problem', sa.String(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state IN ('pending', 'done', 'given_up')", name=op.f('ck_outgoing_state')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outgoing')),
    sa.UniqueConstraint('key', name=op.f('uq_outgoing_key'))
    )
    op.create_index('ix_outgoing_pending', 'outgoing', ['next_attempt_at'], unique=False, postgresql_where=sa.text("state = 'pending'"))
    op.create_table('queue_waits',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('answer_group', sa.String(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('entered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('claimed_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_queue_waits'))
    )
    op.create_index('ix_queue_waits_latest', 'queue_waits', ['answer_group', 'claimed_at'], unique=False)
    op.create_table('received_webhooks',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_received_webhooks'))
    )
    op.create_table('webhook_subscriptions',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('url', sa.String(), nullable=False),
    sa.Column('secret', sa.String(), nullable=False),
    sa.Column('events', postgresql.ARRAY(sa.String()), server_default=sa.text("'{}'"), nullable=False),
    sa.Column('is_active', sa.Boolean(), server_default=sa.text('true'), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_webhook_subscriptions'))
    )
    op.create_table('conversation_events',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('conversation_id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('event', sa.String(), nullable=False),
    sa.Column('before', sa.String(), nullable=False),
    sa.Column('after', sa.String(), nullable=False),
    sa.Column('actor_kind', sa.String(), nullable=False),
    sa.Column('actor_id', sa.Uuid(), nullable=True),
    sa.Column('reason', sa.String(), nullable=True),
    sa.Column('case_reference', sa.String(), nullable=True),
    sa.Column('evidence', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("after IN ('with_bot', 'waiting', 'with_agent', 'asynchronous', 'closed')", name=op.f('ck_conversation_events_after')),
    sa.CheckConstraint("before IN ('with_bot', 'waiting', 'with_agent', 'asynchronous', 'closed')", name=op.f('ck_conversation_events_before')),
    sa.CheckConstraint("event IN ('handover_asked', 'claimed', 'returned_to_queue', 'handed_back', 'left_to_be_answered', 'closed', 'transferred', 'taken_over', 'forwarded', 'follow_up_due', 'department_answered', 'priority_raised', 'overflowed', 'contact_left', 'case_closed')", name=op.f('ck_conversation_events_event')),
    sa.ForeignKeyConstraint(['conversation_id'], ['conversations.id'], name=op.f('fk_conversation_events_conversation_id_conversations'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_conversation_events')),
    sa.UniqueConstraint('conversation_id', 'version', name=op.f('uq_conversation_events_conversation_id_version'))
    )
    op.create_index(op.f('ix_conversation_events_case_reference'), 'conversation_events', ['case_reference'], unique=False)
    op.create_table('conversation_keys',
    sa.Column('token_hash', sa.LargeBinary(), nullable=False),
    sa.Column('conversation_id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['conversation_id'], ['conversations.id'], name=op.f('fk_conversation_keys_conversation_id_conversations'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('token_hash', name=op.f('pk_conversation_keys'))
    )
    op.create_index(op.f('ix_conversation_keys_conversation_id'), 'conversation_keys', ['conversation_id'], unique=False)
    op.create_table('deeds',
    sa.Column('staff_id', sa.Uuid(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('action', sa.String(), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_deeds_staff_id_staff'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('staff_id', 'key', name=op.f('pk_deeds'))
    )
    op.create_table('due_times',
    sa.Column('topic', sa.String(), nullable=False),
    sa.Column('working_days', sa.Integer(), nullable=False),
    sa.CheckConstraint('working_days > 0', name=op.f('ck_due_times_working_days')),
    sa.ForeignKeyConstraint(['topic'], ['topics.id'], name=op.f('fk_due_times_topic_topics')),
    sa.PrimaryKeyConstraint('topic', name=op.f('pk_due_times'))
    )
    op.create_table('opening_exceptions',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('answer_group', sa.String(), nullable=True),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('opens_minute', sa.Integer(), nullable=True),
    sa.Column('closes_minute', sa.Integer(), nullable=True),
    sa.Column('note', sa.String(), nullable=False),
    sa.CheckConstraint('(opens_minute IS NULL AND closes_minute IS NULL) OR (opens_minute >= 0 AND closes_minute <= 1440 AND opens_minute < closes_minute)', name=op.f('ck_opening_exceptions_minutes')),
    sa.ForeignKeyConstraint(['answer_group'], ['answer_groups.id'], name=op.f('fk_opening_exceptions_answer_group_answer_groups')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_opening_exceptions')),
    sa.UniqueConstraint('answer_group', 'day', name=op.f('uq_opening_exceptions_answer_group_day'), postgresql_nulls_not_distinct=True)
    )
    op.create_table('opening_hours',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('answer_group', sa.String(), nullable=True),
    sa.Column('weekday', sa.Integer(), nullable=False),
    sa.Column('opens_minute', sa.Integer(), nullable=False),
    sa.Column('closes_minute', sa.Integer(), nullable=False),
    sa.CheckConstraint('opens_minute >= 0 AND closes_minute <= 1440 AND opens_minute < closes_minute', name=op.f('ck_opening_hours_minutes')),
    sa.CheckConstraint('weekday BETWEEN 0 AND 6', name=op.f('ck_opening_hours_weekday')),
    sa.ForeignKeyConstraint(['answer_group'], ['answer_groups.id'], name=op.f('fk_opening_hours_answer_group_answer_groups')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_opening_hours')),
    sa.UniqueConstraint('answer_group', 'weekday', 'opens_minute', name=op.f('uq_opening_hours_answer_group_weekday_opens_minute'), postgresql_nulls_not_distinct=True)
    )
    op.create_table('presences',
    sa.Column('staff_id', sa.Uuid(), nullable=False),
    sa.Column('status', sa.String(), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('lease_until', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_assigned_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("status IN ('available', 'on_break')", name=op.f('ck_presences_status')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_presences_staff_id_staff'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('staff_id', name=op.f('pk_presences'))
    )
    op.create_table('contact_details',
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('channel', sa.String(), nullable=False),
    sa.Column('address', sa.String(), nullable=True),
    sa.Column('name', sa.String(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("(channel = 'anonymous') = (address IS NULL)", name=op.f('ck_contact_details_address_of_channel')),
    sa.CheckConstraint("channel IN ('email', 'sms', 'telephone', 'anonymous')", name=op.f('ck_contact_details_channel')),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_contact_details_case_id_cases'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('case_id', name=op.f('pk_contact_details'))
    )
    op.create_index('ix_contact_details_address', 'contact_details', ['channel', 'address'], unique=False)
    op.create_table('offers',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=False),
    sa.Column('outcome', sa.String(), nullable=False),
    sa.Column('offered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("outcome IN ('open', 'accepted', 'declined', 'expired', 'withdrawn')", name=op.f('ck_offers_outcome')),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_offers_case_id_cases'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_offers_staff_id_staff'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_offers'))
    )
    op.create_index(op.f('ix_offers_case_id'), 'offers', ['case_id'], unique=False)
    op.create_index('ix_offers_open_staff', 'offers', ['staff_id'], unique=False, postgresql_where=sa.text("outcome = 'open'"))
    op.create_index('ix_offers_latest', 'offers', ['staff_id', 'offered_at'], unique=False)
    op.create_index('uq_offers_open_case', 'offers', ['case_id'], unique=True, postgresql_where=sa.text("outcome = 'open'"))
    op.add_column('cases', sa.Column('skills', postgresql.ARRAY(sa.String()), server_default=sa.text("'{}'"), nullable=False))
    op.add_column('cases', sa.Column('department', sa.String(), nullable=True))
    op.add_column('cases', sa.Column('external_id', sa.String(), nullable=True))
    op.add_column('cases', sa.Column('related_to', sa.Uuid(), nullable=True))
    op.add_column('conversations', sa.Column('code_hash', sa.LargeBinary(), nullable=True))
    op.add_column('cases', sa.Column('contact_offered_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('cases', sa.Column('in_group_since', sa.DateTime(timezone=True), nullable=True))
    op.execute('UPDATE cases SET in_group_since = waiting_since')
    op.alter_column('cases', 'in_group_since', nullable=False)
    op.add_column('cases', sa.Column('started_at_position', sa.Integer(), nullable=True))
    op.add_column('cases', sa.Column('due_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('cases', sa.Column('follow_up_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('cases', sa.Column('follow_up_level', sa.Integer(), server_default=sa.text('0'), nullable=False))
    op.drop_index(op.f('ix_cases_queue'), table_name='cases', postgresql_where=sa.text("state = 'waiting'"))
    op.create_index('ix_cases_queue', 'cases', ['answer_group', 'priority_rank', 'waiting_since', 'id'], unique=False, postgresql_where=sa.text("state = 'waiting'"))
    op.create_index('ix_cases_due', 'cases', ['due_at'], unique=False, postgresql_where=sa.text("state IN ('waiting', 'assigned')"))
    op.create_index('ix_cases_with_leads', 'cases', ['due_at'], unique=False, postgresql_where=sa.text("follow_up_level = 2 AND state <> 'closed'"))
    op.create_index('ix_cases_follow_up', 'cases', ['follow_up_at'], unique=False, postgresql_where=sa.text("state IN ('assigned', 'forwarded')"))
    op.create_index(op.f('ix_cases_related_to'), 'cases', ['related_to'], unique=False)
    op.create_index('ix_cases_whole_queue', 'cases', ['priority_rank', 'waiting_since', 'id'], unique=False, postgresql_where=sa.text("state = 'waiting'"))
    op.create_foreign_key(op.f('fk_cases_department_departments'), 'cases', 'departments', ['department'], ['id'])
    op.create_foreign_key(op.f('fk_cases_related_to_cases'), 'cases', 'cases', ['related_to'], ['id'])
    op.drop_column('cases', 'version')
    op.add_column('staff', sa.Column('answer_groups', postgresql.ARRAY(sa.String()), server_default=sa.text("'{}'"), nullable=False))
    op.add_column('staff', sa.Column('languages', postgresql.ARRAY(sa.String()), server_default=sa.text("'{sv}'"), nullable=False))
    op.add_column('staff', sa.Column('skills', postgresql.ARRAY(sa.String()), server_default=sa.text("'{}'"), nullable=False))
    op.add_column('staff', sa.Column('capacity', sa.Integer(), server_default=sa.text('3'), nullable=False))
    _replace_check('conversations', 'state', STATES)
    op.create_index('ix_conversations_in_hand', 'conversations', ['state'], unique=False, postgresql_where=sa.text("state IN ('waiting', 'with_agent', 'asynchronous')"))
    _replace_check('cases', 'state', CASE_STATES)
    _replace_check('cases', 'priority', PRIORITIES)
    op.execute("UPDATE cases SET priority_rank = 2 WHERE priority = 'normal'")
    op.create_check_constraint(op.f('ck_cases_forwarded_has_owner'), 'cases', "(state = 'forwarded') <= (owner_id IS NOT NULL)")
    op.create_check_constraint(op.f('ck_cases_forwarded_has_department'), 'cases', "(state = 'forwarded') <= (department IS NOT NULL)")
    op.create_check_constraint(op.f('ck_cases_forwarded_has_follow_up'), 'cases', "(state = 'forwarded') <= (follow_up_at IS NOT NULL)")
    op.create_check_constraint(op.f('ck_staff_capacity'), 'staff', 'capacity BETWEEN 1 AND 20')
    op.drop_index('ix_cases_owner', table_name='cases')
    op.create_index('ix_cases_owner', 'cases', ['owner_id'], unique=False, postgresql_where=sa.text("state IN ('assigned', 'forwarded')"))


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index('ix_conversations_in_hand', table_name='conversations', postgresql_where=sa.text("state IN ('waiting', 'with_agent', 'asynchronous')"))
    # What the older version does not know: nobody waits any longer, or somebody's follow-up becomes an ordinary case.
    op.execute("UPDATE cases SET state = 'assigned' WHERE state = 'forwarded'")
    op.execute("UPDATE cases SET priority = 'normal' WHERE priority IN ('due_soon', 'can_wait')")
    op.execute("UPDATE cases SET priority_rank = 1 WHERE priority = 'normal'")
    op.execute(
        "UPDATE conversations SET state = CASE WHEN EXISTS (SELECT FROM cases WHERE conversation_id = conversations.id "
        "AND cases.state = 'waiting') THEN 'waiting' ELSE 'with_agent' END WHERE state = 'asynchronous'"
    )
    op.drop_constraint(op.f('ck_staff_capacity'), 'staff', type_='check')
    op.drop_constraint(op.f('ck_cases_forwarded_has_follow_up'), 'cases', type_='check')
    op.drop_constraint(op.f('ck_cases_forwarded_has_department'), 'cases', type_='check')
    op.drop_constraint(op.f('ck_cases_forwarded_has_owner'), 'cases', type_='check')
    op.drop_index('ix_cases_owner', table_name='cases')
    op.create_index('ix_cases_owner', 'cases', ['owner_id'], unique=False, postgresql_where=sa.text("state = 'assigned'"))
    _replace_check('cases', 'priority', OLD_PRIORITIES)
    _replace_check('cases', 'state', OLD_CASE_STATES)
    _replace_check('conversations', 'state', OLD_STATES)
    op.drop_column('staff', 'capacity')
    op.drop_column('staff', 'skills')
    op.drop_column('staff', 'languages')
    op.drop_column('staff', 'answer_groups')
    op.add_column('cases', sa.Column('version', sa.INTEGER(), autoincrement=False, nullable=False, server_default='1'))
    op.alter_column('cases', 'version', server_default=None)
    op.drop_constraint(op.f('fk_cases_related_to_cases'), 'cases', type_='foreignkey')
    op.drop_constraint(op.f('fk_cases_department_departments'), 'cases', type_='foreignkey')
    op.drop_index('ix_cases_whole_queue', table_name='cases', postgresql_where=sa.text("state = 'waiting'"))
    op.drop_index(op.f('ix_cases_related_to'), table_name='cases')
    op.drop_index('ix_cases_with_leads', table_name='cases', postgresql_where=sa.text("follow_up_level = 2 AND state <> 'closed'"))
    op.drop_index('ix_cases_follow_up', table_name='cases', postgresql_where=sa.text("state IN ('assigned', 'forwarded')"))
    op.drop_index('ix_cases_due', table_name='cases', postgresql_where=sa.text("state IN ('waiting', 'assigned')"))
    op.drop_index('ix_cases_queue', table_name='cases', postgresql_where=sa.text("state = 'waiting'"))
    op.create_index(op.f('ix_cases_queue'), 'cases', ['answer_group', 'priority_rank', 'waiting_since'], unique=False, postgresql_where=sa.text("state = 'waiting'"))
    op.drop_column('cases', 'follow_up_level')
    op.drop_column('cases', 'follow_up_at')
    op.drop_column('cases', 'due_at')
    op.drop_column('cases', 'started_at_position')
    op.drop_column('cases', 'in_group_since')
    op.drop_column('cases', 'contact_offered_at')
    op.drop_column('conversations', 'code_hash')
    op.drop_column('cases', 'related_to')
    op.drop_column('cases', 'external_id')
    op.drop_column('cases', 'department')
    op.drop_column('cases', 'skills')
    op.drop_index('uq_offers_open_case', table_name='offers', postgresql_where=sa.text("outcome = 'open'"))
    op.drop_index('ix_offers_latest', table_name='offers')
    op.drop_index('ix_offers_open_staff', table_name='offers', postgresql_where=sa.text("outcome = 'open'"))
    op.drop_index(op.f('ix_offers_case_id'), table_name='offers')
    op.drop_table('offers')
    op.drop_index('ix_contact_details_address', table_name='contact_details')
    op.drop_table('contact_details')
    op.drop_table('presences')
    op.drop_table('opening_hours')
    op.drop_table('opening_exceptions')
    op.drop_table('due_times')
    op.drop_table('deeds')
    op.drop_index(op.f('ix_conversation_keys_conversation_id'), table_name='conversation_keys')
    op.drop_table('conversation_keys')
    op.drop_index(op.f('ix_conversation_events_case_reference'), table_name='conversation_events')
    op.drop_table('conversation_events')
    op.drop_table('webhook_subscriptions')
    op.drop_table('received_webhooks')
    op.drop_index('ix_queue_waits_latest', table_name='queue_waits')
    op.drop_table('queue_waits')
    op.drop_index('ix_outgoing_pending', table_name='outgoing', postgresql_where=sa.text("state = 'pending'"))
    op.drop_table('outgoing')
    op.drop_table('departments')
    op.drop_table('answer_groups')


def _replace_check(table: str, column: str, condition: str) -> None:
    op.drop_constraint(op.f(f'ck_{table}_{column}'), table, type_='check')
    op.create_check_constraint(op.f(f'ck_{table}_{column}'), table, condition)
