"""Belgium: national, identity card, enterprise and VAT numbers."""

from stdnum.be import bis, eid, nn, ogm_vcs, vat

from gateway.screening.detectors.country._numbers import number, written
from gateway.screening.patterns import Family, words

_CONTEXT = words(
    "rijksregisternummer, rijksregister, registre national, numéro national, nationaal nummer, belgian "
    "national number, niss, insz, nn, rrn, bis, bisnummer"
)
_CARD = words("eid, eid number, identiteitskaart, carte d'identité, identity card")
_BUSINESS = words(
    "btw, tva, nwst, vat, ondernemingsnummer, numéro d'entreprise, enterprise number, kbo, bce, "
    "gestructureerde mededeling, communication structurée"
)

DETECTOR = Family(
    name="be",
    source=(
        "Rijksregister / Registre national, structure of the number; FOD Financiën, VAT; Febelfin, structured "
        "communication"
    ),
    patterns=(
        number("BE_NN", nn.is_valid, r"\d{11}", _CONTEXT, checksum="mod 97"),
        written(
            "BE_NN",
            nn.is_valid,
            r"\d{2}\.\d{2}\.\d{2}-\d{3}[. ]\d{2}",
            _CONTEXT,
            checksum="mod 97",
            score=0.85,
        ),
        number("BE_BIS", bis.is_valid, r"\d{11}", _CONTEXT, checksum="mod 97"),
        written(
            "BE_BIS",
            bis.is_valid,
            r"\d{2}\.\d{2}\.\d{2}-\d{3}[. ]\d{2}",
            _CONTEXT,
            checksum="mod 97",
            score=0.85,
        ),
        number("BE_EID", eid.is_valid, r"\d{12}", _CARD, checksum="mod 97"),
        number("BE_VAT", vat.is_valid, r"[01]\d{9}|\d{9}", _BUSINESS, checksum="mod 97", prefix="BE"),
        written(
            "BE_VAT",
            vat.is_valid,
            r"BE ?[01]\d{3}\.?\d{3}\.?\d{3}",
            _BUSINESS,
            checksum="mod 97",
            score=0.75,
        ),
        written(
            "BE_OGM_VCS",
            ogm_vcs.is_valid,
            r"(?:\+{3}|\*{3})?\d{3}/\d{4}/\d{5}(?:\+{3}|\*{3})?",
            _BUSINESS,
            checksum="mod 97",
            score=0.55,
        ),
    ),
    examples={
        "BE_NN": (
            "rijksregisternummer «57082959975»",
            "«50.06.12-364.77»",
        ),
        "BE_BIS": (
            "bis «78481810865»",
            "«58.42.18-222.71»",
        ),
        "BE_EID": ("eid «591-6794206-40»",),
        "BE_VAT": (
            "btw «BE0721726025»",
            "«BE 0860.601.222»",
        ),
        "BE_OGM_VCS": ("«871/2188/12743»",),
    },
    counter_examples=(
        "rijksregisternummer 57082959971",
        "50.06.12-364.73",
        "bis 78481810860",
        "58.42.18-222.77",
        "eid 591-6794206-44",
        "btw 0721726024",
        "BE 0860.601.229",
        "871/2188/12742",
    ),
)
