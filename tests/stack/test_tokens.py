import stat

import pytest

from stack.errors import StackError
from stack.layout import Layout
from stack.tokens import TOKEN_NAMES, tokens


def test_tokens_are_made_once_and_only_their_owner_reads_them(layout: Layout) -> None:
    made = tokens(layout, {})
    assert set(made) == set(TOKEN_NAMES)
    assert len(set(made.values())) == len(TOKEN_NAMES)
    assert min(map(len, made.values())) >= 32
    assert tokens(layout, {}) == made
    assert stat.S_IMODE((layout.run / "secrets.json").stat().st_mode) == 0o600


def test_a_token_of_the_environment_wins(layout: Layout) -> None:
    assert tokens(layout, {"BOT_TOKEN": "from outside"})["BOT_TOKEN"] == "from outside"


def test_a_token_can_come_from_a_file(layout: Layout) -> None:
    path = layout.root / "token"
    path.write_text("from a file\n")
    assert tokens(layout, {"BOT_TOKEN_FILE": str(path)})["BOT_TOKEN"] == "from a file"
    with pytest.raises(StackError, match=r"^BOT_TOKEN_FILE names /no/such/file, which cannot be read"):
        tokens(layout, {"BOT_TOKEN_FILE": "/no/such/file"})


def test_a_damaged_file_is_one_sentence(layout: Layout) -> None:
    (layout.run / "secrets.json").write_text("{")
    with pytest.raises(StackError, match=r"secrets\.json is damaged: delete it"):
        tokens(layout, {})
