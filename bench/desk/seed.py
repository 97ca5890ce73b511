"""Thousands of cases with what was said in them, as a year leaves them: written straight into the tables.

Every conversation and its case are in states that belong together, as the watchdog of ownership would have it.
"""

import psycopg

WAITING = 300
# What is neither waiting nor closed has an owner; of these, one in so many lies with a department.
FORWARDED_ONE_IN = 3
# Colleagues who have cases and are not at the desk. Those who are at it have fewer each.
ABSENT = 40
SHARE_OF_ABSENT = 8
# In each conversation, written in turn by the resident and by whoever answers.
MESSAGES = 8

_COLLEAGUES = """
INSERT INTO staff (username, display_name, password_hash, role, is_active, created_at)
SELECT username, initcap(username), '', 'agent', true, now() FROM unnest(%(absent)s::text[]) AS username
"""

# What each case is, the open ones first.
_PLAN = """
CREATE TEMP TABLE plan ON COMMIT DROP AS
WITH numbered_topics AS (
    SELECT id, answer_group, area, rosa_level, row_number() OVER (ORDER BY id) - 1 AS place FROM topics
), owners AS (
    SELECT staff.id, place - 1 AS place
    FROM unnest(%(owners)s::text[]) WITH ORDINALITY AS named (username, place) JOIN staff USING (username)
), numbered_departments AS (
    SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM departments
), states AS (
    SELECT number, CASE
        WHEN number > %(open)s THEN 'closed'
        WHEN number <= %(waiting)s THEN 'waiting'
        WHEN number %% %(forwarded_one_in)s = 0 THEN 'forwarded'
        ELSE 'assigned'
    END AS state FROM generate_series(1, %(open)s + %(closed)s) AS number
)
SELECT number, state, uuidv7() AS conversation_id, uuidv7() AS case_id,
    to_char(now(), 'YYYY') || '-' || lpad(number::text, 6, '0') AS reference,
    topic.id AS topic, topic.answer_group, topic.area, topic.rosa_level, owner.id AS owner,
    department.id AS department,
    now() - CASE WHEN state = 'waiting' THEN number * interval '12 seconds'
        ELSE interval '2 hours' + number * interval '1 minute' END AS at
FROM states
JOIN numbered_topics topic ON topic.place = number * 7 %% (SELECT count(*) FROM topics)
JOIN owners owner ON owner.place = number %% (SELECT count(*) FROM owners)
JOIN numbered_departments department ON department.place = number %% (SELECT count(*) FROM departments)
"""

_CONVERSATIONS = """
INSERT INTO conversations (id, token_hash, language, state, version, last_seq, read_by_staff, created_at, closed_at)
SELECT conversation_id, sha256(conversation_id::text::bytea), CASE WHEN number %% 9 = 0 THEN 'en' ELSE 'sv' END,
    CASE state WHEN 'waiting' THEN 'waiting' WHEN 'closed' THEN 'closed' ELSE 'asynchronous' END,
    2, %(messages)s, %(messages)s, at, CASE WHEN state = 'closed' THEN at + interval '20 minutes' END
FROM plan
"""

_CASES = """
INSERT INTO cases (id, reference, conversation_id, state, priority, priority_rank, answer_group, topic, owner_id,
    reason, department, resolution, category_area, category, rosa_level, created_at, waiting_since, in_group_since,
    claimed_at, due_at, follow_up_at, closed_at)
SELECT case_id, reference, conversation_id, state, 'normal', 2, answer_group, topic,
    CASE WHEN state <> 'waiting' THEN owner END, 'unsure',
    CASE WHEN state = 'forwarded' THEN department END,
    CASE WHEN state = 'closed' THEN 'solved' END,
    CASE WHEN state = 'closed' THEN area END, CASE WHEN state = 'closed' THEN topic END,
    CASE WHEN state = 'closed' THEN rosa_level END,
    at, at, at, CASE WHEN state <> 'waiting' THEN at + interval '2 minutes' END,
    CASE WHEN state IN ('assigned', 'forwarded') THEN now() + interval '2 days' END,
    CASE WHEN state = 'forwarded' THEN now() + interval '2 days' END,
    CASE WHEN state = 'closed' THEN at + interval '20 minutes' END
FROM plan
"""

_MESSAGES = """
INSERT INTO messages (conversation_id, seq, author, audience, kind, text, payload, client_id, staff_id, bot_work,
    created_at)
SELECT conversation_id, seq, author, 'everyone',
    CASE author WHEN 'bot' THEN 'answer' ELSE 'text' END,
    (%(sentences)s::text[])[1 + (number + seq) %% array_length(%(sentences)s::text[], 1)], '{}',
    CASE WHEN author <> 'bot' THEN 'frö-' || seq END,
    CASE WHEN author = 'agent' THEN owner END, CASE WHEN author = 'resident' THEN 'done' END,
    at + seq * interval '20 seconds'
FROM (
    SELECT plan.*, seq, CASE
        WHEN seq %% 2 = 1 THEN 'resident' WHEN seq <= 4 OR state = 'waiting' THEN 'bot' ELSE 'agent'
    END AS author
    FROM plan, generate_series(1, %(messages)s) AS seq
) AS said
"""

_HANDOVERS = """
INSERT INTO handovers (case_id, reason, evidence, created_at)
SELECT case_id, 'unsure', jsonb_build_object(
    'certainty', 'unsure', 'threshold', 0.71, 'model_version', 'provkörning', 'language', 'sv',
    'candidates', jsonb_build_array(jsonb_build_object('topic', topic, 'confidence', 0.46))
), at FROM plan
"""

_EVENTS = """
INSERT INTO conversation_events (conversation_id, version, seq, event, before, after, actor_kind, case_reference,
    evidence, at)
SELECT conversation_id, 2, 1, 'handover_asked', 'with_bot', 'waiting', 'resident', reference, '{}',
    at FROM plan
"""

_NUMBER = """
INSERT INTO case_numbers (year, last) SELECT to_char(now(), 'YYYY')::int, %(open)s + %(closed)s
ON CONFLICT (year) DO UPDATE SET last = excluded.last
"""

SENTENCES = [
    "Hej! Jag undrar hur jag ska göra med det här.",
    "Behöver jag lämna in något först, eller räcker det att jag ringer?",
    "Det beror på vad som gäller där du bor. Du hittar mer på vår webbplats.",
    "Tack, men det där hjälpte inte riktigt. Jag har redan läst sidan.",
    "Då tar jag reda på det åt dig. Det kan dröja en liten stund.",
    "Det går bra. Jag har papperen framme om du behöver något ur dem.",
    "Jag har frågat förvaltningen. De svarar oftast inom två arbetsdagar.",
]


async def seed_cases(database_url: str, *, open_cases: int, closed_cases: int, present: list[str]) -> None:
    """Writes so many cases into an empty system. `present` are the usernames of those who are at the desk."""
    absent = [f"kollega{number}" for number in range(ABSENT)]
    values = {
        "open": open_cases,
        "closed": closed_cases,
        "waiting": WAITING,
        "forwarded_one_in": FORWARDED_ONE_IN,
        "messages": MESSAGES,
        "sentences": SENTENCES,
        "absent": absent,
        "owners": [*present, *absent * SHARE_OF_ABSENT],
    }
    async with await psycopg.AsyncConnection.connect(database_url) as connection:
        for statement in (_COLLEAGUES, _PLAN, _CONVERSATIONS, _CASES, _MESSAGES, _HANDOVERS, _EVENTS, _NUMBER):
            await connection.execute(statement, values)
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
        await connection.execute("ANALYZE")
