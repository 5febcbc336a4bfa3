"""Numbers of Finland: persons, firms."""

from stdnum.fi import hetu, ytunnus

from gateway.screening.detectors._identity import beside_words, checked
from gateway.screening.patterns import Candidate, Family, Pattern, words

_PERSON = words("hetu, henkilötunnus, henkilötunnukseni, personbeteckning, personal identity code, sotu")
_FIRM = words("y-tunnus, ytunnus, business id, fo-nummer, alv, alv-numero, vat, vat number")


def _is_person(candidate: Candidate) -> Candidate | None:
    before, after = candidate.before(1), candidate.after(2)
    if before in {"-", "+", "."} or (after[:1] == "-" and after[1:].isalnum()):
        return None
    return candidate if hetu.is_valid(candidate.text, allow_temporary=True) else None


def _is_vat(number: str) -> bool:
    return ytunnus.is_valid(number.removeprefix("FI"))


DETECTOR = Family(
    name="fi",
    source=(
        "Digital and Population Data Services Agency, the personal identity code (its separators since 2023 too); "
        "Finnish Patent and Registration Office, business ids"
    ),
    patterns=(
        Pattern(
            name="personal identity code",
            entity_type="FI_HETU",
            regex=r"(?i)\b(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])\d{2}[-+A-FU-Y]\d{3}[0-9A-FHJ-NPR-Y]\b",
            score=0.75,
            context=_PERSON,
            check=_is_person,
            checksum="mod 31",
        ),
        Pattern(
            name="VAT number",
            entity_type="FI_ALV",
            regex=r"\bFI ?\d{8}\b",
            score=0.6,
            context=_FIRM,
            check=checked(_is_vat),
            checksum="weighted sum, mod 11",
        ),
        beside_words(
            "business id",
            "FI_YTUNNUS",
            r"\b\d{7}-?\d\b",
            _FIRM,
            valid=ytunnus.is_valid,
            checksum="weighted sum, mod 11",
        ),
    ),
    examples={
        "FI_HETU": ("«131052-308T»", "henkilötunnus «010594Y9032»"),
        "FI_ALV": ("«FI20774740»",),
        "FI_YTUNNUS": ("Y-tunnus «2077474-0»",),
    },
    counter_examples=("131052-308U", "111111-111A", "FI20774741", "2077474-0"),
)
