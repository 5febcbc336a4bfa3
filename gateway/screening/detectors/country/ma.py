"""Morocco: the common company number."""

from stdnum.ma import ice

from gateway.screening.detectors.country._numbers import number
from gateway.screening.patterns import Family, words

_CONTEXT = words("ice, identifiant commun de l'entreprise, identifiant commun, التعريف الموحد للمقاولة")

DETECTOR = Family(
    name="ma",
    source="ice.gov.ma, Identifiant Commun de l'Entreprise",
    patterns=(number("MA_ICE", ice.is_valid, r"\d{15}", _CONTEXT, checksum="mod 97"),),
    examples={"MA_ICE": ("ice «004567157000048»",)},
    counter_examples=("ice 004567157000041",),
)
