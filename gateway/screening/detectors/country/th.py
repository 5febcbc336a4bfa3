"""Numbers of Thailand: persons, taxpayers."""

from stdnum.th import moa, pin

from gateway.screening.detectors._identity import THIRTEEN_DIGITS, beside_words, checked
from gateway.screening.patterns import Family, Pattern, words

_CONTEXT = words(
    "thai id, thai national id, tnin, national id, id card, citizen id, tax id, tin, moa, taxpayer, บัตรประชาชน, "
    "เลขบัตรประชาชน, เลขประจำตัวประชาชน, เลขประจำตัวผู้เสียภาษี"
)

DETECTOR = Family(
    name="th",
    source="Department of Provincial Administration (13-digit ids, mod 11); Revenue Department (tax ids)",
    patterns=(
        Pattern(
            name="person with dashes",
            entity_type="TH_TNIN",
            regex=r"\b[1-8][ -]\d{4}[ -]\d{5}[ -]\d{2}[ -]\d\b",
            score=0.7,
            context=_CONTEXT,
            check=checked(pin.is_valid),
            checksum="mod 11",
        ),
        beside_words(
            "person",
            "TH_TNIN",
            r"\b[1-8]\d{12}\b",
            _CONTEXT,
            valid=pin.is_valid,
            gate=THIRTEEN_DIGITS,
            checksum="mod 11",
        ),
        Pattern(
            name="firm with dashes",
            entity_type="TH_TIN",
            regex=r"\b0-\d{2}-\d-\d{3}-\d{5}-\d\b",
            score=0.7,
            context=_CONTEXT,
            check=checked(moa.is_valid),
            checksum="mod 11",
        ),
        beside_words(
            "firm", "TH_TIN", r"\b0\d{12}\b", _CONTEXT, valid=moa.is_valid, gate=THIRTEEN_DIGITS, checksum="mod 11"
        ),
    ),
    examples={
        "TH_TNIN": ("«1-2345-67890-12-1»", "Thai ID «1234567890121»", "บัตรประชาชน «3456789012347»"),
        "TH_TIN": ("«0-99-4-000-61772-1»", "TIN «0994000617721»"),
    },
    counter_examples=("1-2345-67890-12-2", "1234567890121", "Thai ID 1234567890122", "0994000617721"),
)
