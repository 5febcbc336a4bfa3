# ruff: noqa: RUF001 -- characters that look like others are what this is about

import base64
import random
import sys
import unicodedata
from itertools import pairwise
from typing import Literal

import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from gateway.screening.normalise import GATES, NON_ASCII_GATES, Reading, readings
from gateway.screening.normalise.characters import normalised

ADDRESS, CARD, IBAN = "ana.lima@example.org", "4111 1111 1111 1111", "DE89 3704 0044 0532 0130 00"


def marked(text: str, mark: str) -> str:
    return "".join(f"{character}{mark}" for character in text)


def in_base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def escaped(text: str, form: str) -> str:
    return "".join(form.format(ord(character)) for character in text)


FOREIGN = [  # what is hidden in blobs is not all ASCII
    "Größe: L, Karte 4111 1111 1111 1111",
    "Zoë: 4111 1111 1111 1111",
    "Zażółć gęślą jaźń, 4111 1111 1111 1111",
    "Привет, карта 4111 1111 1111 1111",
    "я: карта 4111 1111 1111 1111",
    "卡号 4111 1111 1111 1111 你好",
    "お世話になっております。ana@example.org です",
    "👋 card 4111 1111 1111 1111",
    "ana@example.org, for all of us 👩\u200d👧",
    "my card is 4111 1111 1111 1111, merci é",
    "बैंक का कार्ड 4111 1111 1111 1111",
]
EVASIONS = {
    # characters
    "ａｎａ．ｌｉｍａ＠ｅｘａｍｐｌｅ．ｏｒｇ": ADDRESS,
    "ana.lima﹫example｡org": ADDRESS,
    "ana.lima＠example。org": ADDRESS,
    "𝐚𝐧𝐚.𝗅𝗂𝗆𝖺@example.org": ADDRESS,
    "ⓐⓝⓐ.lima@example.org": ADDRESS,
    "an\u0430.lim\u0430@ex\u0430m\u0440le.\u043erg": ADDRESS,  # Cyrillic
    "\u03b1n\u03b1.lima@example.\u03bfrg": ADDRESS,  # Greek
    "\u0430\u0440\u0435@example.org": "ape@example.org",
    "D\u0415\u200b89 3704 0044 0532 0130 00": IBAN,
    "\u041c\u04201234567": "MP1234567",
    "p\u0430ssw\u043erd: hunter2": "password: hunter2",
    "password\u00a0: hunter2": "password : hunter2",
    "٤١١١ ١١١١ ١١١١ ١١١١": CARD,
    "४१११ ११११ ११११ ११११": CARD,
    "４１１１　１１１１　１１１１　１１１１": CARD,
    "⁴¹¹¹ ¹¹¹¹ ¹¹¹¹ ¹¹¹¹": CARD,
    "❹❶❶❶ ①①①① ➀➀➀➀ ₁₁₁₁": CARD,
    "4\ufe0f\u20e31\ufe0f\u20e31\ufe0f\u20e31 1111 1111 1111": CARD,
    "4111\u00a01111\u202f1111\u20091111": CARD,
    "4111–1111‑1111−1111": "4111-1111-1111-1111",
    "4\u041e12 888l 8888 1881": "4012 888l 8888 1881",
    "4\u0406\u04061 1111 1111 1111": CARD,
    "\u200b".join("④①①①①①①①①①①①①①①①"): CARD.replace(" ", ""),
    "4111\u3000\u200b1111 1111 1111": CARD,
    "ana.lima\ufffc@example.org": ADDRESS,
    "4111\u200b 1111\u2060 1111\ufeff 1111": CARD,
    "ana.li\u00adma@exam\u200dple.org": ADDRESS,
    "a\u202ena.\u2066lima\u2069@example.org": ADDRESS,
    "ana.l\U000e0069ima@example.org": ADDRESS,
    "ana.li\x08ma@example.org": ADDRESS,
    "a\u0301n\u0336a.lima@example\u0338.org": ADDRESS,
    "ana.lima@\u0336example.org": ADDRESS,
    "4111-\u03361111 \u03321111\u2009\u20e61111": "4111-1111 1111 1111",
    **{marked(ADDRESS, mark): ADDRESS for mark in "\u0332\u0335\u0336\u0337\u0338\u20e6\u0305"},
    marked(CARD, "\u0336\u0332"): CARD,
    marked("\tcard\r\npassword: hunter2", "\u0332"): "\tcard\r\npassword: hunter2",
    "№٤٤٤٤٤٤": "No444444",
    "カード：４１１１ー１１１１ー１１１１ー１１１１": "カード:4111-1111-1111-1111",
    "4111•1111🔒1111❤\ufe0f1111": "4111-1111-1111-1111",
    # escapes
    "ana.lima&#64;example&#x2E;org": ADDRESS,
    "ana.lima&#64example&period;org": ADDRESS,
    "ana.lima&commat;example.org": ADDRESS,
    "ana.lima&amp;#64;example.org": ADDRESS,
    "4111&nbsp;1111&nbsp1111&#160;1111": CARD,
    "born 12&#47;05&sol;1980": "born 12/05/1980",
    "ana.li&shy;ma@example.org&#8203;.": "ana.lima@example.org.",
    "ana.lima%40example%2eorg": ADDRESS,
    "ana.lima%2540example.org": ADDRESS,
    "4111%201111%201111%201111": CARD,
    "j%C3%B6rg%40example.org": "jörg@example.org",
    "ana.lima\\u0040example.org": ADDRESS,
    "ana.lima\\\\u0040example.org": ADDRESS,
    "ana.lima\\x40example\\u{2e}org": ADDRESS,
    "ana.lima\\U00000040example.org": ADDRESS,
    "\\ud835\\udc1ana.lima\\u0040example.org": ADDRESS,
    "ana.lima%u0040example.org": ADDRESS,
    escaped(ADDRESS, "&#{};"): ADDRESS,
    escaped(ADDRESS, "%{:02X}"): ADDRESS,
    escaped(ADDRESS, "\\x{:02x}"): ADDRESS,
    "subject=3D1: ana.li=\nma=40example=2Eorg": "subject=1: ana.lima@example.org",
    # addresses in words
    "ana.lima at example dot org": ADDRESS,
    "ana.lima AT example DOT org": ADDRESS,
    "ana.lima AT example.org": ADDRESS,
    "write to ana at example dot org, please": "write to ana@example.org, please",
    "write to jörg at example dot org now": "write to jörg@example.org now",
    "<ana at example dot org>": "<ana@example.org>",
    "ana dot lima at example dot co dot uk": "ana.lima@example.co.uk",
    "ana.lima[at]example[dot]org": ADDRESS,
    "ana.lima (at) example (dot) org": ADDRESS,
    "ana.lima{at}example.org": ADDRESS,
    "ana.lima[@]example[.]org": ADDRESS,
    "ana.lima@example dot org": ADDRESS,
    "ana.lima @ example . org": ADDRESS,
    "ana.lima@ example.org": ADDRESS,
    "ana_at_example_dot_org": "ana@example.org",
    "ana_at_example.org": "ana@example.org",
    "ana arroba ejemplo punto org": "ana@ejemplo.org",
    "ana klammeraffe beispiel punkt de": "ana@beispiel.de",
    "192[.]0[.]2[.]17": "192.0.2.17",
    # numbers in words, and gaps
    "four one one one, one one one one, one one one one, one one one one": CARD.replace(" ", ""),
    "ring plus four four two oh seven nine four six now": "ring +44207946 now",
    "ring double five triple zero one two": "ring 5500012",
    "ssn zero seven eight dash zero five dash one one two three": "ssn 078051123",
    "llame al cuatro uno cinco cinco cinco cinco cero": "llame al 4155550",
    "null eins sieben sechs, drei vier fünf": "0176345",
    "card 4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 ok": "card 4111111111111111 ok",
    "4-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1": "4111111111111111",
    "4.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1": "4111111111111111",
    "0 7 8 - 0 5 - 1 1 2 3 is mine": "078-05-1123 is mine",
    "mail a n a @ e x a m p l e . o r g !!": "mail ana@example.org !!",
    "D E 8 9 3 7 0 4 0 0 4 4 0 5 3 2 0 1 3 0 0 0": "DE89370400440532013000",
    # blobs
    f"see {in_base64(ADDRESS)} there": f"see {ADDRESS} there",
    f"x={in_base64(CARD).rstrip('=')}": f"x={CARD}",
    f"https://example.org/{in_base64('ana.lima@example.net')}/edit": "https://example.org/ana.lima@example.net/edit",
    base64.urlsafe_b64encode(b"who? ana.lima@example.org~~>").decode(): "who? ana.lima@example.org~~>",
    in_base64("One line of text, and so on.\n" * 5 + ADDRESS)[:76]
    + "\r\n"
    + in_base64("One line of text, and so on.\n" * 5 + ADDRESS)[76:]: "One line of text, and so on.\n" * 5 + ADDRESS,
    ADDRESS.encode().hex(): ADDRESS,
    f"0x{ADDRESS.encode().hex().upper()}": ADDRESS,
    ADDRESS.encode().hex(":"): ADDRESS,
    CARD.replace(" ", "").encode().hex(): CARD.replace(" ", ""),
    **{in_base64(text): text for text in FOREIGN},
    **{text.encode().hex(): text for text in FOREIGN},
    f"to {'Zoë: 4111 1111'.encode().hex(' ')}": "to Zoë: 4111 1111",
    in_base64("536-22-8726"): "536-22-8726",  # padding shows it, though it is short
    b"1234567j".hex(): "1234567j",  # one letter in it, in the last of the fewest bytes
    b"5 123456789j".hex(): "5 123456789j",
    b"415555013212".hex(" "): "415555013212",  # no letter at all
}
ORDINARY = {
    "English": "“Don’t wait – it’s 5 o’clock,” she said: the café opens at 9.30 (€20 each, ½ price for under‑12s) …",
    "German": "Der schnelle Fuchs springt über den faulen Hund – „wirklich“, sagte er, für 20 € nach München, § 5.",
    "French": "Où est-elle ? À l’hôtel, près de la gare ; « c’est loin », dit-il, 12 € l’entrée, le 1ᵉʳ mai.",
    "Spanish": "¿Dónde está la calle Mayor, 5.º piso? Nos vemos mañana a las 9 en el nº 12.",
    "Polish": "Zażółć gęślą jaźń – powiedział 3 razy i poszedł do domu o 17:30.",
    "Turkish": "Yarın akşam saat yedide İstanbul'da buluşalım, ılık bir gün olacak.",
    "Russian": "Съешь же ещё этих мягких французских булок, да выпей чаю — сказал он в 7 часов, купив USB-кабель.",
    "Greek": "Ο γρήγορος σκύλος πήδηξε πάνω από τον φράχτη – στις 9 το πρωί, για 5 €.",
    "Ukrainian": "Її прізвище — Іваненко; зустрінемось о 10:00 біля входу № 3.",
    "Arabic": "ذهبنا إلى المدينة أمس، وشاهدنا الكثير من الأشياء الجميلة في عام ٢٠٢٤ ثم عدنا.",
    "Persian": "می‌خواهم فردا به کتابخانه بروم و کتاب‌های تازه را ببینم.",
    "Hebrew": "שלום, ניפגש מחר בשעה 10:30 ליד הכניסה של ה-Google.",
    "Hindi": "हम कल शाम ५ बजे मिलेंगे, कृपया समय पर आइए।",
    "Thai": "พรุ่งนี้เราจะไปตลาดด้วยกันตอน 9 โมงเช้า",
    "Chinese": "我们昨天去了北京，看到很多有意思的东西：故宫、长城等。使用Python编程（第３章）。",
    "Japanese": "明日は９時に東京駅で会いましょう。コーヒーを２つください！",
    "Korean": "내일 아침 9시에 서울역에서 만나요. 커피 두 잔 주세요!",
    "emoji": "👩\u200d👩\u200d👧 I ❤\ufe0f it 👍🏽 🇩🇪 ©\ufe0f 2024 #\ufe0f\u20e3*\ufe0f\u20e3 \ufe0f!\ufe0f",
    "chat": "meet me at example.com, look at google dot com, look at this dot com boom; we work at home dot com",
    "release": "It is updated at every point release, at 5 dot 2 as well; one, two, three, go!",
    "code": "for i in range(10): m[i] = a[.5:] if x @ y1 @ z.T @ z9 @ self.w else f(at=1)\nnull, null, null",
    "names": "getElementByIdAndClassName internationalization SHA256WithRSAEncryption THE_ENTIRE_RISK_AS_TO_QUALITY",
    "dump": "110bcd25-a55d-453a-8046-1297901ea002 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "log": "2024-11-14T16:30:40.461Z req=fd0d42e17e3f11a1 ms=7866 size=6979700 \x1b[32mok\x1b[0m 10.0.0.12 1.2.3.4.5",
    "URL": "https://example.org/a%20b/c?q=caf%C3%A9%20noir&lang=en&x=1#top",
    "HTML": '<p class="a">Tom &amp; Ana &lt;3 &quot;caf&eacute;&quot; &copy; 2024</p>',
    "JSON": '{"town": "M\\u00fcnchen", "path": "C:\\\\new\\\\table", "bits": [1, 0, 0, 1, 1, 0, 1, 0]}',
    "printf": 'printf("%5d %-20s %02x %2d: %4.1f%%\\n", a, b);',
    "JWT": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzb21lIjoicGF5bG9hZCJ9.4twFt5NiznN84AWoo1d7KO1T_yoc",
    "years": "Copyright (C) 2002, 2003, 2004, 2005-2007, 2009, 2010, 2011 Free Software",
}
HOSTILE = (
    *(
        "\u200b",
        "a\u200b",
        "a\u0301",
        "\u0315\u0300",
        "\u0315\uff9e",
        "\u0430",
        "a\u0430",
        "@\u0430",
        "\u04301",
        "٤",
        "٤ ",
        "ａ",
        "①",
        "ﬁ",
        "㎏",
        "1–1 ",
    ),
    *("&", "&#6", "&#65;", "%", "%4", "%41", "%25", "\\", "\\u", "\\u0041", "=3D", "4\u00a0", "1•1"),
    *("a@", "a @ ", "a at ", "a at b dot c ", "a(at)", "a[.]", " dot ", "  at  ", "one ", "double ", "4 ", "4."),
    *("a b c d e f g hh ", "QUJD", "QUJDREVGR0hJSktM/", "QUJDREVGR0hJSktMTU5PUA== ", "6a6f", "6a ", "eyJhbGci."),
    in_base64(in_base64(ADDRESS)) + " ",
)

any_text = st.text(st.characters(codec=None))  # lone surrogates included
evasive_text = st.lists(any_text | st.sampled_from([*EVASIONS, *HOSTILE, " "])).map("".join)


def the_last(text: str) -> Reading:
    return list(readings(text))[-1]


@pytest.mark.parametrize(("written", "meant"), EVASIONS.items())
def test_an_evasion_is_seen_through(written: str, meant: str):
    reading = the_last(written)

    assert reading.text == meant


@pytest.mark.parametrize(("written", "meant"), EVASIONS.items())
def test_what_stands_around_an_evasion_stays_and_keeps_its_place(written: str, meant: str):
    text = f"Hello, email to: {written}\nthanks and bye"

    reading = the_last(text)

    assert reading.text == f"Hello, email to: {meant}\nthanks and bye"
    assert reading.place(0, 5) == (0, 5)
    assert reading.place(17, 17 + len(meant)) == (17, 17 + len(written))
    assert reading.place(len(reading.text) - 3, len(reading.text)) == (len(text) - 3, len(text))


@pytest.mark.parametrize("written", EVASIONS)
def test_a_gate_opens_for_every_evasion(written: str):
    gates = GATES if written.isascii() else (*GATES, *NON_ASCII_GATES)

    assert any(re2.search(gate, written) for gate in gates)


@pytest.mark.parametrize("number", ["4111111111111111", "ref 2200 4455 6677 2233 4455", "22 33 44 55 66 77 22 33 44"])
def test_no_gate_opens_for_a_number_that_is_too_short_for_a_blob(number: str):
    assert [gate for gate in GATES if re2.search(gate, number)] == []


def test_base64_is_read_where_digits_are_most_of_its_first_characters():
    text = f"我的邮箱是{ADDRESS}"
    assert "566x" in in_base64(text)

    assert the_last(in_base64(text)).text == text
    assert any(re2.search(gate, in_base64(text)) for gate in GATES)


def test_hardly_any_hash_or_identifier_opens_a_gate():
    chance = random.Random(7)
    hashes = [chance.randbytes(size).hex() for size in (16, 20, 32) * 500]
    identifiers = [base64.b64encode(chance.randbytes(chance.randint(16, 64))).decode() for _ in range(1500)]

    opened = [text for text in (*hashes, *identifiers) if any(re2.search(gate, text) for gate in GATES)]

    assert len(opened) <= 10


@pytest.mark.parametrize("text", ORDINARY.values(), ids=ORDINARY.keys())
def test_an_ordinary_text_has_no_other_reading(text: str):
    assert list(readings(text)) == []


def test_decomposed_text_reads_without_its_accents_and_precomposed_text_as_it_is():
    text = unicodedata.normalize("NFD", "René à Córdoba")

    assert the_last(text).text == "Rene a Cordoba"
    assert list(readings(unicodedata.normalize("NFC", text))) == []


def test_a_word_of_another_alphabet_beside_a_mixed_one_keeps_its_letters():
    reading = the_last("телефон и p\u0430rol")

    assert reading.text == "телефон и parol"


def test_a_place_covers_the_marks_upon_its_last_character_and_the_unseen_ones_inside():
    text = "to 4\u200b1\u0301\u0302\u200b!"

    reading = the_last(text)

    assert reading.text == "to 41!"
    assert reading.place(3, 5) == (3, 8)
    assert reading.place(3, 4) == (3, 4)
    assert reading.place(5, 6) == (9, 10)


def test_a_part_of_an_address_has_the_place_of_that_part():
    reading = the_last("ana.lima at example dot org")

    assert reading.place(0, 8) == (0, 8)
    assert reading.place(8, 9) == (8, 12)
    assert reading.place(9, 16) == (12, 19)


def test_whatever_is_asked_about_a_blob_the_place_is_all_of_it():
    blob = in_base64(ADDRESS)
    text = f"token {blob} end"

    reading = the_last(text)

    assert {reading.place(at, at + 1) for at in range(6, 6 + len(ADDRESS))} == {(6, 6 + len(blob))}


def test_escapes_and_lookalikes_are_one_reading_and_spellings_another_on_top_of_it():
    texts = [reading.text for reading in readings("\u0430na&#46;lima &#97;t example d\u043et org")]

    assert texts == ["ana.lima at example dot org", ADDRESS]


def test_a_blob_whose_padding_is_percent_encoded_is_decoded():
    written = in_base64(CARD).replace("=", "%3D")

    reading = the_last(f"q={written}&x=1")

    assert reading.text == f"q={CARD}&x=1"
    assert reading.place(3, 7) == (2, 2 + len(written))


def test_a_blob_in_a_blob_stays_closed():
    assert the_last(in_base64(in_base64(ADDRESS))).text == in_base64(ADDRESS)


def test_neither_a_reading_nor_its_layers_show_the_text():
    assert ADDRESS not in repr(list(readings(escaped(ADDRESS, "&#{};"))))
    assert "ana" not in repr(next(readings("ana.lima\u200b@example.org")).layers)


@given(evasive_text)
def test_every_place_lies_in_the_original_and_keeps_the_order(text: str):
    for reading in readings(text):
        places = [reading.place(at, at + 1) for at in range(len(reading.text))]

        assert all(0 <= start < end <= len(text) for start, end in places)
        assert all(first <= second for first, second in pairwise(places))
        if places:
            assert reading.place(0, len(places)) == (places[0][0], places[-1][1])


@given(evasive_text)
def test_a_character_that_stands_for_itself_is_found_where_it_was(text: str):
    for reading in readings(text):
        for at, character in enumerate(reading.text):
            start, end = reading.place(at, at + 1)
            if not character.isascii():
                assert end - start > 1 or text[start] == character


@given(any_text, any_text)
def test_an_evasion_is_seen_through_whatever_stands_around_it(left: str, right: str):
    assert any(ADDRESS in reading.text for reading in readings(f"{left} ana.lima&#64;example.org {right}"))


def test_evasions_of_all_kinds_together_make_three_readings():
    text = "\n".join(EVASIONS) * 2

    plain, spelled, decoded = readings(text)

    assert spelled.text.count(ADDRESS) > plain.text.count(ADDRESS) > 20
    assert decoded.text.count(ADDRESS) > plain.text.count(ADDRESS)


@pytest.mark.parametrize("unit", HOSTILE)
def test_the_work_grows_with_the_text_and_no_faster(unit: str):
    once, eightfold = calls_for(unit * 500), calls_for(unit * 4000)

    assert eightfold <= 10 * once


@pytest.mark.parametrize("unit", HOSTILE)
@pytest.mark.parametrize("form", ["NFC", "NFKC"])
def test_no_long_run_of_marks_has_to_be_sorted(form: Literal["NFC", "NFKC"], unit: str):
    text = normalised(form, unit * 200)

    runs = "".join("M" if unicodedata.combining(character) else " " for character in text).split()
    assert max(map(len, runs), default=0) <= 30


@pytest.mark.parametrize("unit", HOSTILE)
def test_a_long_hostile_text_is_read_to_its_end(unit: str):
    text = unit * (100_000 // len(unit))

    for reading in readings(text):
        assert len(reading.text) <= 4 * len(text)
        assert reading.place(0, len(reading.text))[1] <= len(text)


def calls_for(text: str) -> int:
    """Count the calls, of Python's functions and of built-in ones, that all readings of *text* and one place cost."""
    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}

    list(readings(text))  # what is worked out once is worked out here
    sys.setprofile(count)
    try:
        for reading in readings(text):
            reading.place(0, 1)
    finally:
        sys.setprofile(None)
    return calls
