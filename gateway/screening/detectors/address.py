"""
Street addresses of the United States, in German and in Romance languages; postal codes beside a word that says so.

Source: USPS Publication 28, appendix C1 (street suffixes) and appendix B (states); UPU, Postal addressing systems
(where a country puts the number of the house).
"""

import re

from gateway.screening.patterns import Candidate, Family, KeyedValue, Pattern, words

_SUFFIXES = (
    r"(?:Street|Str|St|Avenue|Ave|Av|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Place|Pl|Terrace|Ter|Way|"
    r"Circle|Cir|Parkway|Pkwy|Highway|Hwy|Square|Sq|Trail|Trl|Crescent|Cres|Close|Alley|Aly|Loop|Path|Plaza|Plz|Row|"
    r"Walk|Run|Ridge|Pike|Expressway|Expy)"
)
_STATES = (
    r"(?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|P[AR]|RI|S[CD]|T[NX]|UT|V[AT]|"
    r"W[AIVY])"
)
_ORDINAL = r"\d{1,3}(?:st|nd|rd|th)"
_WORD = r"[A-Z][A-Za-z'.-]{1,20}"
_DIRECTION = r"(?:[NSEW]{1,2}\.? |North |South |East |West )?"
_STREET = rf"\d{{1,6}}[A-Za-z]? {_DIRECTION}(?:{_ORDINAL} |(?:{_WORD} ){{1,4}}){_SUFFIXES}\b\.?"
_UNIT = r"(?:,? (?:Apt|Apartment|Suite|Ste|Unit|Room|Rm|Floor|Fl|#)\.? ?#?[A-Za-z0-9-]{1,6}\b)?"
_CITY = rf"(?:,? (?:{_WORD} ?){{1,3}},? {_STATES},? \d{{5}}(?:-\d{{4}})?\b)?"
_HOUSE = r"\d{1,3}(?:[a-zA-Z]\b| [a-hA-H]\b)?"
_CAPITALISED = r"\p{Lu}[\p{L}'\x{2019}.-]{1,24}"
_GERMAN_ENDS = r"(?:stra(?:ß|ss)e|str\.|gasse|allee)"
_GERMAN_WORD = r"(?:Stra(?:ß|ss)e|Str\.|Gasse|Allee)"
_ARTICLE = r"(?:(?:de|del|della|dei|delle|di|da|das|do|dos|du|des|la|las|le|les|los) |[dl]['\x{2019}])"
_FRENCH = (  # the last ones begin other things as well
    rf"(?:(?:[rR]ue|[bB]oulevard|[bB]d|[aA]venue) {_ARTICLE}{{0,2}}|"
    rf"(?:[iI]mpasse|[aA]llées?|[qQ]uai|[cC]hemin) {_ARTICLE}{{1,2}})"
)
_FRENCH_NAME = rf"{_CAPITALISED}(?:[ -]{_ARTICLE}?{_CAPITALISED}){{0,3}}"
_ROMANCE = r"(?:Calle|C/|Avenida|Avda\.?|Paseo|Plaza|Carrer|Rua|Travessa|Largo|Via|Viale|Piazza|Corso|Vicolo)"
_LIVING = words(
    "address, adresse, anschrift, adres, adress, wohne, wohnt, wohnhaft, lives at, live at, living at, habite, "
    "ship to, deliver to"
)
_LIVING_IN_THE_SOUTH = words(
    "dirección, direccion, domicilio, indirizzo, residenza, residente, endereço, morada, vive en, vivo en, abito, "
    "abita, moro na, mora na, envío, spedire"
)
_NO_STREET = re.compile(
    r"(?i)(?:bundes|landes|kreis|staats|land|auto|schnell|bau|einbahn|milch|seiden|wasch|fertigungs|produktions|"
    r"lackier|montage|walz|misch|test)stra(?:ß|ss)e|sackgasse|(?:der|die|das|den|dem|eine[rn]?|diese[rn]?|jede[rn]?|"
    r"keine[rn]?|zur) \S+ \d|(?:in|kon|con|illu|regi|demon|admini|di|ab|orche|indu|magi|sub|ob|seme)str\."
)
_MEASURED = re.compile(r" ?(?:k?m|mal|kilometern?|metern?|minuten|stunden|uhr|euro|prozent|%|€)(?!\w)", re.IGNORECASE)
_NO_STREET_IN_THE_SOUTH = re.compile(
    r"(?i) (?:bar|hotel|café|suites?|e-?mail|mail|bluetooth|slack|zoom|teams|dhl|ups|fedex|api|git|sms|usb|whatsapp|"
    r"telegram|signal|web|vpn|ssh|https?|fax|cable|app)\b"
)
_CONTEXT = words(
    "zip, zip code, zipcode, postal code, postcode, postal, address, mailing address, ship to, shipping, deliver to, "
    "billing address, residence, lives at, live at, living at, home"
)


def _is_german_street(candidate: Candidate) -> Candidate | None:
    """Take no road between towns, no line of machines, no length and no other word that ends so."""
    return None if _NO_STREET.match(candidate.text) or _MEASURED.match(candidate.after(12)) else candidate


def _is_street_in_the_south(candidate: Candidate) -> Candidate | None:
    """Take no means, which Italian and English name with `via`, and no house that is called after its place."""
    return None if _NO_STREET_IN_THE_SOUTH.search(candidate.text) else candidate


def _is_street(candidate: Candidate) -> Candidate | None:
    """Take a house number with a street; a bare piece of a decimal fraction or of a longer number is none."""
    return None if candidate.before()[-1:] in {".", "-", "/", "$"} or candidate.before().isalnum() else candidate


DETECTOR = Family(
    name="address",
    source="USPS Publication 28, appendices B and C1",
    patterns=(
        Pattern(
            name="street",
            entity_type="STREET_ADDRESS",
            gate=rf"[a-z.] {_SUFFIXES}\b",
            regex=rf"{_STREET}{_UNIT}{_CITY}",
            score=0.7,
            context=_CONTEXT,
            check=_is_street,
        ),
        Pattern(
            name="street in German, then the number",
            entity_type="STREET_ADDRESS",
            gate=r"(?:tra(?:ß|ss)e|tr\.|asse|llee) \d",
            regex=(
                rf"(?:\A|[^\pL\pN-])(?P<value>(?:\p{{Lu}}[\pL-]{{1,30}}(?:{_GERMAN_ENDS}|-{_GERMAN_WORD})|"
                rf"(?:{_CAPITALISED} ){{1,2}}{_GERMAN_WORD}) {_HOUSE})\b"
            ),
            score=0.6,
            context=_LIVING,
            check=_is_german_street,
        ),
        Pattern(
            name="number, then the street in French",
            entity_type="STREET_ADDRESS",
            gate=r" (?:[rR]ue|[bB]oulevard|[bB]d|[aA]venue|[iI]mpasse|[aA]llées?|[qQ]uai|[cC]hemin) ",
            regex=rf"\b(?P<value>\d{{1,4}}(?: ?(?:bis|ter|[A-Da-d]))?,? {_FRENCH}{_FRENCH_NAME})",
            score=0.6,
            context=_LIVING,
            check=_is_street,
        ),
        Pattern(
            name="street in other Romance languages, then the number",
            entity_type="STREET_ADDRESS",
            gate=rf"\b{_ROMANCE} ?{_ARTICLE}{{0,2}}\p{{Lu}}",
            regex=(
                rf"\b(?P<value>{_ROMANCE} ?{_ARTICLE}{{0,2}}{_CAPITALISED}(?: {_ARTICLE}?{_CAPITALISED}){{0,3}}"
                rf",? (?:n[º°.]? ?)?\d{{1,4}}(?:[a-zA-Z]\b)?)\b"
            ),
            score=0.4,
            context=_LIVING_IN_THE_SOUTH,
            check=_is_street_in_the_south,
        ),
        Pattern(
            name="post office box",
            entity_type="STREET_ADDRESS",
            gate=r"(?i)\bp\.? ?o\.? box \d",
            regex=rf"(?i:\bp\.? ?o\.? box) \d{{1,6}}\b{_CITY}",
            score=0.7,
            context=_CONTEXT,
        ),
        Pattern(
            name="state and ZIP code",
            entity_type="ZIP_CODE",
            gate=rf"\b{_STATES},? \d{{5}}\b",
            regex=rf"\b{_STATES},? (?P<value>\d{{5}}(?:-\d{{4}})?)\b",
            score=0.5,
            context=_CONTEXT,
        ),
        Pattern(
            name="ZIP code",
            entity_type="ZIP_CODE",
            gate=r"(?i:zip|postal|post ?code)",
            regex=r"(?i:\b(?:zip|postal|post ?code))[^\d\n]{1,16}(?P<value>\d{5}(?:-\d{4})?)\b",
            score=0.6,
        ),
    ),
    keyed=(
        KeyedValue(
            name="a street's key",
            entity_type="STREET_ADDRESS",
            keys=words("street, street address, address line, address line 1, address1, home address, mailing address"),
            score=0.7,
            check=lambda candidate: candidate if any(map(str.isdigit, candidate.text)) else None,
        ),
        KeyedValue(
            name="a postal code's key",
            entity_type="ZIP_CODE",
            keys=words("zip, zip code, zipcode, postal code, postcode, plz"),
            score=0.6,
            check=lambda candidate: candidate if any(map(str.isdigit, candidate.text)) else None,
        ),
    ),
    examples={
        "STREET_ADDRESS": (
            "she lives at «1420 Harbor View Drive, Apt 4B»",
            "ship to «77 W. Chestnut Ave, Springfield, IL 62704» please",
            "send it to «P.O. Box 2231»",
            "meet at «350 5th Avenue»",
            "Ich wohne in der «Lindenstraße 14», Anschrift: «Hauptstr. 5a», «Karl-Marx-Allee 3»",
            "«Lange Straße 9b»",
            "habite «9 Rue de Rivoli», Paris; «12 bis, avenue du Général Leclerc»",
            "vive en «Calle de Alcalá 42», Madrid; abito in «Via Garibaldi 7»; endereço: «Rua Augusta, 1508»",
        ),
        "ZIP_CODE": ("zip code: «94110»", "Austin, TX «78701-1234»"),
    },
    counter_examples=(
        "step 3 Open the Drive",
        "10 ways to find the right place",
        "version 2.1 Street level",
        "order 94110",
        "take 5 St",
        "Straße des 17. Juni, eine Straße 5 Kilometer weiter, Via Bluetooth 5 connected, Calle 13",
        "Rue du Commerce, 5 boutiques, en route 5, 1200 Square Feet, 3 place Holders, 5 Place Settings",
        "12 cours de Mathématiques, 20 cours de Yoga, 1 place de Parking, 3 place de Concert, 2 route du Rhum",
        "Bundesstraße 7, Landesstraße 45, Die Straße 5 km, Hauptstraße 2024 saniert, Milchstraße 3, Instr. 5",
        "An der Teststraße 5 Kilometer weiter, our address is Corso Bar 5, indirizzo Via Email 24, casa Plaza Hotel 5",
        "zwischen Straße 5 und Platz 2, auf dem Weg 3, Token Ring 4",
    ),
)
