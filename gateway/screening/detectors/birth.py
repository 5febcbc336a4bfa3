"""
Dates of birth and ages, where words say that they are.

Source: usage; ISO 8601 and the numeric dates of Europe and America.
"""

import re

from gateway.screening.patterns import Candidate, Family, KeyedValue, Pattern, words

_MONTHS = (  # of English, German, French, Spanish, Portuguese, Italian, Dutch, the Nordic languages; Polish, Russian
    r"(?i:jan(?:uary?|uari|vier|eiro)?|ene(?:ro)?|gennaio|feb(?:ruary?|ruari|rero|braio)?|févr(?:ier)?|fev(?:ereiro)?|"
    r"mar(?:ch|s|zo|ço)?|märz|maart|mrt|apr(?:il|ile)?|avr(?:il)?|abr(?:il)?|may|mayo|maio|mai|mei|maj|maggio|"
    r"june?|jun[io]|juin|junho|giugno|july?|jul[io]|juil(?:let)?|julho|luglio|"
    r"aug(?:ust|usti|ustus)?|août|ago(?:sto)?|sep(?:t(?:embre|iembre|ember)?)?|set(?:embro|tembre)?|"
    r"o[ck]t(?:ober|obre|ubre)?|out(?:ubro)?|ottobre|nov(?:embre|iembre|embro|ember)?|"
    r"de[cz](?:ember|embre|iembre|embro)?|déc(?:embre)?|dic(?:iembre|embre)?|"
    r"stycznia|lutego|marca|kwietnia|maja|czerwca|lipca|sierpnia|września|października|listopada|grudnia|"
    r"января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|декабря)\.?"
)
_YEAR = r"(?:18|19|20)\d{2}"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_DATE = (
    rf"(?:{_YEAR}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])|"
    rf"{_YEAR}[-./](?:0?[1-9]|1[0-2])[-./]{_DAY}|{_DAY}[-./ ](?:0?[1-9]|1[0-2]|{_DAY})[-./ ](?:{_YEAR}|\d{{2}})|"
    rf"{_DAY}(?:st|nd|rd|th|er|º|\.)?[ -](?:of |de )?{_MONTHS}(?: del? | of |[ ,-]{{1,2}}){_YEAR}|"
    rf"{_MONTHS} {_DAY}(?:st|nd|rd|th)?,? {_YEAR})"
)
_EAST_ASIAN_DATE = rf"{_YEAR}(?:年|년) ?\d{{1,2}}(?:月|월) ?\d{{1,2}}(?:日|일)"
_BIRTH = words(
    "dob, d.o.b, date of birth, birth date, birthdate, birthday, born, born on, birth, geboren, geburtsdatum, geb, "
    "né le, née le, date de naissance, nacido, nacida, fecha de nacimiento, nato, nata, data di nascita, nascido, "
    "nascida, data de nascimento, geboortedatum, urodzony, urodzona, data urodzenia, född, født, syntynyt, 出生, "
    "生年月日, 생년월일, родился, родилась, дата рождения, bday, b-day, fecha de nac, data urodz, födelsedatum, "
    "fødselsdato, fødselsdag, syntymäaika, narozen, narozena, datum narození, dátum narodenia, született, "
    "születési dátum, születési idő, data nașterii, născut, născută, datum rođenja, rođen, rođena, doğum tarihi, "
    "doğum, дата народження, народився, народилася, ημερομηνία γέννησης, تاريخ الميلاد, תאריך לידה, ngày sinh, "
    "tanggal lahir, วันเกิด"
)
_BIRTH_WORD = re.compile("|".join(map(re.escape, _BIRTH)))
_DIGIT = re.compile(r"\d")
_PEOPLE = (
    r"(?i:man|woman|male|female|boy|girl|patient|mother|father|son|daughter|child|husband|wife|brother|sister|"
    r"student|person|resident|employee|gentleman|lady|teenager|adult|m|f)"
)
_YEARS_OLD = r"(?i:years?[ -]old|y/?o\b|yrs?[ -]old|jahre alt|jaar oud|år gammal|ans\b|años|anni\b)"
_YEARS_OLD_WHO = r"(?:[ -](?:years?|yrs?)[ -]old|[ -]?y(?:/?o|\.o\.))[ -]"
_SOMEBODY = (
    r"(?:(?i:i'm|i am|aged?|(?:he|she|who|patient|son|daughter|mother|father|wife|husband|child) (?:is|was|turned)|"
    r"ich bin|er ist|sie ist|ik ben|jag är|j'ai|(?:il|elle) a|tengo|tiene|ho|ha)|"
    r"\p{Lu}\p{L}+ (?:is|was|turned|ist|a|tiene|ha)),?"
)
_TURNED = r"(?i:\b(?:i|he|she|who|son|daughter|mother|father|wife|husband|mom|mum|dad) (?:just )?turn(?:s|ed))"
_WHEN = r"(?: (?i:today|yesterday|tomorrow|(?:this|last|next) \pL{3,9}|years? old)\b|[.!]?(?:\n|\z))"
_ENDS = r"(?:[.,;!?)\n]|\z| (?i:e|i|и) )"  #: and no `лет назад`
_OLDEST = 125  #: years
_OF_SOMETHING_ELSE = re.compile(
    r"(?i) (?:ans|años|anni) (?:(?:de|di) |d['\u2019])"
    r"(?:experiencia|expérience|esperienza|garantía|garantie|garanzia|antigüedad|ancienneté|anzianità|"
    r"servicio|service|servizio)\b"
)
_RANGE = re.compile(r"(?:[-\u2013]| (?:to|bis) )(\d{1,3})(?!\d)")
_YOUNGEST_TURNED = 10  #: years, where nothing says when: `he turned 2` is rather a page


def _is_birth(candidate: Candidate) -> Candidate | None:
    """Take the date that stands beside the word, with no other number in between: `DOB: …, admitted on …`."""
    before = _DIGIT.split(candidate.before(48).lower())[-1]
    after = _DIGIT.split(candidate.after(24).lower())[0]
    return candidate if _BIRTH_WORD.search(before) or _BIRTH_WORD.search(after) else None


def _is_age(candidate: Candidate) -> Candidate | None:
    return candidate if 0 < int(candidate.text) <= _OLDEST else None


def _is_age_of_somebody(candidate: Candidate) -> Candidate | None:
    """Take no years of experience: `tengo 3 años de experiencia`."""
    return None if _OF_SOMETHING_ELSE.match(candidate.after(32)) else _is_age(candidate)


def _is_labelled_age(candidate: Candidate) -> Candidate | None:
    """Take no range of ages, which is that of a group: `aged 5 to 12`."""
    behind = _RANGE.match(candidate.after(9))
    return None if behind and int(behind[1]) > int(candidate.text) else _is_age(candidate)


def _is_age_turned(candidate: Candidate) -> Candidate | None:
    """Take a small number only where a word says when: `my son turned 6 yesterday`."""
    said = candidate.after() == " " or int(candidate.text) >= _YOUNGEST_TURNED
    return _is_age(candidate) if said else None


def _is_keyed_age(candidate: Candidate) -> Candidate | None:
    text = candidate.text.strip()
    return candidate if text.isascii() and text.isdigit() and len(text) <= len("125") and _is_age(candidate) else None


DETECTOR = Family(
    name="birth",
    source="usage; ISO 8601",
    patterns=(
        Pattern(
            name="date",
            entity_type="DATE_OF_BIRTH",
            gate=r"(?:18|19|20)\d{2}|\d[-./ ]\d{2}",
            regex=rf"\b{_DATE}\b|{_EAST_ASIAN_DATE}",
            score=0.5,
            context=_BIRTH,
            needs_context=True,
            check=_is_birth,
        ),
        Pattern(
            name="years old",
            entity_type="AGE",
            gate=rf"(?i)\d[ -]{_YEARS_OLD}",
            regex=rf"\b{_SOMEBODY} (?P<value>\d{{1,3}})[ -]{_YEARS_OLD}",
            score=0.6,
            check=_is_age_of_somebody,
        ),
        Pattern(
            name="years of somebody",
            entity_type="AGE",
            gate=r"(?i)\d (?:anos|lat|лет|года?)(?:[.,;!?)\n ]|\z)",
            regex=(
                r"(?i:\b(?:tenho|ele tem|ela tem|mam)|(?:\A|[^\pL])(?:мне|ему|ей)) (?P<value>\d{1,3}) "
                rf"(?i:anos|lat|лет|года?){_ENDS}"
            ),
            score=0.6,
            check=_is_age,
        ),
        Pattern(
            name="years old, of a person",
            entity_type="AGE",
            gate=rf"(?i)\d{_YEARS_OLD_WHO}[a-z]",
            regex=rf"\b(?P<value>\d{{1,3}}){_YEARS_OLD_WHO}(?:[a-z]{{1,16}} )?{_PEOPLE}\b",
            score=0.65,
            check=_is_age,
        ),
        Pattern(
            name="turned",
            entity_type="AGE",
            gate=r"(?i) turn(?:s|ed) \d{1,3}\b",
            regex=rf"{_TURNED} (?P<value>\d{{1,3}}){_WHEN}",
            score=0.6,
            check=_is_age_turned,
        ),
        Pattern(
            name="labelled",
            entity_type="AGE",
            gate=r"(?i)\b(?:age|aged|alter|âge|edad|età|idade)\b[\"']?:? ?[\"']?\d",
            regex=r"(?i:\b(?:age|aged|alter|âge|edad|età|idade)\b)[\"']?:? ?[\"']?(?P<value>\d{1,3})\b",
            score=0.55,
            check=_is_labelled_age,
        ),
    ),
    keyed=(
        KeyedValue(
            name="a birthday's key",
            entity_type="DATE_OF_BIRTH",
            keys=words(
                "dob, date of birth, birth date, birthdate, birthday, geburtsdatum, date de naissance, "
                "fecha de nacimiento, data di nascita, data de nascimento, geboortedatum, data urodzenia"
            ),
            score=0.85,
            check=lambda candidate: candidate if any(map(str.isdigit, candidate.text)) else None,
        ),
        KeyedValue(name="an age's key", entity_type="AGE", keys=("age",), score=0.55, check=_is_keyed_age),
    ),
    examples={
        "DATE_OF_BIRTH": (
            "DOB: «1987-09-17», born «19870917»",
            "born on «14 March 1962» in Porto",
            "Geburtsdatum «03.11.1990»",
            "date of birth «March 3rd, 2001»",
            "née le «2 février 1981», né le «1er août 1969»; nacida el «3 de mayo de 1992»",
            "nata il «7 luglio 1984»; nascido em «15 de março de 1977»; geboren op «9 mei 1995»",
            "urodzony «21 listopada 1986»; родился «17 сентября 1983» года",
            "생년월일: «1991년 3월 4일», 出生日期 «1990年5月6日»",
            "doğum tarihi «17.09.1983»; syntymäaika «5.6.1988»",
        ),
        "AGE": (
            "she is «34» years old",
            "a «27»-year-old woman",
            "aged «71»",
            "age: «8»",
            "«34»yo female with a cough, «67» y/o man",
            "my son turned «6» yesterday",
            '"age":"«61»", "edad": «61»',
            "tengo «28» años de edad; tenho «33» anos; mam «27» lat; мне «35» лет",
            "tengo «34» años y soy de Madrid; Ho «34» anni e sono di Roma; elle a «45» ans près de Lyon",
            "mi madre tiene «81» años y vive de alquiler; I am «34» years old of course",
            "Age: «42»\n- 3 previous admissions, age: «43»\n- 2 kids",
            "patient aged «71» and 3 months old, aged «45» and 2 months pregnant, age «34» or 35, age: «42» - 63 kg",
            "my mom turned «80».\n",
        ),
    },
    counter_examples=(
        "released on 2024-11-14",
        "DOB: unknown, admitted 1 time on 2025-01-17",
        "a 10-year-old bug, the project is 10 years old",
        "the 5 years old release",
        "page 27",
        "max-age: 3600",
        "age 3600",
        "children aged 5 to 12, age: 25-34",
        "tengo 3 años de experiencia, j'ai 5 ans d'expérience, мне 5 лет опыта",
        "he turned 180 degrees, she turned 3 pages, he turned 3, then 4, I turned 2 on, who turned 5.\n",
        "мне 5 лет назад, мне 5 лет не звонили, o contrato tem 5 anos, Position is 52 lat",
    ),
)
