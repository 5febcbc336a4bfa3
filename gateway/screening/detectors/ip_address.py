"""
IP addresses, versions 4 and 6.

Source: RFC 791 (dotted form), RFC 4291, section 2.2 (text forms of version 6), RFC 6890 (special purposes).
"""

import ipaddress
import re

from gateway.screening.patterns import Candidate, Family, Pattern

_LIKE_A_SECTION = 0.4  #: the score of `7.1.3.1`, which numbers chapters as well
_WEAK = 0.1  #: the score of addresses that say nothing about a person
_VERSION_WORDS = re.compile(r"(?i)(?:\b(?:v|ver|version|release|build|firmware|section|rev|chrome|safari)[\s:./=v]*)$")
_CONTEXT = ("ip", "ip address", "ipv4", "ipv6", "address", "host", "server", "login", "client", "remote")
_MAX_OCTET = 255
_IMPERSONAL = {"0", "127", "255"}  #: the first octet of "this host", of loopback, and of masks and the broadcast
_HEX = "[0-9A-Fa-f]{1,4}"
_V6 = (
    rf"(?:(?:{_HEX}:){{6}}|::(?:{_HEX}:){{0,5}}|{_HEX}(?::{_HEX}){{0,4}}::(?:{_HEX}:){{0,4}})(?:\d{{1,3}}\.){{3}}\d{{1,3}}"
    rf"|(?:{_HEX}:){{7}}{_HEX}|{_HEX}(?::{_HEX}){{0,6}}::(?:{_HEX}(?::{_HEX}){{0,6}})?|::{_HEX}(?::{_HEX}){{0,6}}"
)
_MIN_GROUPS, _LONG_GROUP = 3, 3  #: with fewer and shorter groups it is rather a slice of a list: `[1::2]`


def _is_v4(candidate: Candidate) -> Candidate | None:
    after = candidate.after(2)
    if candidate.before() in {".", "-", "_"} or (after[:1] in {".", "-", "_"} and after[1:].isalnum()):
        return None
    octets = candidate.text.split(".")
    if any(int(octet) > _MAX_OCTET or (octet[0] == "0" and octet != "0") for octet in octets):
        return None
    if _VERSION_WORDS.search(candidate.before(16)):
        return None
    if octets[0] in _IMPERSONAL:
        return candidate.scored(_WEAK)
    return candidate.scored(_LIKE_A_SECTION) if len(candidate.text) == len("1.2.3.4") else candidate


def _is_v6(candidate: Candidate) -> Candidate | None:
    before, after = candidate.before(), candidate.after()
    if before.isalnum() or before in {":", "."} or after.isalnum() or after == ":":
        return None
    groups = [group for group in candidate.text.split(":") if group]
    if len(groups) < _MIN_GROUPS and not any(len(group) >= _LONG_GROUP for group in groups):
        return candidate.scored(_WEAK) if candidate.text == "::1" else None
    if not any(character.isdigit() for character in candidate.text):
        return None
    try:
        address = ipaddress.IPv6Address(candidate.text)
    except ValueError:
        return None
    return candidate.scored(_WEAK) if address.is_loopback else candidate


DETECTOR = Family(
    name="ip_address",
    patterns=(
        Pattern(
            name="version 4",
            entity_type="IP_ADDRESS",
            regex=r"\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b",
            score=0.7,
            context=_CONTEXT,
            check=_is_v4,
        ),
        Pattern(
            name="version 6",
            entity_type="IP_ADDRESS",
            gate=r"[0-9A-Fa-f]::|::[0-9A-Fa-f]|(?:[0-9A-Fa-f]+:){6}",
            regex=_V6,
            score=0.7,
            context=_CONTEXT,
            check=_is_v6,
        ),
    ),
    examples={
        "IP_ADDRESS": (
            "login from «203.0.113.7».",
            "at «2001:db8::8a2e:370:7334», port 443",
            "[«fe80:0:0:0:202:b3ff:fe1e:8329»]",
            "«192.168.10.20»:8080",
        )
    },
    counter_examples=(
        "version 1.2.3.4, v10.0.0.1",
        "build 10.0.19041.1",
        "1.2.3.4.5",
        "std::vector, Foo::Bar, xs[1::2]",
        "at 12:30:45",
        "00:1b:44:11:3a:b7",
        "on 127.0.0.1, 0.0.0.0 and ::1",
    ),
)
