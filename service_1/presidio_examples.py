"""Requests to Presidio's REST API, for the OpenAPI document. People, numbers and keys are invented."""

from typing import Any, Final

_KEY: Final = "an invented key!"
_FOR_WHOM: Final = "Booked for "

ANALYZE: Final[dict[str, Any]] = {
    "a text": {"text": "Write to ana.lima@mail.example.org, please.", "language": "en"},
    "many texts": {"text": ["IBAN DE89 3704 0044 0532 0130 00", "nothing here"], "language": "de"},
    "with recognizers of its own": {
        "text": "Mr. Brown's seat is 14C, code 10023",
        "language": "en",
        "score_threshold": 0.3,
        "entities": ["SEAT", "TITLE", "EMAIL_ADDRESS"],
        "ad_hoc_recognizers": [
            {
                "name": "seats",
                "supported_language": "en",
                "supported_entity": "SEAT",
                "patterns": [{"name": "row and letter", "regex": r"\b\d{1,2}[A-F]\b", "score": 0.3}],
                "context": ["seat", "row"],
            },
            {"name": "titles", "supported_entity": "TITLE", "deny_list": ["Mr", "Mrs", "Mx"]},
        ],
        "allow_list": ["14A"],
        "return_decision_process": True,
    },
}
ANONYMIZE: Final[dict[str, Any]] = {
    "replace and mask": {
        "text": "hello world, my name is Jane Doe. My number is: 034453334",
        "anonymizers": {
            "DEFAULT": {"type": "replace", "new_value": "ANONYMIZED"},
            "PHONE_NUMBER": {"type": "mask", "masking_char": "*", "chars_to_mask": 4, "from_end": True},
        },
        "analyzer_results": [
            {"start": 24, "end": 32, "score": 0.8, "entity_type": "PERSON"},
            {"start": 48, "end": 57, "score": 0.95, "entity_type": "PHONE_NUMBER"},
        ],
    }
}
_ENCRYPTED: Final = "_QX6cIIoKQiiIczQAdtb_DGuGPG11so8VKXU2t_zNJg="  #: a name, under the key
DEANONYMIZE: Final[dict[str, Any]] = {
    "decrypt": {
        "text": f"{_FOR_WHOM}{_ENCRYPTED}",
        "anonymizer_results": [
            {"start": len(_FOR_WHOM), "end": len(_FOR_WHOM) + len(_ENCRYPTED), "entity_type": "PERSON"}
        ],
        "deanonymizers": {"PERSON": {"type": "decrypt", "key": _KEY}},
    }
}
