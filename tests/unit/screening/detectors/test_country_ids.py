"""Ids of countries: what python-stdnum holds for right is found, and nothing else is."""

import re
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.au import abn, acn, tfn
from stdnum.ca import bn, sin
from stdnum.de import idnr
from stdnum.de import vat as de_vat
from stdnum.es import cif, nie, nif, referenciacatastral
from stdnum.fi import hetu, ytunnus
from stdnum.gb import nhs, upn, utr
from stdnum.gb import vat as gb_vat
from stdnum.in_ import aadhaar, epic, vid
from stdnum.it import codicefiscale, iva
from stdnum.kr import rrn
from stdnum.pl import nip, pesel, regon
from stdnum.se import orgnr, personnummer
from stdnum.sg import uen
from stdnum.th import moa, pin
from stdnum.tr import tckimlik, vkn
from stdnum.us import itin, ssn
from stdnum.za import idnr as za_idnr
from stdnum.za import tin as za_tin

from gateway.screening.detectors import shipped
from gateway.screening.screener import Screener

ACTED_UPON = 0.5
DIGITS = "0123456789"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
COUNTRIES = (
    "au", "ca", "de", "documents", "es", "fi", "in", "it", "kr", "ng", "ph", "pl", "se", "sg", "th", "tr", "uk",
    "us", "za",
)  # fmt: skip


class Form(NamedTuple):
    """A number as it is written: all of it but its last character, which is tried with every one of *ends*."""

    text: str  #: what stands before it
    entity_type: str
    body: str  #: a regular expression
    ends: str
    is_valid: Callable[[str], bool]


DAY = "(0[1-9]|1[0-9]|2[0-8])"
MONTH = "(0[1-9]|1[0-2])"

FORMS = (
    Form("", "AU_ABN", "[1-9][0-9]{9}", DIGITS, abn.is_valid),
    Form("ACN ", "AU_ACN", "[0-9]{3} [0-9]{3} [0-9]{2}", DIGITS, acn.is_valid),
    Form("TFN ", "AU_TFN", "[0-9]{8}", DIGITS, tfn.is_valid),
    Form("SIN ", "CA_SIN", "[1-79][0-9]{7}", DIGITS, sin.is_valid),
    Form("BN ", "CA_BN", "[0-9]{8}", DIGITS, bn.is_valid),
    Form("", "DE_TAX_ID", "[1-9](0123456778|1123456789|987654321|123456788)", DIGITS, idnr.is_valid),
    Form("", "DE_VAT_ID", "DE[1-9][0-9]{7}", DIGITS, de_vat.is_valid),
    Form("", "ES_NIF", "[0-9]{8}", "ABCDEFGHJKLMNPQRSTVWXYZ", nif.is_valid),
    Form("", "ES_NIE", "[XYZ][0-9]{7}", "ABCDEFGHJKLMNPQRSTVWXYZ", nie.is_valid),
    Form("CIF ", "ES_CIF", "[AB][0-9]{7}", DIGITS, cif.is_valid),
    Form("", "ES_REFERENCIACATASTRAL", "7837301VG8173B0001T", LETTERS, referenciacatastral.is_valid),
    Form("", "FI_HETU", f"{DAY}{MONTH}[0-9]{{2}}[-A][1-8][0-9]{{2}}", "0123456789ABCDEFHJKLMNPRSTUVWXY", hetu.is_valid),
    Form("Y-tunnus ", "FI_YTUNNUS", "[0-9]{7}-", DIGITS, ytunnus.is_valid),
    Form("", "IN_AADHAAR", "[2-9][0-9]{3} [0-9]{4} [0-9]{3}", DIGITS, aadhaar.is_valid),
    Form("VID ", "IN_VID", "[2-9][0-9]{14}", DIGITS, vid.is_valid),
    Form("", "IN_VOTER", "[A-Z]{3}[0-9]{6}", DIGITS, epic.is_valid),
    Form("", "IT_FISCAL_CODE", f"RCCMNL[0-9]{{2}}[ABCDEHLMPRST]{DAY}D969", LETTERS, codicefiscale.is_valid),
    Form("", "IT_VAT_CODE", "IT[0-9]{7}0[1-9][0-9]", DIGITS, iva.is_valid),
    Form("", "KR_RRN", f"[3-9][0-9]{MONTH}{DAY}[12][0-8][0-9]{{4}}", DIGITS, rrn.is_valid),
    Form("", "PL_PESEL", f"[0-9]{{2}}{MONTH}{DAY}[0-9]{{4}}", DIGITS, pesel.is_valid),
    Form("", "PL_NIP", "[0-9]{3}-[0-9]{3}-[0-9]{2}-[0-9]", DIGITS, nip.is_valid),
    Form("REGON ", "PL_REGON", "[0-9]{8}", DIGITS, regon.is_valid),
    Form("", "SE_PERSONNUMMER", f"[0-9]{{2}}{MONTH}{DAY}-[0-9]{{3}}", DIGITS, personnummer.is_valid),
    Form("orgnr ", "SE_ORGANISATIONSNUMMER", "[0-9]{2}[2-9][0-9]{3}-[0-9]{3}", DIGITS, orgnr.is_valid),
    Form("", "SG_UEN", "T[01][0-9](LL|FC|SS)[0-9]{4}", LETTERS, uen.is_valid),
    Form("Thai ID ", "TH_TNIN", "[1-8][0-9]{11}", DIGITS, pin.is_valid),
    Form("", "TH_TIN", "0-99-[0-9]-[0-9]{3}-[0-9]{5}-", DIGITS, moa.is_valid),
    Form("", "TR_TCKN", "[1-9][0-9]{9}", DIGITS, tckimlik.is_valid),
    Form("VKN ", "TR_VKN", "[0-9]{9}", DIGITS, vkn.is_valid),
    Form("NHS ", "UK_NHS", "[0-9]{3} [0-9]{3} [0-9]{3}", DIGITS, nhs.is_valid),
    Form("UTR ", "UK_UTR", "[0-9]{9}", DIGITS, utr.is_valid),
    Form("", "UK_UPN", "B801[0-9]{8}", "ABCDEFGHJKLMNPQRTUVWXYZ0123456789", upn.is_valid),
    Form("", "UK_VAT", "GB[0-9]{8}", DIGITS, gb_vat.is_valid),
    Form("", "US_ITIN", "9[0-9]{2}-[7-9][0-9]-[0-9]{3}", DIGITS, itin.is_valid),
    Form("", "US_SSN", "[0-9]{3}-[0-9]{2}-[1-9][0-9]{2}", DIGITS, ssn.is_valid),
    Form("", "ZA_ID", f"[3-9][0-9]{MONTH}{DAY}[0-9]{{4}}[01]8", DIGITS, za_idnr.is_valid),
    Form("TIN ", "ZA_TIN", "[01239][0-9]{8}", DIGITS, za_tin.is_valid),
)


@pytest.fixture(scope="module")
def all_countries() -> Screener:
    return Screener([shipped()[name] for name in COUNTRIES])


@cache
def of_country(name: str) -> Screener:
    return Screener([shipped()[name]])


def found_by(screener: Screener, text: str) -> set[tuple[str, str]]:
    return {
        (each.entity_type, text[each.start : each.end]) for each in screener.screen(text) if each.score >= ACTED_UPON
    }


@pytest.mark.parametrize("form", FORMS, ids=[form.entity_type for form in FORMS])
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_a_number_is_found_exactly_if_its_check_digit_is_right(form: Form, data: st.DataObject):
    screener = of_country(form.entity_type[:2].lower())
    body = data.draw(st.from_regex(re.compile(form.body, re.ASCII), fullmatch=True))

    for end in form.ends:
        number = body + end
        found = found_by(screener, form.text + number)

        assert ((form.entity_type, number) in found) == form.is_valid(number), number


@pytest.mark.parametrize("digits", [7, 8, 9, 10, 12, 14])
def test_plain_numbers_without_words_beside_them_are_no_ids(all_countries: Screener, digits: int):
    step = 10**digits // 997
    orders = " ".join(f"order {number}" for number in range(10 ** (digits - 1) + step, 10**digits, step))

    assert found_by(all_countries, orders) == set()


def test_a_value_of_json_that_is_a_plain_number_is_no_id(all_countries: Screener):
    assert all_countries.screen({"order": ["1048656659", 1245319599, "0032698674"], "at_ms": 1712310412345}) == []


def test_times_in_milliseconds_are_no_ids(all_countries: Screener):
    times = " ".join(str(1_400_000_000_000 + 86_399_977 * day) for day in range(0, 8000, 3))

    assert found_by(all_countries, times) == set()


def test_the_name_of_a_key_is_a_word_beside_its_value(all_countries: Screener):
    value = {"nhsNumber": "9434765919", "npi": 1245319599, "passport_no": "912803456", "driverLicense": "D12345678"}

    found = {(each.entity_type, each.path) for each in all_countries.screen(value)}

    assert found == {
        ("UK_NHS", "/nhsNumber"),
        ("US_NPI", "/npi"),
        ("PASSPORT", "/passport_no"),
        ("DRIVER_LICENSE", "/driverLicense"),
    }


@pytest.mark.parametrize(
    "text", ["NIF: x\u212a1234567L", "Reisepass x\u212a01X00T41", "dowód xAB\u212a300000", "NRIC x\u017f1234567D"]
)
def test_a_letter_that_folds_to_ascii_does_not_fail_the_screening(all_countries: Screener, text: str):
    assert found_by(all_countries, text) == set()


@pytest.mark.parametrize(
    "text",
    [
        "3f2504e0-4f89-11d3-9a0c-0305e82c3301",
        "51824753556.25",
        "+51824753556",
        "4716 9876 2234 1561",
        "v76543210794-1",
    ],
)
def test_pieces_of_longer_numbers_are_no_ids(all_countries: Screener, text: str):
    assert found_by(all_countries, text) == set()
