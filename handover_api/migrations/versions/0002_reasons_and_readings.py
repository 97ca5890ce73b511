"""more reasons for a person (language, personal_matter), and messages that the bot only reads"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
revision: str = '0002'
down_revision: str | None = '0001'
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

OLD_REASONS = "reason IN ('unsure', 'asked_for_person', 'handover_topic', 'urgent_topic', 'article_missing', 'article_expired', 'failure')"
REASONS = "reason IN ('unsure', 'asked_for_person', 'language', 'handover_topic', 'personal_matter', 'urgent_topic', 'article_missing', 'article_expired', 'failure')"
OLD_BOT_WORK = "bot_work IS NULL OR bot_work IN ('pending', 'done', 'dropped')"
BOT_WORK = "bot_work IS NULL OR bot_work IN ('pending', 'unread', 'done', 'dropped')"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _replace_check('cases', 'reason', REASONS)
    _replace_check('handovers', 'reason', REASONS)
    _replace_check('messages', 'bot_work', BOT_WORK)
    op.create_index('ix_messages_unread', 'messages', ['conversation_id', 'seq'], unique=False, postgresql_where=sa.text("bot_work = 'unread'"))


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index('ix_messages_unread', table_name='messages', postgresql_where=sa.text("bot_work = 'unread'"))
    op.execute("UPDATE messages SET bot_work = 'dropped', bot_lease_until = NULL WHERE bot_work = 'unread'")
    op.execute("UPDATE handovers SET reason = 'handover_topic' WHERE reason IN ('language', 'personal_matter')")
    op.execute("UPDATE cases SET reason = 'handover_topic' WHERE reason IN ('language', 'personal_matter')")
    _replace_check('messages', 'bot_work', OLD_BOT_WORK)
    _replace_check('handovers', 'reason', OLD_REASONS)
    _replace_check('cases', 'reason', OLD_REASONS)


def _replace_check(table: str, column: str, condition: str) -> None:
    op.drop_constraint(op.f(f'ck_{table}_{column}'), table, type_='check')
    op.create_check_constraint(op.f(f'ck_{table}_{column}'), table, condition)
