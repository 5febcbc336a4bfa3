"""Against Presidio's own anonymizer, where somebody has installed it: `uv pip install presidio-anonymizer`."""

import random
from dataclasses import asdict
from typing import Any

import pytest

from gateway.presidio.anonymizer import Place, anonymize
from gateway.presidio.operators import Anonymizer, decrypt, encrypt

peer = pytest.importorskip("presidio_anonymizer")
cipher = pytest.importorskip("presidio_anonymizer.operators.aes_cipher").AESCipher
KEY = "0123456789abcdef01234567"
OPERATORS: tuple[dict[str, Any], ...] = (
    {"type": "replace"},
    {"type": "replace", "new_value": "X"},
    {"type": "redact"},
    {"type": "keep"},
    {"type": "mask", "masking_char": "*", "chars_to_mask": 2, "from_end": True},
    {"type": "hash", "hash_type": "sha512", "salt": "s" * 16},
)


def test_each_decrypts_what_the_other_has_encrypted():
    assert cipher.decrypt(KEY.encode(), encrypt("Ada Łoś 😀", KEY)) == "Ada Łoś 😀"
    assert decrypt(cipher.encrypt(KEY.encode(), "Ada Łoś 😀"), KEY) == "Ada Łoś 😀"


@pytest.mark.parametrize("seed", range(200))
def test_both_make_the_same_of_any_places(seed):
    chance = random.Random(seed)
    text = "".join(chance.choice("ab  cé,") for _ in range(16))
    operator = chance.choice(OPERATORS)
    starts = [chance.randrange(15) for _ in range(chance.randrange(7))]
    results = [
        {
            "entity_type": chance.choice("ABC"),
            "start": start,
            "end": chance.randint(start + 1, 16),
            "score": chance.choice([0.3, 0.5, 0.9]),
        }
        for start in starts
    ]

    ours = anonymize(text, [Place(**result) for result in results], {"DEFAULT": Anonymizer(**operator)})

    name = operator["type"]
    parameters = {key: value for key, value in operator.items() if key != "type"}
    theirs = peer.AnonymizerEngine().anonymize(
        text,
        [peer.RecognizerResult(**result) for result in results],
        {"DEFAULT": peer.OperatorConfig(name, parameters)},
    )
    told = [{key: value for key, value in item.to_dict().items() if key != "score"} for item in theirs.items]
    assert (ours.text, [asdict(item) for item in ours.items]) == (theirs.text, told)
