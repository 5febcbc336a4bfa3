import pytest
import re2
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.br import cpf
from stdnum.cn import ric
from stdnum.dk import cvr
from stdnum.eu import vat as eu_vat
from stdnum.fr import siren, tva
from stdnum.hr import oib
from stdnum.il import idnr
from stdnum.mt import vat as mt_vat
from stdnum.nl import bsn
from stdnum.nz import bankaccount
from stdnum.pt import nif
from stdnum.ua import rntrc

from gateway.screening.detectors import shipped
from gateway.screening.detectors.country import cn, eu, fr, hk, ir, lu, mt, nz, ru, sv, tw, uy
from gateway.screening.detectors.country._numbers import number
from gateway.screening.patterns import Candidate, Family
from gateway.screening.screener import Screener

DIGITS = "0123456789"
COUNTRIES = {name: family for name, family in shipped().items() if len(name) == 2}

ORACLES = (  # a country, its number's name, what the digits are judged by, how many they are
    ("br", "CPF", cpf, 11),
    ("nl", "BSN", bsn, 9),
    ("hr", "OIB", oib, 11),
    ("fr", "SIREN", siren, 9),
    ("dk", "CVR", cvr, 8),
    ("pt", "NIPC", nif, 9),
    ("ua", "РНОКПП", rntrc, 10),
    ("il", "מספר זהות", idnr, 9),
)

YEARS = frozenset(range(1900, 2100))
OWN = (  # a check of ours, python-stdnum's, and what about half of the time is a number but for its last two digits
    (
        cn.is_id,
        ric.is_valid,
        st.builds(
            "{}{}{:02d}{:02d}0".format,
            st.sampled_from(sorted(cn._regions())),
            st.integers(1900, 2030),
            st.integers(1, 12),
            st.integers(1, 31),
        ),
        [*(f"{end:02d}" for end in range(100)), *(f"{end}X" for end in range(10))],
    ),
    (
        nz.is_account,
        bankaccount.is_valid,
        st.builds("{0[0]}-{0[1]}-{1:05d}".format, st.sampled_from(sorted(nz._branches())), st.integers(9000, 10500)),
        [f"{end:02d}-{suffix}" for end in range(34) for suffix in ("00", "123")],
    ),
    (
        fr.is_tva,
        tva.is_valid,
        st.from_regex(r"(FR ?)?[0-9A-Z]{2}( ?[0-9]{3}){2} ?[0-9]", fullmatch=True),
        [f"{end:02d}" for end in range(100)],
    ),
    (mt.is_vat, mt_vat.is_valid, st.from_regex("(MT)?[0-9]{6}", fullmatch=True), [f"{end:02d}" for end in range(100)]),
    (
        eu.is_vat,
        eu_vat.is_valid,
        st.from_regex(f"({eu._MEMBERS})[0-9]{{6,9}}", fullmatch=True),
        [f"{end:02d}" for end in range(100)],
    ),
)


@pytest.mark.parametrize(("own", "oracle", "starts", "ends"), OWN, ids=["cn", "nz", "fr", "mt", "eu"])
@settings(max_examples=30)
@given(data=st.data())
def test_a_check_of_our_own_says_what_python_stdnum_says(own, oracle, starts, ends, data):
    start = data.draw(starts)

    assert [end for end in ends if own(start + end)] == [end for end in ends if oracle(start + end)]


def test_a_region_of_china_counts_in_the_years_in_which_it_was_one():
    for region, times in cn._regions().items():
        for year in {1949, *(year + beside for years in times for year in years for beside in (-1, 0, 1))} & YEARS:
            number = f"{region}{year}0101001"
            number += ric.calc_check_digit(f"{number}0")
            assert cn.is_id(number) == ric.is_valid(number)


@pytest.fixture(scope="module")
def screener() -> Screener:
    return Screener(tuple(COUNTRIES.values()))


def found(screener: Screener, text: str) -> list[str]:
    return [text[each.start : each.end] for each in screener.screen(text)]


@pytest.mark.parametrize(("country", "name", "module", "size"), ORACLES)
@given(data=st.data())
def test_beside_its_name_a_number_is_found_if_and_only_if_it_is_valid(country, name, module, size, data):
    screener = Screener([COUNTRIES[country]])
    start = data.draw(st.text(DIGITS, min_size=size - 2, max_size=size - 2))
    valid = [each for each in (f"{start}{end:02d}" for end in range(100)) if module.is_valid(each)]
    digits = data.draw(st.sampled_from(valid or [f"{start}00"]) | st.text(DIGITS, min_size=size, max_size=size))

    seen = found(screener, f"{name} {digits}, please check")

    assert seen == ([digits] if module.is_valid(digits) and len(set(digits)) > 1 else [])


@given(separators=st.lists(st.sampled_from(["", " ", ".", "-", " - ", ". ", "/"]), min_size=10, max_size=10))
def test_a_number_is_found_whole_however_its_digits_are_grouped(screener, separators):
    grouped = "".join(f"{digit}{separator}" for digit, separator in zip("52998224725", [*separators, ""], strict=True))

    assert found(screener, f"CPF: {grouped}.") == [grouped]


@pytest.mark.parametrize(
    "text",
    [
        "CPF +52998224725",
        "CPF 52998224725-7",
        "CPF 52998224725@example.org",
        "CPF 7.52998224725",
        "CPF a52998224725",
        "CPF 529982247251",
        "the sum is 52998224725",
        "111.111.111-11",
    ],
)
def test_what_is_part_of_something_else_is_no_number(screener, text):
    assert found(screener, text) == []


def test_a_number_of_another_length_may_follow_after_a_space(screener):
    assert found(screener, "ДДС 175074752 5 дни") == ["175074752"]


def test_a_numbers_name_may_be_the_key_that_it_stands_under(screener):
    [finding] = screener.screen({"customer": {"cpf": "52998224725"}})

    assert finding.entity_type == "BR_CPF"


@pytest.mark.parametrize("error", [KeyError, IndexError, ValueError])
def test_a_validator_that_fails_has_not_called_a_number_valid(error):
    def failing(_: str) -> bool:
        raise error

    pattern = number("XX_ID", failing, r"\d{9}", ("id",))
    screener = Screener([Family(name="xx", patterns=(pattern,))])

    assert screener.screen("id 123456789") == []


@pytest.mark.parametrize(
    "shape", [r"\d{9}", r"[A-Z]{2}\d{6}[0-9A]|[A-Z]\d{6}[0-9A]", r"[1-9]\d{3}[A-Z]{2}", r"\d{4,8}"]
)
@given(data=st.data())
def test_the_gate_of_a_shape_lets_all_its_numbers_in(shape, data):
    pattern = number("XX_ID", bool, shape, ("id",))
    plain = data.draw(st.from_regex(f"^(?:{shape})$".replace(r"\d", "[0-9]"), fullmatch=True)).strip()
    text = data.draw(st.sampled_from([" ", ".", "-", ""])).join(plain)

    assert re2.search(pattern.regex, text) is not None
    assert re2.search(pattern.gate, text) is not None


@pytest.mark.parametrize(
    ("valid", "published"),
    [
        (hk._is_hkid, "A123456(3)"),
        (tw._is_identity, "A123456789"),
        (ru._is_snils, "112-233-445 95"),
        (nz._is_patient, "ZAC5361"),
        (ir._is_code, "0499370899"),
        (uy._is_identity, "1.234.567-2"),
        (sv._is_identity, "000162975"),
        (lu._is_matricule, "1893120105732"),
    ],
)
def test_check_digits_of_our_own_agree_with_published_numbers(valid, published):
    others = [f"{published[:-1]}{digit}" for digit in DIGITS if digit != published[-1]]

    assert valid(published)
    assert not any(valid(other) for other in others if published[-1].isdigit())


@pytest.mark.parametrize("family", COUNTRIES.values(), ids=COUNTRIES.keys())
@settings(max_examples=15)
@given(text=st.text(f"{DIGITS}AKXZ.-/ ()", max_size=40))
def test_no_check_fails_whatever_it_is_shown(family, text):
    """What a check raises would refuse the whole message."""
    data = text.encode()

    for pattern in family.patterns:
        for match in re2.finditer(pattern.regex, text):
            pattern.check(Candidate(data, *match.span(), pattern.score))
