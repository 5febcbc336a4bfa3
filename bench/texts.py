"""What is sent and screened. The people and numbers are invented; the card is a scheme's own test number."""

from itertools import cycle
from typing import Final

#: A clean chat message of 113 bytes.
CLEAN: Final = (
    "Good morning team, the planning notes are ready: please read them before lunch and tell me what is still missing."
)
#: As long, with an e-mail address and a card.
HELD: Final = (
    "Hello, please refund my last order to card 4111 1111 1111 1111 and write to maria.keller@posteo.de when it's done"
)
_SENTENCES: Final = (
    "The committee met on Thursday and went through the budget line by line, which took longer than planned.",
    "Two of the five proposals were put off until the spring, because their figures did not add up.",
    "Nobody disputed that the old warehouse leaks; the question was who pays for the roof, and when.",
    "An engineer explained, with some patience, why version 3.11.4 could not simply be copied over.",
    "In 2025 the town planted 340 trees along the river, and lost fewer than 20 of them in the dry summer.",
    "Lunch was late, the coffee was good, and the minutes of the last meeting were accepted without a vote.",
    "Whoever reads this far should know that the archive in room 214 closes at 17:30 on Fridays.",
    "A letter from the school asked for volunteers; six people raised a hand, and one of them meant it.",
)
_WITH_FINDINGS: Final = (
    "Questions about the roof go to maria.keller@posteo.de, who has the drawings.",
    "The deposit was paid with card 4111 1111 1111 1111 and has to be returned.",
    "The caretaker can be reached at +49 30 901820 on working days.",
)
_SENTENCES_PER_FINDING: Final = 32  #: about one finding for every 3 KB


def prose(size: int) -> str:
    """Return *size* characters of ordinary ASCII prose, with something personal now and then."""
    plain, telling = cycle(_SENTENCES), cycle(_WITH_FINDINGS)
    parts: list[str] = []
    length = 0
    while length < size:
        at_turn = len(parts) % _SENTENCES_PER_FINDING == _SENTENCES_PER_FINDING - 1
        parts.append(next(telling if at_turn else plain))
        length += len(parts[-1]) + 1
    return " ".join(parts)[:size]
