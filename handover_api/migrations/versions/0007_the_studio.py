"""the editors' studio: drafts of articles, who wrote and reviewed a version, all that the content files say; and models"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = '0007'
down_revision: str | None = '0006'
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _what_the_files_say()
    _drafts()
    _models()
    _trainings()
    _examinations()
    _phrases()
    _questions()
    _content_imports()
    _topics_and_facts_kept_by_editors()
    _digests()
    _shadow()


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _forget_what_editors_keep()
    for table in ('content_import_items', 'content_import_files', 'content_imports'):
        op.drop_table(table)
    for table in ('shadow_decisions', 'shadow_runs', 'digest_choices', 'regression_questions', 'asked_questions', 'phrases', 'model_examinations', 'training_runs', 'bot_followers', 'bot_model_events', 'bot_models'):
        op.drop_table(table)
    op.drop_table('article_drafts')
    _forget_what_the_files_say()


def _what_the_files_say() -> None:
    op.add_column('topics', sa.Column('position', sa.Integer(), server_default='0', nullable=False))
    for name in ('must_contain', 'legal_basis', 'seed_ref', 'hard_negatives'):
        op.add_column('topics', sa.Column(name, sa.String(), server_default='', nullable=False))
    op.add_column('local_facts', sa.Column('position', sa.Integer(), server_default='0', nullable=False))
    op.add_column('local_facts', sa.Column('heading', sa.String(), server_default='', nullable=False))
    op.add_column('article_versions', sa.Column('english_text', sa.String(), server_default='', nullable=False))
    for name in ('author_id', 'reviewer_id'):
        op.add_column('article_versions', sa.Column(name, sa.Uuid(), nullable=True))
        op.create_foreign_key(op.f(f'fk_article_versions_{name}_staff'), 'article_versions', 'staff', [name], ['id'])


def _forget_what_the_files_say() -> None:
    for name in ('reviewer_id', 'author_id'):
        op.drop_constraint(op.f(f'fk_article_versions_{name}_staff'), 'article_versions')
        op.drop_column('article_versions', name)
    op.drop_column('article_versions', 'english_text')
    for name in ('heading', 'position'):
        op.drop_column('local_facts', name)
    for name in ('hard_negatives', 'seed_ref', 'legal_basis', 'must_contain', 'position'):
        op.drop_column('topics', name)


def _drafts() -> None:
    op.create_table('article_drafts',
    sa.Column('topic', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('based_on', sa.Integer(), nullable=True),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('easy_text', sa.String(), nullable=False),
    sa.Column('english_text', sa.String(), nullable=False),
    sa.Column('checklist', sa.String(), nullable=False),
    sa.Column('department', sa.String(), nullable=False),
    sa.Column('sources', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('next_steps', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('review_by', sa.Date(), nullable=True),
    sa.Column('publish_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('begun_by', sa.Uuid(), nullable=False),
    sa.Column('begun_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('written_by', sa.Uuid(), nullable=False),
    sa.Column('written_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sent_by', sa.Uuid(), nullable=True),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reviewed_by', sa.Uuid(), nullable=True),
    sa.Column('reviewed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('remark', sa.String(), server_default='', nullable=False),
    sa.CheckConstraint("state IN ('draft', 'in_review', 'sent_back', 'scheduled')", name=op.f('ck_article_drafts_state')),
    sa.CheckConstraint("(state IN ('draft', 'sent_back')) OR (sent_by IS NOT NULL AND sent_at IS NOT NULL AND review_by IS NOT NULL)", name=op.f('ck_article_drafts_sent_is_whole')),
    sa.CheckConstraint("(state = 'scheduled') <= (publish_at IS NOT NULL AND reviewed_by IS NOT NULL AND reviewed_at IS NOT NULL)", name=op.f('ck_article_drafts_scheduled_is_reviewed')),
    sa.CheckConstraint("(state IN ('draft', 'sent_back')) OR (written_by IS DISTINCT FROM reviewed_by AND sent_by IS DISTINCT FROM reviewed_by)", name=op.f('ck_article_drafts_two_people')),
    sa.ForeignKeyConstraint(['begun_by'], ['staff.id'], name=op.f('fk_article_drafts_begun_by_staff')),
    sa.ForeignKeyConstraint(['reviewed_by'], ['staff.id'], name=op.f('fk_article_drafts_reviewed_by_staff')),
    sa.ForeignKeyConstraint(['sent_by'], ['staff.id'], name=op.f('fk_article_drafts_sent_by_staff')),
    sa.ForeignKeyConstraint(['topic'], ['topics.id'], name=op.f('fk_article_drafts_topic_topics')),
    sa.ForeignKeyConstraint(['written_by'], ['staff.id'], name=op.f('fk_article_drafts_written_by_staff')),
    sa.PrimaryKeyConstraint('topic', name=op.f('pk_article_drafts'))
    )
    op.create_index('ix_article_drafts_scheduled', 'article_drafts', ['publish_at'], unique=False, postgresql_where=sa.text("state = 'scheduled'"))


def _models() -> None:
    op.create_table('bot_models',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('sha256', sa.String(), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('origin', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('content_version', sa.String(), nullable=False),
    sa.Column('measures', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('stored_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('trained_by', sa.Uuid(), nullable=True),
    sa.Column('used_by', sa.Uuid(), nullable=True),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state IN ('candidate', 'serving', 'retired', 'refused')", name=op.f('ck_bot_models_state')),
    sa.CheckConstraint("origin IN ('start', 'studio')", name=op.f('ck_bot_models_origin')),
    sa.ForeignKeyConstraint(['trained_by'], ['staff.id'], name=op.f('fk_bot_models_trained_by_staff')),
    sa.ForeignKeyConstraint(['used_by'], ['staff.id'], name=op.f('fk_bot_models_used_by_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bot_models')),
    sa.UniqueConstraint('sha256', name=op.f('uq_bot_models_sha256'))
    )
    op.create_index('uq_bot_models_serving', 'bot_models', ['state'], unique=True, postgresql_where=sa.text("state = 'serving'"))
    op.create_table('bot_model_events',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('model_id', sa.Uuid(), nullable=False),
    sa.Column('deed', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by', sa.Uuid(), nullable=True),
    sa.Column('reason', sa.String(), nullable=False),
    sa.CheckConstraint("deed IN ('stored', 'promoted', 'rolled_back', 'refused', 'not_loaded')", name=op.f('ck_bot_model_events_deed')),
    sa.ForeignKeyConstraint(['by'], ['staff.id'], name=op.f('fk_bot_model_events_by_staff')),
    sa.ForeignKeyConstraint(['model_id'], ['bot_models.id'], name=op.f('fk_bot_model_events_model_id_bot_models')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bot_model_events'))
    )
    op.create_index(op.f('ix_bot_model_events_model_id'), 'bot_model_events', ['model_id'], unique=False)
    op.create_table('bot_followers',
    sa.Column('process', sa.Uuid(), nullable=False),
    sa.Column('sha256', sa.String(), nullable=False),
    sa.Column('heard_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('process', name=op.f('pk_bot_followers'))
    )


def _trainings() -> None:
    op.create_table('training_runs',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('asked_by', sa.Uuid(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('heard_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('step', sa.String(), server_default='', nullable=False),
    sa.Column('expected_seconds', sa.Integer(), nullable=True),
    sa.Column('problems', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
    sa.Column('model_id', sa.Uuid(), nullable=True),
    sa.CheckConstraint("(state = 'done') = (model_id IS NOT NULL)", name=op.f('ck_training_runs_model')),
    sa.CheckConstraint("(state IN ('cancelling', 'queued', 'running')) = (ended_at IS NULL)", name=op.f('ck_training_runs_ended')),
    sa.CheckConstraint("state IN ('queued', 'running', 'cancelling', 'cancelled', 'failed', 'done')", name=op.f('ck_training_runs_state')),
    sa.ForeignKeyConstraint(['asked_by'], ['staff.id'], name=op.f('fk_training_runs_asked_by_staff')),
    sa.ForeignKeyConstraint(['model_id'], ['bot_models.id'], name=op.f('fk_training_runs_model_id_bot_models')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_training_runs'))
    )
    op.create_index('uq_training_runs_unfinished', 'training_runs', ['ended_at'], unique=True, postgresql_where=sa.text('ended_at IS NULL'), postgresql_nulls_not_distinct=True)


def _examinations() -> None:
    op.create_table('model_examinations',
    sa.Column('run_id', sa.Uuid(), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('compared_with', sa.Uuid(), nullable=True),
    sa.Column('found', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.ForeignKeyConstraint(['compared_with'], ['bot_models.id'], name=op.f('fk_model_examinations_compared_with_bot_models')),
    sa.ForeignKeyConstraint(['run_id'], ['training_runs.id'], name=op.f('fk_model_examinations_run_id_training_runs'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('run_id', name=op.f('pk_model_examinations'))
    )


def _questions() -> None:
    op.create_table('asked_questions',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('message_id', sa.Uuid(), nullable=False),
    sa.Column('conversation_id', sa.Uuid(), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('topic', sa.String(), nullable=True),
    sa.Column('confidence', sa.Float(), nullable=True),
    sa.Column('model_version', sa.String(), nullable=True),
    sa.Column('chosen_topic', sa.String(), nullable=True),
    sa.Column('lesson_id', sa.Uuid(), nullable=True),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('group_key', sa.Uuid(), nullable=True),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('assigned_topic', sa.String(), nullable=True),
    sa.Column('wish', sa.String(), nullable=True),
    sa.Column('handled_by', sa.Uuid(), nullable=True),
    sa.Column('handled_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("kind IN ('clarified', 'handed_over', 'unsure', 'not_helped', 'marked')", name=op.f('ck_asked_questions_kind')),
    sa.CheckConstraint("state IN ('open', 'assigned', 'topic_wished', 'set_aside')", name=op.f('ck_asked_questions_state')),
    sa.CheckConstraint("(state = 'open') = (handled_at IS NULL)", name=op.f('ck_asked_questions_handled')),
    sa.CheckConstraint("(handled_at IS NULL) = (handled_by IS NULL)", name=op.f('ck_asked_questions_handler')),
    sa.CheckConstraint("(state = 'assigned') = (assigned_topic IS NOT NULL)", name=op.f('ck_asked_questions_assigned')),
    sa.CheckConstraint("(state = 'topic_wished') = (wish IS NOT NULL)", name=op.f('ck_asked_questions_wished')),
    sa.CheckConstraint("state = 'open' OR group_key IS NOT NULL", name=op.f('ck_asked_questions_handled_as_group')),
    sa.ForeignKeyConstraint(['assigned_topic'], ['topics.id'], name=op.f('fk_asked_questions_assigned_topic_topics')),
    sa.ForeignKeyConstraint(['conversation_id'], ['conversations.id'], name=op.f('fk_asked_questions_conversation_id_conversations'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['handled_by'], ['staff.id'], name=op.f('fk_asked_questions_handled_by_staff')),
    sa.ForeignKeyConstraint(['lesson_id'], ['editor_inbox.id'], name=op.f('fk_asked_questions_lesson_id_editor_inbox'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['message_id'], ['messages.id'], name=op.f('fk_asked_questions_message_id_messages'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_asked_questions')),
    sa.UniqueConstraint('message_id', name=op.f('uq_asked_questions_message_id'))
    )
    for name in ('conversation_id', 'group_key', 'lesson_id'):
        op.create_index(op.f(f'ix_asked_questions_{name}'), 'asked_questions', [name], unique=False)
    op.create_index('ix_asked_questions_open', 'asked_questions', ['asked_at'], unique=False, postgresql_where=sa.text("state = 'open'"))
    op.create_index('ix_asked_questions_handled', 'asked_questions', ['handled_at'], unique=False, postgresql_where=sa.text("state <> 'open'"))
    op.create_table('regression_questions',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('expected_topic', sa.String(), nullable=False),
    sa.Column('added_by', sa.Uuid(), nullable=False),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('from_question', sa.Uuid(), nullable=True),
    sa.Column('from_group', sa.Uuid(), nullable=True),
    sa.Column('phrase_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['added_by'], ['staff.id'], name=op.f('fk_regression_questions_added_by_staff')),
    sa.ForeignKeyConstraint(['expected_topic'], ['topics.id'], name=op.f('fk_regression_questions_expected_topic_topics')),
    sa.ForeignKeyConstraint(['from_question'], ['asked_questions.id'], name=op.f('fk_regression_questions_from_question_asked_questions'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['phrase_id'], ['phrases.id'], name=op.f('fk_regression_questions_phrase_id_phrases'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_regression_questions')),
    sa.UniqueConstraint('text', name=op.f('uq_regression_questions_text'))
    )
    for name in ('expected_topic', 'from_group', 'from_question', 'phrase_id'):
        op.create_index(op.f(f'ix_regression_questions_{name}'), 'regression_questions', [name], unique=False)


def _phrases() -> None:
    op.create_table('phrases',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('topic', sa.String(), nullable=True),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('plain', sa.String(), nullable=False),
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('added_by', sa.Uuid(), nullable=True),
    sa.Column('removed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('removed_by', sa.Uuid(), nullable=True),
    sa.CheckConstraint("source IN ('seed', 'editor', 'question')", name=op.f('ck_phrases_source')),
    sa.CheckConstraint("(removed_at IS NULL) = (removed_by IS NULL)", name=op.f('ck_phrases_removed')),
    sa.CheckConstraint("(source = 'seed') = (added_by IS NULL)", name=op.f('ck_phrases_added_by')),
    sa.ForeignKeyConstraint(['topic'], ['topics.id'], name=op.f('fk_phrases_topic_topics')),
    sa.ForeignKeyConstraint(['added_by'], ['staff.id'], name=op.f('fk_phrases_added_by_staff')),
    sa.ForeignKeyConstraint(['removed_by'], ['staff.id'], name=op.f('fk_phrases_removed_by_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_phrases'))
    )
    op.create_index('uq_phrases_topic_plain', 'phrases', ['topic', 'plain'], unique=True, postgresql_nulls_not_distinct=True)
    op.create_index('ix_phrases_removed', 'phrases', ['removed_at'], unique=False, postgresql_where=sa.text('removed_at IS NOT NULL'))


def _digests() -> None:
    op.create_table('digest_choices',
    sa.Column('staff_id', sa.Uuid(), nullable=False),
    sa.Column('address', sa.String(), nullable=False),
    sa.Column('weekday', sa.SmallInteger(), nullable=False),
    sa.Column('owner', sa.String(), nullable=False),
    sa.Column('code', sa.String(), nullable=True),
    sa.Column('chosen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_on', sa.Date(), nullable=True),
    sa.Column('problem', sa.String(), nullable=True),
    sa.CheckConstraint('weekday BETWEEN 0 AND 6', name=op.f('ck_digest_choices_weekday')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_digest_choices_staff_id_staff'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('staff_id', name=op.f('pk_digest_choices'))
    )


def _topics_and_facts_kept_by_editors() -> None:
    op.add_column('topics', sa.Column('version', sa.Integer(), server_default='1', nullable=False))
    for name in ('edited_at', 'retired_at'):
        op.add_column('topics', sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.add_column('topics', sa.Column('edited_by', sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f('fk_topics_edited_by_staff'), 'topics', 'staff', ['edited_by'], ['id'])
    op.create_check_constraint(op.f('ck_topics_edited'), 'topics', '(edited_at IS NULL) = (edited_by IS NULL)')
    op.create_check_constraint(op.f('ck_topics_retired_by_somebody'), 'topics', 'retired_at IS NULL OR edited_at IS NOT NULL')
    op.create_table('local_fact_changes',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('before', sa.String(), nullable=True),
    sa.Column('after', sa.String(), nullable=True),
    sa.Column('changed_by', sa.Uuid(), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('before IS DISTINCT FROM after', name=op.f('ck_local_fact_changes_changed')),
    sa.ForeignKeyConstraint(['changed_by'], ['staff.id'], name=op.f('fk_local_fact_changes_changed_by_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_local_fact_changes'))
    )
    op.create_index(op.f('ix_local_fact_changes_name'), 'local_fact_changes', ['name'], unique=False)


def _forget_what_editors_keep() -> None:
    op.drop_table('local_fact_changes')
    op.drop_constraint(op.f('ck_topics_retired_by_somebody'), 'topics')
    op.drop_constraint(op.f('ck_topics_edited'), 'topics')
    op.drop_constraint(op.f('fk_topics_edited_by_staff'), 'topics')
    for name in ('edited_by', 'retired_at', 'edited_at', 'version'):
        op.drop_column('topics', name)


def _shadow() -> None:
    op.create_table('shadow_runs',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('model_id', sa.Uuid(), nullable=False),
    sa.Column('compared_with', sa.Uuid(), nullable=False),
    sa.Column('begun_by', sa.Uuid(), nullable=False),
    sa.Column('begun_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ending', sa.String(), nullable=True),
    sa.Column('dropped', sa.Integer(), server_default='0', nullable=False),
    sa.CheckConstraint("ending IN ('stopped', 'time_up', 'model_changed', 'refused', 'not_loaded')", name=op.f('ck_shadow_runs_ending')),
    sa.CheckConstraint("(ending IS NULL) = (ended_at IS NULL)", name=op.f('ck_shadow_runs_ended')),
    sa.ForeignKeyConstraint(['model_id'], ['bot_models.id'], name=op.f('fk_shadow_runs_model_id_bot_models')),
    sa.ForeignKeyConstraint(['compared_with'], ['bot_models.id'], name=op.f('fk_shadow_runs_compared_with_bot_models')),
    sa.ForeignKeyConstraint(['begun_by'], ['staff.id'], name=op.f('fk_shadow_runs_begun_by_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shadow_runs'))
    )
    op.create_index(op.f('ix_shadow_runs_model_id'), 'shadow_runs', ['model_id'], unique=False)
    op.create_index('uq_shadow_runs_unfinished', 'shadow_runs', ['ended_at'], unique=True, postgresql_where=sa.text('ended_at IS NULL'), postgresql_nulls_not_distinct=True)
    kinds = "('answer', 'guide', 'refer', 'clarify', 'chat', 'urgent', 'handover', 'failure')"
    op.create_table('shadow_decisions',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('run_id', sa.Uuid(), nullable=False),
    sa.Column('message_id', sa.Uuid(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('before_kind', sa.String(), nullable=False),
    sa.Column('before_topic', sa.String(), nullable=True),
    sa.Column('now_kind', sa.String(), nullable=False),
    sa.Column('now_topic', sa.String(), nullable=True),
    sa.Column('differs', sa.Boolean(), nullable=False),
    sa.CheckConstraint(f"before_kind IN {kinds}", name=op.f('ck_shadow_decisions_before_kind')),
    sa.CheckConstraint(f"now_kind IN {kinds}", name=op.f('ck_shadow_decisions_now_kind')),
    sa.ForeignKeyConstraint(['run_id'], ['shadow_runs.id'], name=op.f('fk_shadow_decisions_run_id_shadow_runs'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['message_id'], ['messages.id'], name=op.f('fk_shadow_decisions_message_id_messages'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shadow_decisions')),
    sa.UniqueConstraint('run_id', 'message_id', name=op.f('uq_shadow_decisions_run_id_message_id'))
    )
    op.create_index(op.f('ix_shadow_decisions_message_id'), 'shadow_decisions', ['message_id'], unique=False)


def _content_imports() -> None:
    op.create_table('content_imports',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('begun_by', sa.Uuid(), nullable=False),
    sa.Column('begun_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('asked_by', sa.Uuid(), nullable=True),
    sa.Column('handed_over_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('file_names', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('done', sa.Integer(), server_default='0', nullable=False),
    sa.Column('total', sa.Integer(), nullable=True),
    sa.Column('attempts', sa.Integer(), server_default='0', nullable=False),
    sa.Column('notes', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
    sa.CheckConstraint("state IN ('reading', 'ready', 'writing', 'done', 'cancelled', 'failed')", name=op.f('ck_content_imports_state')),
    sa.CheckConstraint("(state IN ('reading', 'writing') OR state = 'ready') = (ended_at IS NULL)", name=op.f('ck_content_imports_ended')),
    sa.CheckConstraint("(state <> 'writing') OR asked_by IS NOT NULL", name=op.f('ck_content_imports_asked')),
    sa.ForeignKeyConstraint(['begun_by'], ['staff.id'], name=op.f('fk_content_imports_begun_by_staff')),
    sa.ForeignKeyConstraint(['asked_by'], ['staff.id'], name=op.f('fk_content_imports_asked_by_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_content_imports'))
    )
    op.create_index('ix_content_imports_at_work', 'content_imports', ['begun_at'], unique=False, postgresql_where=sa.text("state IN ('reading', 'writing')"))
    op.create_table('content_import_files',
    sa.Column('import_id', sa.Uuid(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['import_id'], ['content_imports.id'], name=op.f('fk_content_import_files_import_id_content_imports'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('import_id', 'position', name=op.f('pk_content_import_files'))
    )
    op.create_table('content_import_items',
    sa.Column('import_id', sa.Uuid(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('verdict', sa.String(), nullable=False),
    sa.Column('file', sa.String(), nullable=False),
    sa.Column('sheet', sa.String(), nullable=False),
    sa.Column('line', sa.Integer(), nullable=True),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('topic', sa.String(), nullable=True),
    sa.Column('based_on', sa.Integer(), nullable=True),
    sa.Column('says', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('is_raw', sa.Boolean(), nullable=False),
    sa.Column('reasons', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('is_drafted', sa.Boolean(), nullable=True),
    sa.CheckConstraint("verdict IN ('new', 'changed', 'same', 'to_choose', 'refused')", name=op.f('ck_content_import_items_verdict')),
    sa.ForeignKeyConstraint(['import_id'], ['content_imports.id'], name=op.f('fk_content_import_items_import_id_content_imports'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['topic'], ['topics.id'], name=op.f('fk_content_import_items_topic_topics')),
    sa.PrimaryKeyConstraint('import_id', 'position', name=op.f('pk_content_import_items'))
    )
