"""
Names of people, where something says that they are: a title, an introduction, a salutation, a signature, a key.

Names without such a sign are for a language model: see `gateway.screening.models`.
Source: usage; the words of a dozen languages.
"""

import re

from gateway.screening.patterns import Candidate, Family, KeyedValue, Pattern, words

_PART = r"(?:\p{Lu}[\p{L}\p{M}]*(?:['\x{2019}-]\p{Lu}?[\p{L}\p{M}]+)*|\p{Lu}\.)"
_PARTICLE = r"(?:van|von|de|der|den|del|della|di|da|dos|du|la|le|al|el|bin|ibn|ben|ter|zu|y|e)"
_NAME = rf"{_PART}(?:[ \x{{a0}}](?:{_PARTICLE}[ \x{{a0}}]){{0,2}}{_PART}){{0,3}}"
_FULL_NAME = rf"{_PART}(?:[ \x{{a0}}](?:{_PARTICLE}[ \x{{a0}}]){{0,2}}{_PART}){{1,3}}"
_CHINESE_NAME = r"\p{Han}{1,4}(?: \p{Han}{1,4})?"

_TITLES = (
    r"(?:Mr|Mrs|Ms|Mx|Dr|Prof|Rev|Capt|Lt|Sgt|Sr|Sra|Srta|Mme|Mlle|Sig|Dott|Dhr|Mevr|Hr|Fr)\.|"
    r"(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor|Madam|Herrn?|Frau|Monsieur|Madame|Mademoiselle|Señora?|Señorita|Senhora?|"
    r"Signora?|Don|Doña|Mevrouw|Meneer|Pan|Pani)"
)
_LONGEST = 80  #: characters of a name
_NOT_IN_NAMES = frozenset("<>{}[]$%=/\\@:;_|\n")
_NO_NAMES = frozenset(  # capitalised behind a salutation or a label, and nobody's name
    words(
        "sir, sirs, madam, all, team, colleague, colleagues, customer, customers, friend, friends, reader, readers, "
        "president, minister, chairman, chairwoman, chair, speaker, ambassador, secretary, judge, officer, "
        "valued, hiring, support, everyone, everybody, folks, user, users, member, members, editor, guest, client, "
        "damen, herren, kollegen, kunde, kunden, the, our, your, my, this, unknown, none, null, not, n/a, test, "
        "recipient, applicant, candidate, student, students, parents, partner, partners, subscriber, diary, god, "
        "lord, santa, mom, mum, dad, mother, father, company, inc, ltd, gmbh, required, optional, string, true, false, "
        "new, edit, enter, please, first, last, full, name, address, phone, email, date, patient, doctor"
    )
)
_NO_PERSON = re.compile(
    r"(?:Street|St|Ave|Avenue|Road|Rd|Drive|Lane|Blvd|Court|Place|Inc|Ltd|LLC|Corp|GmbH|University|Bank)\b"
)


def _is_name(candidate: Candidate) -> Candidate | None:
    first, _, rest = candidate.text.partition(" ")
    if first.lower().rstrip(".") in _NO_NAMES or (rest and rest.lower() in _NO_NAMES):
        return None
    if _NO_PERSON.search(candidate.text) or len(candidate.text) < len("Jo"):
        return None
    return candidate


def _is_title_and_name(candidate: Candidate) -> Candidate | None:
    """Take what follows a title, unless it is a product: `Dr. Watson` is one, `Mr. Fix-It 3000` none."""
    behind = candidate.after(2)
    return None if behind[:1].isdigit() or behind[1:2].isdigit() else _is_name(candidate)


def _is_keyed_name(candidate: Candidate) -> Candidate | None:
    """Take the value of a key that names a part of a name, if it has letters and could be one."""
    text = candidate.text.strip()
    if not text or any(map(str.isdigit, text)) or len(text) > _LONGEST or text.lower() in _NO_NAMES:
        return None
    return candidate if any(map(str.isalpha, text)) and not set(text) & _NOT_IN_NAMES else None


_INTRODUCTIONS = (
    r"(?i:my (?:full |first |last |given |family )?name is|i am called|my name's|"
    r"je m'appelle|mon nom est|ich hei(?:ß|ss)e|mein name ist|me llamo|mi nombre es|mi chiamo|il mio nome è|"
    r"meu nome é|chamo-me|mijn naam is|ik heet|nazywam się|mitt namn är|jag heter|jeg hedder|jeg heter|nimeni on)"
)
_SALUTATIONS = r"(?:Dear|Liebe[rs]?|Sehr geehrte[rs]?|Cher|Chère|Estimad[oa]|Querid[oa]|Caro|Cara|Prezad[oa]|Beste)"
_FAREWELLS = r"(?i:regards|sincerely|yours truly|cheers|thanks|grüßen?|gruß|cordialement|saludos|saluti|atenciosamente)"
_LABELS = (
    r"(?i:patient|(?:full|first|last|given|family|middle|customer|client|employee|patient|account holder|cardholder|"
    r"contact|legal|guest|passenger|applicant|beneficiary|maiden)(?:'s)?[ _-]?name|name of (?:the )?(?:patient|insured|"
    r"applicant|account holder)|surname|attn|attention|cardholder|account holder|beneficiary|next of kin|"
    r"emergency contact|vorname|nachname|nom|prénom|nombre|apellidos?|cognome|nome completo|achternaam|voornaam)"
)

DETECTOR = Family(
    name="person",
    source="usage of a dozen languages",
    patterns=(
        Pattern(
            name="behind a title",
            entity_type="PERSON",
            gate=rf"\b(?:{_TITLES})[ \x{{a0}}][^\x{{0}}-@\[-`{{-~]",
            regex=rf"\b(?:{_TITLES})[ \x{{a0}}](?:(?:Dr|Prof|med)\.?[ \x{{a0}}]){{0,2}}(?P<value>{_NAME})",
            score=0.75,
            check=_is_title_and_name,
        ),
        Pattern(
            name="introduced",
            entity_type="PERSON",
            gate=rf"\b{_INTRODUCTIONS}:?\s",
            regex=rf"\b{_INTRODUCTIONS}:?\s{{1,2}}(?P<value>{_NAME})",
            score=0.8,
            check=_is_name,
        ),
        Pattern(
            name="addressed",
            entity_type="PERSON",
            gate=rf"\b{_SALUTATIONS} [^ -@]",
            regex=rf"\b{_SALUTATIONS} (?:(?:{_TITLES}) )?(?P<value>{_NAME})\s?[,:!\n]",
            score=0.7,
            check=_is_name,
        ),
        Pattern(
            name="signed",
            entity_type="PERSON",
            gate=rf"{_FAREWELLS},?\s{{0,3}}\n",
            regex=rf"{_FAREWELLS},?[ \t]{{0,3}}\r?\n{{1,3}}[ \t]{{0,8}}(?P<value>{_NAME})[ \t]{{0,3}}(?:\r?\n|\z|,)",
            score=0.7,
            check=_is_name,
        ),
        Pattern(
            name="labelled",
            entity_type="PERSON",
            gate=rf"\b{_LABELS}[\"']?[ \t]?[:=]",
            regex=rf"\b{_LABELS}[\"']?[ \t]?[:=][ \t]?[\"']?(?P<value>{_NAME}|{_CHINESE_NAME})",
            score=0.7,
            check=_is_name,
        ),
        Pattern(
            name="before a mail address",
            entity_type="PERSON",
            gate=r"[^\s>] <[A-Za-z0-9]",
            regex=rf"\"?(?P<value>{_FULL_NAME})\"? <[^\s<>@]{{1,64}}@[^\s<>]{{3,}}>",
            score=0.7,
            check=_is_name,
        ),
    ),
    keyed=(
        KeyedValue(
            name="a name's key",
            entity_type="PERSON",
            keys=words(
                "first name, firstname, last name, lastname, full name, fullname, surname, given name, family name, "
                "middle name, maiden name, customer name, patient name, contact name, employee name, cardholder, "
                "cardholder name, card holder, account holder, holder name, recipient name, sender name, guest name, "
                "passenger name, vorname, nachname, prénom, apellido, apellidos, cognome, voornaam, achternaam"
            ),
            score=0.85,
            check=_is_keyed_name,
        ),
    ),
    examples={
        "PERSON": (
            "ask Dr. «Ingrid van der Berg» or Mrs. «O'Neill»",
            "Hello, my name is «Tomasz Kowalski», I have a question",
            "Dear «Amélie»,\nthank you",
            "Best regards,\n«Jonas Lindqvist»",
            "Patient: «Rosa Delgado», ward 4",
            "From: «Mara Okafor» <team@acme-mail.io>",
            "ich heiße «Jörg Brandt»",
        )
    },
    counter_examples=(
        "Dear Sir or Madam,",
        "Mr President, thank you",
        "Dear team,",
        "my name is on the list",
        "name: string",
        "Best regards,\nthe support team",
        "the patient: treated at home",
        "Dr. 3000",
    ),
)
