"""Albania: the tax number of people and companies."""

from stdnum.al import nipt

from gateway.screening.detectors.country._numbers import number
from gateway.screening.patterns import Family, words

_CONTEXT = words("nipt, nuis, numri i identifikimit")

DETECTOR = Family(
    name="al",
    source="Drejtoria e Përgjithshme e Tatimeve, NUIS (NIPT)",
    patterns=(number("AL_NIPT", nipt.is_valid, r"[A-M]\d{8}[A-Z]", _CONTEXT, prefix="AL"),),
    examples={"AL_NIPT": ("nipt «ALL22071112R»",)},
    counter_examples=("nipt L2207111",),
)
