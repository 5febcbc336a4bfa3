from functools import cache
from types import ModuleType

import pytest

from gateway.screening.detectors import email, ip_address, mac_address, phone, url
from gateway.screening.screener import Screener, build_screener


@cache
def screener(family: ModuleType | None) -> Screener:
    return Screener([family.DETECTOR]) if family else build_screener()


def found(text: str, family: ModuleType | None = None) -> list[str]:
    return [text[each.start : each.end] for each in screener(family).screen(text) if each.score >= 0.5]


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("see https://example.org/a.", "https://example.org/a"),
        ("(see http://example.org/a_(b))", "http://example.org/a_(b)"),
        ("[docs](https://example.org/a)", "https://example.org/a"),
        ("<a href='https://example.org/?q=1&p=2'>", "https://example.org/?q=1&p=2"),
        ("wow http://example.org!!!", "http://example.org"),
        ("请看https://example.org/a。谢谢", "https://example.org/a"),
        ("from ftp://203.0.113.7:2121/pub", "ftp://203.0.113.7:2121/pub"),
        ("on www.example.org?", "www.example.org"),
        ("at http://[2001:db8::7]/x", "http://[2001:db8::7]/x"),
    ],
)
def test_a_link_ends_where_its_sentence_goes_on(text, link):
    assert found(text, url) == [link]


@pytest.mark.parametrize("path", [")" * 50_000, "@" * 50_000, "a" * 50_000 + "..", "a%40" * 12_500, "(" * 50_000])
def test_a_link_may_be_as_long_as_it_likes(path):
    assert found(f"https://example.org/{path}", url)[0].startswith("https://example.org/")


def test_who_is_named_in_a_link_is_found_beside_it():
    text = "GET https://example.org/users?id=7&email=ana@example.com"

    assert found(text) == ["https://example.org/users?id=7&email=", "ana@example.com"]


def test_an_address_in_a_link_is_found_and_the_link_around_it():
    assert found("http://203.0.113.7:8080/status") == ["http://", "203.0.113.7", ":8080/status"]


def test_a_mail_address_is_no_domain():
    assert found("ana.lima@mail.example.org", url) == []


@pytest.mark.parametrize(
    "text", ["(ana@example.org)", "Ana Lima <ana@example.org>,", "mailto:ana@example.org?subject=x", "ana@example.org."]
)
def test_a_mail_address_is_found_without_what_surrounds_it(text):
    assert found(text, email) == ["ana@example.org"]


def test_a_mail_address_of_digits_and_one_behind_a_slash_are_found():
    assert found("10086@example.org/ana@163.com", email) == ["10086@example.org", "ana@163.com"]


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("10.0.0.1-10.0.0.9 is the pool", ["10.0.0.1", "10.0.0.9"]),
        ("10.1.0.0/16,10.2.0.0/16", ["10.1.0.0", "10.2.0.0"]),
        ("x_forwarded_for=203.0.113.7:443;", ["203.0.113.7"]),
        ("from fe80::1ff:fe23:4567:890a%eth0.", ["fe80::1ff:fe23:4567:890a%eth0"]),
        ("[2001:db8::7]:443", ["2001:db8::7"]),
        ("server 203.0.113.7", ["203.0.113.7"]),
    ],
)
def test_an_ip_address_is_found_with_ports_prefixes_and_zones_around_it(text, addresses):
    assert found(text, ip_address) == addresses


@pytest.mark.parametrize(
    "text",
    ["ver. 10.2.33.4", "Release 10.2.33.4", "Chrome/120.0.6099.109", "1.2.3.4.5", "lib-10.2.33.4.so", "a::b::c", "::"],
)
def test_versions_and_names_of_code_are_no_ip_addresses(text):
    assert found(text, ip_address) == []


def test_a_longer_row_of_octets_is_no_network_card():
    assert found("00:1a:2b:3c:4d:5e:6f:70", mac_address) == []


@pytest.mark.parametrize(
    "credentials",
    ["ana@example.com:Tr4fficJam", "ana:Tr4@fficJam", "ana:Tr4ffic@example.com", "ana:Tr4=fficJam", "a@b.org:c@d@e9"],
)
def test_the_last_at_sign_before_the_path_ends_the_credentials_in_an_address(credentials):
    assert found(f"https://{credentials}@api.example.com/x") == ["https://", credentials, "@api.example.com/x"]
    assert found(f"postgres://{credentials}@db.internal:5432/app?x=1") == [credentials]


def test_a_mailbox_that_is_the_user_of_an_address_is_found():
    assert found("https://ana@example.com@api.example.org/x") == ["https://", "ana@example.com", "@api.example.org/x"]
    assert found("https://ana@example.com/x", email) == []


@pytest.mark.parametrize("between", [",", ";mail=", "&mail=", " "])
def test_a_mailbox_behind_an_address_with_credentials_is_no_part_of_them(between):
    text = f"postgres://ana:Tr4fficJam@db.internal{between}leo@example.com"

    assert found(text) == ["ana:Tr4fficJam", "leo@example.com"]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("http://kafka1:9092\uff0cops@example.com", "ops@example.com"),
        ("Webhook http://localhost:3000\u3000ana@example.com", "ana@example.com"),
        ("服务地址http://10.0.0.5:8080\uff0c联系人zhang.san@example.cn", "联系人zhang.san@example.cn"),
        ("http://localhost:3000\u2013ana@example.com", "ana@example.com"),
        ("http://localhost:3000\xa0ana@example.com", "ana@example.com"),
        ("http://localhost:3000→ana@example.com", "ana@example.com"),
        ("(http://localhost:3000)\u2014ana@example.com", "ana@example.com"),
        ("http://localhost:3000|ana@example.com", "ana@example.com"),
        ("kafka://b1:9092,b2:9092,ops@example.com", "ops@example.com"),
        ("jdbc:postgresql://db:5432?user=ana@example.com", "ana@example.com"),
        ("CORS http://localhost:3000;http://localhost:5173;admin@example.com", "admin@example.com"),
        ("[x](http://host:8080)[ana@example.com](mailto:ana@example.com)", "ana@example.com"),
    ],
)
def test_a_mailbox_behind_an_address_with_a_port_is_found_and_the_port_is_no_password(text, address):
    kinds = {
        text[each.start : each.end]: each.entity_type
        for each in screener(None).screen(text)
        if each.entity_type in ("EMAIL_ADDRESS", "SECRET")
    }

    assert kinds == {address: "EMAIL_ADDRESS"}


def test_what_no_credentials_are_made_of_leaves_the_mailbox():
    assert found("https://ana:pässword@example.com", email) == ["pässword@example.com"]
    assert found("https://ana:o'word@example.com", email) == ["o'word@example.com"]
    assert found("https://ana:word@example.com, https://ana:word12@example.com", email) == []


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("tel room_4 089 1234 5678", "089 1234 5678"),
        ("Tel: raum_3 030 901820", "030 901820"),
        ("mobile user_4 0170 1234567", "0170 1234567"),
        ("phone: v_1 555-0132", "555-0132"),
        ("Tel.089 1234 5678", "089 1234 5678"),
        ("Tel.+4930901820", "+4930901820"),
        ("phone-415-555-2671", "415-555-2671"),
    ],
)
def test_a_number_is_found_behind_a_name_that_ends_in_a_digit_and_joined_to_its_label(text, number):
    assert found(text, phone) == [number]


@pytest.mark.parametrize(
    "text",
    [
        "call_1700000000 done",
        "pagers: call-1234567890",
        "cell-10023456",
        "cell_1234567 = 5",
        "mobile-12345678.js",
        "fax_0012345.tif",
        "WhatsApp-1700000000.zip",
        "phone-1234567890-case.html",
        "https://shop.example.com/p/phone-12345678",
        "see Fig.1234567, call us",
        "phone build.12345678",
        "microphone-415-555-2671",
        "phone-2024-11-14",
    ],
)
def test_names_with_digits_are_no_telephone_numbers(text):
    assert found(text, phone) == []
