"""
Business identifier codes, by which banks are called: SWIFT codes.

Source: ISO 9362 (four letters of the bank, its country, two of its place, three of a branch); ISO 3166-1.
"""

from gateway.screening.patterns import Candidate, Family, Pattern, words

_COUNTRIES = frozenset(
    # the codes of ISO 3166-1 by their first letter, and XK, which banks of Kosovo use
    first + second
    for first, seconds in {
        "A": "DEFGILMOQRSTUWXZ", "B": "ABDEFGHIJLMNOQRSTVWYZ", "C": "ACDFGHIKLMNORUVWXYZ", "D": "EJKMOZ",
        "E": "CEGHRST", "F": "IJKMOR", "G": "ABDEFGHILMNPQRSTUWY", "H": "KMNRTU", "I": "DELMNOQRST",
        "J": "EMOP", "K": "EGHIMNPRWYZ", "L": "ABCIKRSTUVY", "M": "ACDEFGHKLMNOPQRSTUVWXYZ",
        "N": "ACEFGILOPRUZ", "O": "M", "P": "AEFGHKLMNRSTWY", "Q": "A", "R": "EOSUW",
        "S": "ABCDEGHIJKLMNORSTVXYZ", "T": "CDFGHJKLMNORTVWZ", "U": "AGMSYZ", "V": "ACEGINU", "W": "FS",
        "X": "K", "Y": "ET", "Z": "AMW",
    }.items()
    for second in seconds
)  # fmt: skip
_COUNTRY = slice(4, 6)
_PLACE = r"[A-Z2-9][A-NP-Z0-9](?:[A-Z0-9]{3})?\b"
_LARGE_BANKS = "|".join(
    words(
        "CHASUS, BOFAUS, CITIUS, WFBIUS, IRVTUS, PNCCUS, USBKUS, MRMDUS, BARCGB, NWBKGB, LOYDGB, MIDLGB, HBUKGB, "
        "RBOSGB, ABBYGB, SCBLGB, REVOGB, REVOLT, DEUTDE, COBADE, HYVEDE, INGDDE, GENODE, PBNKDE, NTSBDE, BYLADE, "
        "BNPAFR, SOGEFR, AGRIFR, CRLYFR, CMCIFR, PSSTFR, INGBNL, ABNANL, RABONL, BUNQNL, UBSWCH, CRESCH, ZKBKCH, "
        "RAIFCH, POFICH, UNCRIT, BCITIT, BPPIIT, BSCHES, BBVAES, CAIXES, GIBAAT, RZBAAT, BKAUAT, BAWAAT, GEBABE, "
        "KREDBE, BBRUBE, NDEASE, NDEAFI, NDEADK, DABADK, ESSESE, HANDSE, SWEDSE, DNBANO, OKOYFI, PKOPPL, BREXPL, "
        "CGDIPT, AIBKIE, BOFIIE, ROYCCA, TDOMCA, NOSCCA, CIBCCA, ANZBAU, CTBAAU, NATAAU, WPACAU, MHCBJP, BOTKJP, "
        "SMBCJP, ICBKCN, BKCHCN, PCBCCN, ABOCCN, HSBCHK, DBSSSG, OCBCSG, UOVBSG, SBININ, HDFCIN, ICICIN, TRWIBE"
    )
)


def _has_a_country(candidate: Candidate) -> Candidate | None:
    code = candidate.data[candidate.start : candidate.end]
    return candidate if code[_COUNTRY].decode() in _COUNTRIES else None


DETECTOR = Family(
    name="bic",
    patterns=(
        Pattern(name="of a large bank", entity_type="SWIFT_CODE", regex=rf"\b(?:{_LARGE_BANKS}){_PLACE}", score=0.8),
        Pattern(
            name="code",
            entity_type="SWIFT_CODE",
            regex=rf"\b[A-Z]{{6}}{_PLACE}",
            score=0.3,
            context=words("bic, swift, swift code, bic code, swift-bic, bank code, bank identifier, iban"),
            needs_context=True,
            check=_has_a_country,
        ),
    ),
    examples={
        "SWIFT_CODE": (
            "wire it to «CHASUS33», today",
            "BIC: «DEUTDEFF500»",
            "the SWIFT code is «NEDSZAJJ»",
        )
    },
    counter_examples=(
        "BIC: PASSWORD",
        "the DOCUMENT is MARKETED",
        "CHASTISE and CITIZENS",
        "IBAN missing in COLUMNS",
        "SWIFT IS FAST",
    ),
)
