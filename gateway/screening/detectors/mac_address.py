"""
Addresses of network cards, which stay with a device and so with a person.

Source: IEEE 802-2014, section 8.1 (the forms with hyphens and with colons); Cisco IOS writes three groups with dots.
"""

import re

from gateway.screening.detectors._around import is_joined
from gateway.screening.patterns import Candidate, Family, KeyedValue, Pattern, words

_OCTETS = 6
_OF_DIGITS_ALONE = 0.3  #: the score of one without a letter: it could be a date with its time, or a ratio
_JOINTS = b":-."
_TWELVE_DIGITS = re.compile(rb"[0-9A-Fa-f]{12}")
_CONTEXT = words(
    "mac, mac address, ethernet, hardware address, physical address, hwaddr, ether, wifi, wi-fi, wlan, bluetooth, "
    "bssid, device id, device, router, nic, adresse mac, mac-adresse"
)


def _is_address(candidate: Candidate) -> Candidate | None:
    if is_joined(candidate, _JOINTS):  # a fingerprint has more octets
        return None
    digits = candidate.data[candidate.start : candidate.end].translate(None, _JOINTS)
    if digits.isdigit():
        return candidate.scored(_OF_DIGITS_ALONE)
    return candidate if len(set(digits.lower())) > 1 else None  # ff:ff:… is everybody


def _is_address_alone(candidate: Candidate) -> Candidate | None:
    return candidate if _TWELVE_DIGITS.fullmatch(candidate.data) else None


DETECTOR = Family(
    name="mac_address",
    patterns=(
        Pattern(
            name="six octets",
            entity_type="MAC_ADDRESS",
            regex=(
                rf"\b(?:(?:[0-9A-Fa-f]{{2}}:){{{_OCTETS - 1}}}[0-9A-Fa-f]{{2}}|"
                rf"(?:[0-9A-Fa-f]{{2}}-){{{_OCTETS - 1}}}[0-9A-Fa-f]{{2}})\b"
            ),
            score=0.85,
            context=_CONTEXT,
            check=_is_address,
        ),
        Pattern(
            name="three groups",
            entity_type="MAC_ADDRESS",
            regex=r"\b[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\b",
            score=0.6,
            context=_CONTEXT,
            check=_is_address,
        ),
        Pattern(
            name="without separators",
            entity_type="MAC_ADDRESS",
            regex=r"(?i)\b(?:mac(?:[ _-]?addr(?:ess)?)?|bssid|hwaddr)[\"']?\s?[:=]?\s?[\"']?(?P<value>[0-9a-f]{12})\b",
            score=0.6,
            check=_is_address,
        ),
    ),
    keyed=(
        KeyedValue(
            name="without separators, by its key",
            entity_type="MAC_ADDRESS",
            keys=words("mac, mac address, mac addr, bssid, hwaddr, hardware address"),
            score=0.6,
            check=_is_address_alone,
        ),
    ),
    examples={
        "MAC_ADDRESS": (
            "from «00:1A:2B:3C:4D:5E» to «0d-b3-4a-6a-d9-cf»",
            "arp «0012.3456.789a»",
            "mac=«001a2b3c4d5e», the MAC address «01:23:45:67:89:01»",
        )
    },
    counter_examples=(
        "at 12:30:45, 16:30:40",
        "ratio 12:34:56:78:90:12",
        "20-24-11-14-16-30",
        "fingerprint 16:27:ac:a5:76:28:2d:36:63:1b:56:4d:eb:df:a6:48",
        "ff:ff:ff:ff:ff:ff and 00:00:00:00:00:00",
        "id 123e4567-e89b-12d3-a456-426614174000",
        "1234.5678.9012",
        "mac 001a2b3c4d5e6f",
    ),
)
