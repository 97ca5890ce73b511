"""The code by which a resident comes back to a conversation from another browser, together with the case's reference.

It is made from the conversation's token, which only the resident's browser has. So the resident can be shown it as
often as needed, while the service keeps nothing but its hash: neither the staff nor whoever reads the database can come
back as the resident.
"""

import hashlib
import hmac

from handover_api.agents.service import hash_token

# Without what looks or sounds alike when it is read aloud or copied by hand: no 0 and O, 1, I and L, 2 and Z, 5 and S,
# 8 and B. Ten of them are 46 bits, and guessing is limited (`conversations.coming_back`).
ALPHABET = "34679ACDEFGHJKMNPQRTUVWXY"
LENGTH = 10
_HALF = LENGTH // 2


def code_for(token: str) -> str:
    """The code as people read it, such as ACDEF-34679."""
    number = int.from_bytes(hmac.digest(token.encode(), b"return code", hashlib.sha256))
    characters = []
    for _ in range(LENGTH):
        number, index = divmod(number, len(ALPHABET))
        characters.append(ALPHABET[index])
    code = "".join(characters)
    return f"{code[:_HALF]}-{code[_HALF:]}"


def hash_code(code: str) -> bytes:
    """Of the code as somebody wrote it: capitals, spaces and hyphens do not matter."""
    return hash_token("".join(character for character in code.upper() if character.isalnum()))


def shown_code(token: str, code_hash: bytes | None) -> str | None:
    """The code for whoever holds the token; none for who came back by it, and has another token now."""
    code = code_for(token)
    return code if code_hash is not None and hmac.compare_digest(hash_code(code), code_hash) else None
