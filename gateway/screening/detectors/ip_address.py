"""
IP addresses, versions 4 and 6.

Source: RFC 791 (dotted form), RFC 4291, section 2.2 (text forms of version 6), RFC 6890 (special purposes).
"""

import re
from socket import AF_INET6, inet_pton

from gateway.screening.patterns import Candidate, Family, Pattern, words

_LIKE_A_SECTION = 0.4  #: the score of `7.1.3.1`, which numbers chapters as well
_WEAK = 0.1  #: the score of addresses that say nothing about a person
_BEFORE_NUMBER = b" \t\r\n:./=("
_VERSION_WORDS = words(
    "v, ver, version, release, build, firmware, section, sections, sec, rev, revision, chapter, clause, paragraph, "
    "table, figure, chrome, safari, firefox, edg, edge, opr, driver, kernel, agent, sdk"
)
_VERSION_ENDINGS = tuple(word.encode() for word in _VERSION_WORDS)
_VERSION = re.compile(rf"(?:\A|[^a-z])(?:{'|'.join(_VERSION_WORDS)})\Z".encode())
_LOOK_BACK = 16  #: bytes
_CONTEXT = words(
    "ip, ips, ip address, ipv4, ipv6, address, addr, adresse, host, server, login, client, remote, dns, ping, from, "
    "source, src, dst, destination, gateway, subnet, netmask, cidr, peer, connect, nameserver, 地址, 来源, 服务器"
)
_OCTETS = frozenset(str(number).encode() for number in range(256))
_IMPERSONAL = (b"0.", b"127.", b"255.")  #: "this host", loopback, and masks with the broadcast
_NETWORK = b".0.0.0"  #: how a whole network ends, and the versions of browsers
_JOINTS = b".-_"
_V4_BEHIND = re.compile(rb"-(?:\d{1,3}\.){3}\d")
_V4_BEFORE = re.compile(rb"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}-\Z")
_HEX = "[0-9A-Fa-f]{1,4}"
_V6 = (
    rf"(?:(?:{_HEX}:){{6}}|::(?:{_HEX}:){{0,5}}|{_HEX}(?::{_HEX}){{0,4}}::(?:{_HEX}:){{0,4}})(?:\d{{1,3}}\.){{3}}\d{{1,3}}"
    rf"|(?:{_HEX}:){{7}}{_HEX}|{_HEX}(?::{_HEX}){{0,6}}::(?:{_HEX}(?::{_HEX}){{0,6}})?|::{_HEX}(?::{_HEX}){{0,6}}"
)
_MIN_GROUPS, _LONG_GROUP = 3, 3  #: with fewer and shorter groups it is rather a slice of a list: `[1::2]`
_LOOPBACK = b"::1"


def _is_v4(candidate: Candidate) -> Candidate | None:
    data, start, end, _ = candidate
    text = data[start:end]
    if not _OCTETS.issuperset(text.split(b".")):
        return None
    if _is_part_of_more(data, start, end) or _is_a_version(data, start):
        return None
    if text.startswith(_IMPERSONAL) or (text.endswith(_NETWORK) and data[end : end + 1] != b"/"):
        return candidate.scored(_WEAK)
    return candidate.scored(_LIKE_A_SECTION) if len(text) == len("1.2.3.4") else candidate


def _is_part_of_more(data: bytes, start: int, end: int) -> bool:
    if start and data[start - 1] in _JOINTS and _V4_BEFORE.search(data, max(0, start - _LOOK_BACK), start) is None:
        return True
    more = end + 1 < len(data) and data[end] in _JOINTS and data[end + 1 : end + 2].isalnum()
    return more and _V4_BEHIND.match(data, end) is None  # `10.0.0.1-10.0.0.9` is a range


def _is_a_version(data: bytes, start: int) -> bool:
    before = data[max(0, start - _LOOK_BACK) : start].rstrip(_BEFORE_NUMBER).lower()
    return before.endswith(_VERSION_ENDINGS) and _VERSION.search(before) is not None


def _is_v6(candidate: Candidate) -> Candidate | None:
    data, start, end, _ = candidate
    before, after = data[start - 1 : start], data[end : end + 1]
    if before.isalnum() or before in (b":", b".") or after.isalnum() or after == b":":
        return None
    text = data[start:end]
    address = text.partition(b"%")[0]
    groups = [group for group in address.split(b":") if group]
    if len(groups) < _MIN_GROUPS and not any(len(group) >= _LONG_GROUP for group in groups):
        return candidate.scored(_WEAK) if address == _LOOPBACK else None
    if b"".join(groups).isalpha() or not _is_valid_v6(address):  # `Face::Add::Bad`
        return None
    return candidate


def _is_valid_v6(address: bytes) -> bool:
    try:
        inet_pton(AF_INET6, address.decode())
    except OSError:
        return False
    return True


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
            gate=rf"\b{_HEX}::|::{_HEX}\b|\b(?:{_HEX}:){{6}}",
            regex=rf"(?:{_V6})(?:%[0-9A-Za-z_.-]{{1,15}}\b)?",
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
            "«192.168.10.20»:8080, «10.20.30.0»/24, «10.0.0.0»/8, «10.0.0.1»-«10.0.0.254»",
            "::ffff: «::ffff:203.0.113.7», «fe80::1ff:fe23:4567:890a%eth0» and «2001:db8::»/32",
            "ping «9.9.9.9», 来源: «8.8.8.8»",
        )
    },
    counter_examples=(
        "version 1.2.3.4, v10.0.0.1",
        "build 10.0.19041.1",
        "1.2.3.4.5, 10.15.7.1234, lib-1.2.3.4.so, app_10.0.0.12-beta",
        "section 12.34.56.78 and Chrome/120.0.0.0, 100.0.0.0",
        "std::vector, Foo::Bar, xs[1::2]",
        "at 12:30:45",
        "00:1b:44:11:3a:b7",
        "on 127.0.0.1, 0.0.0.0 and ::1",
    ),
)
