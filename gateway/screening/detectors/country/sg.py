"""Numbers of Singapore: residents and foreigners (NRIC, FIN), entities (UEN)."""

from stdnum.sg import uen

from gateway.screening.detectors._identity import beside_words, checked, weighted_sum
from gateway.screening.patterns import Family, Pattern, words

_PERSON = words("nric, fin, fin number, nric number, identity card, singapore id")
_ENTITY = words("uen, unique entity number, acra, gst, entity number")

_WEIGHTS = (2, 7, 6, 5, 4, 3, 2)
_OFFSETS = {"S": 0, "F": 0, "T": 4, "G": 4, "M": 3}
_LETTERS = {"S": "JZIHGFEDCBA", "T": "JZIHGFEDCBA", "F": "XWUTRQPNMLK", "G": "XWUTRQPNMLK", "M": "XWUTRQPNJLK"}


def is_person_number(number: str) -> bool:
    """Tell whether the last letter of *number*, a letter, seven digits and a letter, is its check letter."""
    kind = number[0]
    remainder = (weighted_sum(number[1:8], _WEIGHTS) + _OFFSETS[kind]) % 11
    return _LETTERS[kind][remainder] == number[8]


DETECTOR = Family(
    name="sg",
    source=(
        "Immigration & Checkpoints Authority, NRIC and FIN, whose check letters are common knowledge, not published; "
        "Accounting and Corporate Regulatory Authority, UEN"
    ),
    patterns=(
        Pattern(
            name="NRIC or FIN",
            entity_type="SG_NRIC_FIN",
            regex=r"(?i)\b[STFGM]\d{7}[A-Z]\b",
            score=0.65,
            context=_PERSON,
            check=checked(is_person_number),
            checksum="weighted sum, mod 11",
        ),
        Pattern(
            name="UEN",
            entity_type="SG_UEN",
            regex=r"\b[RST]\d{2}[A-Z]{2}\d{4}[A-Z]\b",
            score=0.6,
            context=_ENTITY,
            check=checked(uen.is_valid),
            checksum="weighted sum, mod 11",
        ),
        Pattern(
            name="UEN of a company",
            entity_type="SG_UEN",
            regex=r"\b(?:19|20)\d{7}[A-Z]\b",
            score=0.55,
            context=_ENTITY,
            check=checked(uen.is_valid),
            checksum="weighted sum, mod 11",
        ),
        beside_words("UEN of a business", "SG_UEN", r"\b\d{8}[A-Z]\b", _ENTITY, valid=uen.is_valid),
    ),
    examples={
        "SG_NRIC_FIN": ("«S1234567D»", "NRIC «t1234567j»", "FIN «M4332674T»"),
        "SG_UEN": ("«T01FC6132D»", "«197401143C»", "UEN «00192200M»"),
    },
    counter_examples=("S1234567A and M4332674A", "T01FC6132A", "197401143A", "00192200M", "53125226"),
)
