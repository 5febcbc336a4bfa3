"""
Private keys in their textual encodings.

Source: RFC 7468 and RFC 4880, section 6.2 (armour), RFC 4716 and OpenSSH's PROTOCOL.key, PuTTY's documentation
(appendix C), RFC 7517 (JSON Web Key), the age specification, BIP 32 (extended keys).
"""

import re

from gateway.screening.detectors.secrets._forms import HEX, invented, issued
from gateway.screening.patterns import Candidate, Family, Pattern

_KIND = r"(?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?"
_HEADER = r"(?:\s|\\n)*(?:Proc-Type|DEK-Info|Version|Comment): ?[A-Za-z0-9 ,.:/()-]*"
_SHORTEST_BODY = 16  #: characters between the two lines
_LINES_AROUND = re.compile(r"-{4,5} ?(?:BEGIN|END)[A-Z0-9 ]*-{4,5}|\\[nr]|\s|[.x*]{3,}")
_BECH32 = "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

_ENCRYPTED = f"""«-----BEGIN RSA PRIVATE KEY-----
Proc-Type: 4,ENCRYPTED
DEK-Info: AES-256-CBC,1A2B3C4D

{invented(64)}
-----END RSA PRIVATE KEY-----»"""
_PGP = f"""«-----BEGIN PGP PRIVATE KEY BLOCK-----
Version: GnuPG v2

{invented(64)}
-----END PGP PRIVATE KEY BLOCK-----»"""
_PUTTY = f"""«PuTTY-User-Key-File-3: ssh-ed25519
Encryption: none
Comment: ann
Public-Lines: 1
{invented(64)}
Private-Lines: 1
{invented(48)}
Private-MAC: {invented(64, HEX)}»"""


def _has_a_body(candidate: Candidate) -> Candidate | None:
    return candidate if len(_LINES_AROUND.sub("", candidate.text)) >= _SHORTEST_BODY else None


DETECTOR = Family(
    name="private_keys",
    source="RFC 7468, RFC 4880, RFC 4716, RFC 7517, PuTTY's documentation, the age specification, BIP 32",
    patterns=(
        Pattern(
            name="armoured private key",
            entity_type="SECRET",
            gate=r"PRIVATE KEY(?: BLOCK)? ?----",
            regex=(
                rf"-{{4,5}} ?BEGIN {_KIND} ?-{{4,5}}"
                rf"(?:(?:[^-]|-{{1,3}}[^-])*-{{4,5}} ?END {_KIND} ?-{{4,5}}"
                rf"|(?:{_HEADER})*[A-Za-z0-9+/=\s\\]*)"  # the second line may be cut off
            ),
            score=0.99,
            check=_has_a_body,
        ),
        Pattern(
            name="putty key",
            entity_type="SECRET",
            gate=r"PuTTY-User-Key-File-\d",
            regex=r"PuTTY-User-Key-File-\d:(?:[^\n]*\n){4,99}?Private-(?:MAC|Hash): ?[0-9a-f]{40,64}",
            score=0.99,
        ),
        Pattern(
            name="json web key",
            entity_type="SECRET",
            gate=r"[\"']d[\"']\s?:\s?[\"'][A-Za-z0-9_-]{4}",
            regex=r"[\"']d[\"']\s?:\s?[\"'](?P<value>[A-Za-z0-9_-]{43,})[\"']",
            score=0.9,
        ),
        issued("age", "secret key", r"AGE-SECRET-KEY-1", r"[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}"),
        issued("bip 32", "extended private key", r"[xyzt]prv[1-9A-HJ-NP-Za-km-z]{4}", r"[1-9A-HJ-NP-Za-km-z]{103}"),
    ),
    examples={
        "SECRET": (
            f"«-----BEGIN PRIVATE KEY-----\n{invented(64)}\n{invented(40)}\n-----END PRIVATE KEY-----» done",
            _ENCRYPTED,
            f'"private_key": "«-----BEGIN PRIVATE KEY-----\\n{invented(64)}\\n-----END PRIVATE KEY-----»\\n"',
            f"«-----BEGIN OPENSSH PRIVATE KEY-----\n{invented(70)}\n{invented(30)}»",
            _PGP,
            f"«---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\n{invented(64)}\n---- END SSH2 ENCRYPTED PRIVATE KEY ----»",
            _PUTTY,
            f'{{"kty": "EC", "crv": "P-256", "d": "«{invented(43)}»"}}',
            f"«AGE-SECRET-KEY-1{invented(58, _BECH32)}»",
            f"«xprv{invented(107, _BASE58)}»",
        )
    },
    counter_examples=(
        "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEF\n-----END PUBLIC KEY-----",
        "-----BEGIN OPENSSH PRIVATE KEY----------END OPENSSH PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----",
        "a file that begins with -----BEGIN RSA PRIVATE KEY-----, as PEM has it",
    ),
)
