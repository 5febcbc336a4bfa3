"""Numbers of Sweden: persons, among them those who only stay, organisations, postcodes."""

from datetime import UTC, datetime

from stdnum.se import vat

from gateway.screening.checksums import luhn_valid
from gateway.screening.detectors._identity import TEN_DIGITS, TWELVE_DIGITS, alone, beside_words, checked, is_date
from gateway.screening.patterns import Candidate, Family, Pattern, words

_PERSON = words(
    "personnummer, pnr, personnr, samordningsnummer, personal identity number, swedish id, swedish personal"
)
_ORGANISATION = words("organisationsnummer, orgnummer, orgnr, org.nr, org nr, organisation number, momsnummer, vat")
_POSTAL_CODE = words("postnummer, postnr, postcode, postal code")

_COORDINATION_OFFSET = 60  # added to the birthday of a samordningsnummer
_LAST_OF_TIME = ("23", "59")


def is_person_number(number: str) -> bool:
    """Tell whether *number*, ten digits or twelve with the century, has a birthday and the right check digit."""
    year, month, day = int(f"20{number[:-8]}"[-4:]), int(number[-8:-6]), int(number[-6:-4])
    return is_date(year, month, day % _COORDINATION_OFFSET) and luhn_valid(number[-10:])


def is_organisation_number(number: str) -> bool:
    """Tell whether *number*, ten digits, can be no birthday and has the right check digit."""
    return number[2] >= "2" and luhn_valid(number)


def _is_whole_number(number: str) -> bool:
    """Tell whether twelve digits are a person's, and no date with hours and minutes behind it or in the future."""
    hours, minutes = number[8:10], number[10:12]
    is_time = hours <= _LAST_OF_TIME[0] and minutes <= _LAST_OF_TIME[1]
    return not is_time and int(number[:4]) <= datetime.now(UTC).year and is_person_number(number)


def _is_person(candidate: Candidate) -> Candidate | None:
    number = candidate.text.replace("-", "").replace("+", "")
    return alone(candidate) if is_person_number(number) else None


DETECTOR = Family(
    name="se",
    source=(
        "Skatteverket, SKV 704 (personnummer), SKV 707 (samordningsnummer), SKV 709 (organisationsnummer); PostNord"
    ),
    patterns=(
        Pattern(
            name="person",
            entity_type="SE_PERSONNUMMER",
            regex=r"\b(?:18|19|20)?\d{2}(?:0[1-9]|1[0-2])(?:[06][1-9]|[1278]\d|[39][01])[-+]\d{4}\b",
            gate=r"\b(?:\d{6}|\d{8})[-+]\d{4}\b",
            score=0.65,
            context=_PERSON,
            check=_is_person,
            checksum="Luhn",
        ),
        Pattern(
            name="person, twelve digits",
            entity_type="SE_PERSONNUMMER",
            regex=r"\b(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:[06][1-9]|[1278]\d|[39][01])\d{4}\b",
            gate=TWELVE_DIGITS,
            score=0.55,
            context=_PERSON,
            check=checked(_is_whole_number),
            checksum="Luhn",
        ),
        beside_words(
            "person, bare",
            "SE_PERSONNUMMER",
            r"\b\d{6}[ -]?\d{4}\b",
            _PERSON,
            valid=is_person_number,
            gate=TEN_DIGITS,
            checksum="Luhn",
        ),
        beside_words(
            "person, twelve digits that may be a time",
            "SE_PERSONNUMMER",
            r"\b(?:18|19|20)\d{10}\b",
            _PERSON,
            valid=is_person_number,
            gate=TWELVE_DIGITS,
            checksum="Luhn",
        ),
        beside_words(
            "organisation",
            "SE_ORGANISATIONSNUMMER",
            r"\b\d{6}-?\d{4}\b",
            _ORGANISATION,
            gate=TEN_DIGITS,
            valid=is_organisation_number,
            checksum="Luhn",
        ),
        Pattern(
            name="VAT number",
            entity_type="SE_VAT",
            regex=r"\bSE ?\d{10} ?01\b",
            score=0.65,
            context=_ORGANISATION,
            check=checked(vat.is_valid),
            checksum="Luhn",
        ),
        beside_words("postcode", "SE_POSTNUMMER", r"\b(?:SE?-[1-9]\d{2} ?|[1-9]\d{2} )\d{2}\b", _POSTAL_CODE),
    ),
    examples={
        "SE_PERSONNUMMER": ("«19910924-2397»", "«121212+1212»", "«189004119807»", "pnr «8803200016»", "«701063-2391»"),
        "SE_ORGANISATIONSNUMMER": ("orgnr «556703-7485»", "«1234567897» är vårt orgnr"),
        "SE_VAT": ("«SE556703748501»",),
        "SE_POSTNUMMER": ("postnummer «114 18»",),
    },
    counter_examples=(
        "19000309-3393 and 19001309-2393",
        "202611221230",
        "8803200016",
        "556703-7485",
        "SE556703748601",
        "114 18",
    ),
)
