"""Reading tokens again: who may, and the line that tells of it."""

from gateway.access.keys import KeyStore
from gateway.access.roles import Role
from gateway.errors import GatewayError, Unauthenticated
from gateway.journal import Journal
from gateway.screening.tokens import TokenKeys, count_tokens


def reveal(text: str, *, key: str, keys: KeyStore, tokens: TokenKeys, journal: Journal) -> str:
    """
    Return *text* with the values of its tokens. Each use, allowed or refused, is written down before anything is told.

    Args:
        key: an admin's API key.
    Raises:
        Unauthenticated, Forbidden: the key is nobody's, or no admin's.
        NoToken, BrokenToken: there is nothing to read, or it cannot be read.
        LedgerUnavailable: it cannot be told whose key it is.
    """
    who = "nobody"
    try:
        caller = keys.caller(key)
        if caller is None:
            raise Unauthenticated("this API key is not known, or was revoked")
        who = caller.name
        caller.require(Role.ADMIN)
        revealed = tokens.reveal(text)
    except GatewayError as error:
        # Kinds are told only where they were authenticated: else they are text that somebody wrote.
        journal.warning("token.refused", caller=who, tokens=count_tokens(text), code=error.code)
        raise
    kinds = ",".join(sorted(set(revealed.entity_types)))
    journal.info("token.revealed", caller=who, tokens=len(revealed.entity_types), entity_types=kinds)
    return revealed.text
