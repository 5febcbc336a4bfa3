"""
Names of people, where something says that they are: a title, an introduction, a salutation, a signature, a key.

Names without such a sign are for a language model: see `gateway.screening.models`.
Source: usage; the words of a dozen languages.
"""

import re

from gateway.screening.patterns import Candidate, Family, KeyedValue, Pattern, words

_PART = r"(?:(?:\p{Lu}\.){1,4}|\p{Lu}[\p{L}\p{M}]*(?:['\x{2019}-]\p{Lu}?[\p{L}\p{M}]+)*)"
_PARTICLE = r"(?:van|von|de|der|den|del|della|di|da|dos|du|la|le|al|el|bin|ibn|ben|ter|zu|y|e)"
_NAME = rf"{_PART}(?:[ \x{{a0}}](?:{_PARTICLE}[ \x{{a0}}]){{0,2}}{_PART}){{0,3}}"
_FULL_NAME = rf"{_PART}(?:[ \x{{a0}}](?:{_PARTICLE}[ \x{{a0}}]){{0,2}}{_PART}){{1,3}}"
_SHORT_PART = r"\p{Lu}['\x{2019}\p{L}]{1,14}"  #: so short that three of them fit into a window
_CHINESE_FAMILY_NAMES = (  # the commonest that begin hardly any word, in both ways of writing
    "王李张張刘劉陈陳杨楊赵趙吴吳徐孙孫朱郭罗羅郑鄭梁宋韩韓冯馮邓鄧曹彭肖蕭董袁潘蒋蔣蔡杜苏蘇魏吕呂丁沈姚卢盧姜崔谭譚陆陸汪廖贾賈"
    "韦韋邹鄒秦邱薛闫侯黎郝龚龔邵覃戴"
)
_NO_CHINESE_NAME = re.compile(
    "[王孙孫]子|王[国國]|[张張][开開]|[陈陳][列述旧舊]|[杨楊][树樹]|[罗羅]列|[苏蘇]打|[陆陸][续續地]"
)
_JAPANESE_FAMILY_NAMES = (  # of two signs, that are no places as well
    r"(?:佐藤|鈴木|高橋|田中|伊藤|渡辺|渡邊|中村|小林|加藤|吉田|山田|佐々木|松本|井上|木村|斎藤|清水|山崎|池田|橋本|阿部|石井|"
    r"小川|岡田|後藤|藤田|近藤|遠藤|青木|坂本|斉藤|西村|太田|藤井|岡本|金子|中島|藤原|三浦|竹内|中山|和田|森田|原田|柴田|酒井|工藤)"
)
_KOREAN_FAMILY_NAMES = "김박윤황홍"  #: that begin hardly any other word of three syllables
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
_NOT_GREETED = _NO_NAMES | frozenset(  # capitalised and alone behind a greeting or a farewell, and nobody's name
    words(
        "world, welt, mundo, monde, mondo, wereld, there, again, stranger, darkness, kitty, siri, google, alexa, "
        "cortana, github, chatgpt, claude, copilot, gemini, slack, python, kubernetes, docker, linux, neighbor, "
        "neighbour, neighbors, neighbours, both, ladies, gentlemen, guys, girls, boys, people, class, family, "
        "professor, boss, chef, coach, tous, toutes, zusammen, leute, liebe, lieber, todos, todas, tutti, allemaal, "
        "alla, alle, wszystkim, madame, monsieur, mesdames, messieurs, mademoiselle, docteur, señor, señora, señores, "
        "senhor, senhora, signore, signora, herr, frau, meneer, mevrouw, bella, bello, amigo, amiga, amigos, dear, "
        "sweetie, honey, mama, papa, grandma, grandpa, mods, moderators, admin, admins, administrator, "
        "administrators, developer, developers, maintainer, maintainers, reviewer, reviewers, contributor, "
        "contributors, operator, operators, manager, managers, engineer, engineers, security, community, sales, "
        "marketing, finance, accounting, legal, engineering, management, product, design, operations, ops, devops, "
        "platform, helpdesk, service, office, bot, chatbot, germany, america, internet, goodbye, happy, best, fresh, "
        "monday, tuesday, wednesday, thursday, friday, january, february, actually, mine, ya, y'all, you, me, regards"
    )
)
_LONGEST_ACRONYM = 4  #: letters: `QA`, `SRE`
_NO_PERSON = re.compile(
    r"(?:Street|St|Ave|Avenue|Road|Rd|Drive|Lane|Blvd|Court|Place|Inc|Ltd|LLC|Corp|GmbH|University|Bank)\b"
)
_NO_PEOPLE = re.compile(
    r"\b(?:Team|Support|Services?|Helpdesk|Department|Dept|Desk|Office|Committee|Company|Industries|Solutions|Systems|"
    r"Staff|Success|Care|Community|Users|Admins|Maintainers|Developers)\Z"
)
_NO_FULL_NAME = re.compile(  # two capitalised words that often stand where a full name could
    r"\b(?:North|South|East|West|Native|African|Latin|Central|American|British|Asian|European|New|Old|The|Our|Your|Not|"
    r"Microsoft|Google|Amazon|Apple|Windows|Visual|Azure|Web|Server|Default|Test|Tests|Project|Product|Template|Build|"
    r"Run|Release|Report|Update|Error|File|Data|App|Application|Invoice|Order|Account|User|Customer|System|Deploy|Code|"
    r"Check|Create|Install|Setup|Set|Start|Stop|Publish|Upload|Download|Plan|Pro|Edition|Version|Model|Network|Group|"
    r"Unknown|Anonymous|Sample|Example|Standard|Premium|Basic|Free|Day|Night|Special|Summer|Winter|Conference|Room|"
    r"Meeting|Event|School|Hotel|Hospital|Church|Park|City|Island|River|Lake|Mount|And|Of|For|To|In|On|"
    r"With|No|Year|Very|So|Really|Sorry|Radio|News|Adapter|Gateway|Policy|Manager|"
    r"Human|Resources|Care|Los|San|Angeles|Francisco|York|Diego|Vegas|Catholic|Roman|Orthodox|Canadian|Italian|German|"
    r"French|Dutch|Irish|Senior|Junior|Vice|President|Director|Engineer|Developer|Lead|Operator|Learning|Source|Phase|"
    r"Step|Steps|Section|Option|Part|Control|Brother|Horse|Tree|Deutsche|Redis|Apache|Mozilla|Digitally)\b"
)


def _is_name(candidate: Candidate) -> Candidate | None:
    first, _, rest = candidate.text.partition(" ")
    if first.lower().rstrip(".") in _NO_NAMES or (rest and rest.lower() in _NO_NAMES):
        return None
    if _NO_PERSON.search(candidate.text) or len(candidate.text) < len("Jo"):
        return None
    return candidate


def _is_greeted(candidate: Candidate) -> Candidate | None:
    """Take no trade, no place and no thing, which people greet and thank as well."""
    text = candidate.text
    if text.lower() in _NOT_GREETED or _NO_PEOPLE.search(text) or (text.isupper() and len(text) <= _LONGEST_ACRONYM):
        return None
    return _is_name(candidate)


def _is_chinese_name(candidate: Candidate) -> Candidate | None:
    """Take no word that begins as a family name does."""
    return None if _NO_CHINESE_NAME.match(candidate.text) else candidate


def _is_title_and_name(candidate: Candidate) -> Candidate | None:
    """Take what follows a title, unless it is a product: `Dr. Watson` is one, `Mr. Fix-It 3000` none."""
    behind = candidate.after(2)
    return None if behind[:1].isdigit() or behind[1:2].isdigit() else _is_name(candidate)


def _is_full_name(candidate: Candidate) -> Candidate | None:
    """Take two or more words that are no company, no place and no thing."""
    text = candidate.text
    return None if _NO_FULL_NAME.search(text) or _NO_PEOPLE.search(text) else _is_name(candidate)


def _is_keyed_name(candidate: Candidate) -> Candidate | None:
    """Take the value of a key that names a part of a name, if it has letters and could be one."""
    text = candidate.text.strip()
    if not text or any(map(str.isdigit, text)) or len(text) > _LONGEST or text.lower() in _NO_NAMES:
        return None
    return candidate if any(map(str.isalpha, text)) and not set(text) & _NOT_IN_NAMES else None


_INTRODUCTIONS = (
    r"(?i:my (?:full |first |last |given |family )?name is|i am called|my name's|"
    r"je m'appelle|mon nom est|ich hei(?:ß|ss)e|mein name ist|me llamo|mi nombre es|mi chiamo|il mio nome è|"
    r"meu nome é|chamo-me|mijn naam is|ik heet|nazywam się|mitt namn är|jag heter|jeg hedder|jeg heter|nimeni on|"
    r"jmenuji se|volám sa|zovem se|mă numesc|numele meu este|me chamo|a nevem|nama saya|tên tôi là)"
)
_INTRODUCED = rf"(?:\b{_INTRODUCTIONS}|(?i:меня зовут|мене звати|με λένε))"  # RE2's borders are ASCII's
_SALUTATIONS = r"(?:Dear|Liebe[rs]?|Sehr geehrte[rs]?|Cher|Chère|Estimad[oa]|Querid[oa]|Caro|Cara|Prezad[oa]|Beste)"
_I_AM = r"(?i:i['\x{2019}]m|i am)"
_SPEAKER = rf"\b(?:(?i:this is)|{_I_AM}) \p{{Lu}}[^\s,]{{0,15}}[ -]\p{{Lu}}"
_CALLING = r" (?:calling|speaking|writing)\b"
_PRESENTS = rf"(?:{_CALLING}| (?:from|here)\b|, (?:a|an|the|your|from)\b)"
_SHORT_NAME = rf"{_SHORT_PART}(?:[ -]{_SHORT_PART}){{1,2}}"
_GREETINGS = (
    r"(?:Hi|Hello|Hey|Hallo|Hola|Bonjour|Salut|Ciao|Olá|Oi|Hoi|Hej|Hei|Cześć|Good (?:morning|afternoon|evening))"
)
_FAREWELLS = r"(?i:regards|sincerely|yours truly|cheers|thanks|grüßen?|gruß|cordialement|saludos|saluti|atenciosamente)"
_MORE_FAREWELLS = (  # alone in their line
    r"(?i:(?:sincerely yours|thank you|best|best wishes|warmly|yours|love|respectfully|ciao|abraços|abrazo|amitiés),|"
    r"(?:mvh|(?:vänliga )?hälsningar|(?:vennlig |med venlig )?hilsen|(?:ystävällisin )?terveisin|"
    r"(?:met vriendelijke )?groeten|groetjes|(?:met vriendelijke )?groet|pozdrawiam|pozdravem|üdvözlettel|"
    r"с уважением),?)"  # noqa: RUF001 - Russian
)
_LABELS = (
    r"(?i:patient|(?:full|first|last|given|family|middle|customer|client|employee|patient|account holder|cardholder|"
    r"contact|legal|guest|passenger|applicant|beneficiary|maiden)(?:'s)?[ _-]?name|name of (?:the )?(?:patient|insured|"
    r"applicant|account holder)|surname|attn|attention|cardholder|account holder|beneficiary|next of kin|"
    r"emergency contact|vorname|nachname|nom|prénom|nombre|apellidos?|cognome|nome completo|achternaam|voornaam)"
)
_FULL_LABELS = r"(?i:employee|passenger|kundin|mieter|imię i nazwisko)"  #: beside which a single word is rather a thing
_NAME_LABELS = r"(?:Name|NAME|Naam|Nome|Namn|Navn|Nimi|Customer|Client|Kunde|Cliente|Student|Guest|Tenant|Insured)"
_OTHER_FIELDS = words(  # of people: most other things have names as well
    "email, e-mail, phone, tel, telephone, cell, dob, date of birth, birth date, born, gender, ssn, passport, "
    "nationality, occupation, married, telefon, geburtsdatum, geboortedatum, telefoon, telefono, telefone, cpf"
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
            gate=rf"{_INTRODUCED}:?\s",
            regex=rf"{_INTRODUCED}:?\s{{1,2}}(?P<value>{_NAME})",
            score=0.8,
            check=_is_name,
        ),
        Pattern(
            name="introduced without spaces",
            entity_type="PERSON",
            gate=r"我叫|我的名字|本人姓名",
            regex=rf"(?:我叫|我的名字[是叫]|本人姓名)(?P<value>[{_CHINESE_FAMILY_NAMES}]\p{{Han}}{{1,3}})(?:[^\pL]|\z)",
            score=0.7,
            check=_is_chinese_name,
        ),
        Pattern(
            name="introduced in Japanese",
            entity_type="PERSON",
            gate=r"名前は|私は",
            regex=r"(?:名前は|私は)(?P<value>[\p{Han}\p{Katakana}]{2,8})(?:と申します|といいます)",
            score=0.7,
        ),
        Pattern(
            name="introduced in Japanese, in short",
            entity_type="PERSON",
            gate=r"名前は|私は",
            regex=rf"(?:名前は|私は)(?P<value>{_JAPANESE_FAMILY_NAMES}[\p{{Han}}\p{{Katakana}}]{{0,3}})です",
            score=0.7,
        ),
        Pattern(
            name="introduced in Korean",
            entity_type="PERSON",
            gate=r"이름은 ",
            regex=rf"이름은 (?P<value>[{_KOREAN_FAMILY_NAMES}]\p{{Hangul}}{{2}})(?:입니다|이에요|예요|이고)",
            score=0.7,
        ),
        Pattern(
            name="speaking",
            entity_type="PERSON",
            gate=_SPEAKER,
            regex=rf"\b(?i:this is) (?P<value>{_SHORT_NAME}){_CALLING}",
            score=0.7,
            check=_is_full_name,
        ),
        Pattern(
            name="presented",
            entity_type="PERSON",
            gate=_SPEAKER,
            regex=rf"\b{_I_AM} (?P<value>{_SHORT_NAME}){_PRESENTS}",
            score=0.7,
            check=_is_full_name,
        ),
        Pattern(
            name="greeted",
            entity_type="PERSON",
            gate=rf"(?:\A|\n)[ \t>]{{0,4}}{_GREETINGS} [^ -@a-z]",
            regex=rf"(?:\A|\n)[ \t>]{{0,4}}{_GREETINGS} (?:(?:{_TITLES}) )?(?P<value>{_NAME}),",
            score=0.65,
            check=_is_greeted,
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
            name="signed in other words",
            entity_type="PERSON",
            gate=rf"(?:\A|\n)[ \t>]{{0,4}}{_MORE_FAREWELLS}[ \t]{{0,3}}\r?\n",
            regex=(
                rf"(?:\A|\n)[ \t>]{{0,4}}{_MORE_FAREWELLS}[ \t]{{0,3}}\r?\n{{1,3}}[ \t]{{0,8}}(?P<value>{_NAME})"
                r"[ \t]{0,3}(?:\r?\n|\z|,)"
            ),
            score=0.7,
            check=_is_greeted,
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
            name="labelled, full name",
            entity_type="PERSON",
            gate=rf"\b{_FULL_LABELS}:[ \t]{{1,4}}\p{{Lu}}",
            regex=(
                rf"(?:\A|[\n,;|])[ \t]{{0,8}}{_FULL_LABELS}:[ \t]{{1,4}}(?P<value>{_FULL_NAME})"
                r"[ \t]{0,4}(?:[\n\r,;|(]|\z)"
            ),
            score=0.6,
            check=_is_full_name,
        ),
        Pattern(
            name="labelled, among other fields",
            entity_type="PERSON",
            gate=rf"\b{_NAME_LABELS}:[ \t]{{1,4}}\p{{Lu}}",
            regex=(
                rf"(?:\A|[\n,;|])[ \t]{{0,8}}{_NAME_LABELS}:[ \t]{{1,4}}(?P<value>{_FULL_NAME})"
                r"[ \t]{0,4}(?:[\n\r,;|(]|\z)"
            ),
            score=0.35,
            context=_OTHER_FIELDS,
            needs_context=True,
            check=_is_full_name,
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
            "ich heiße «Jörg Brandt», меня зовут «Анна Смирнова»",
            "我叫«王小明»。名前は«田中太郎»です。이름은 «김민수»입니다",
            "私は«山本花子»と申します",
            "Hi, I'm «Carlos Mendes» from accounting; this is «Nadia Rahman» calling; I'm «Anna Berg», the nurse",
            "Hello «Beatriz»,\nas agreed\n\nBest,\n«J.K. Feldmann»",
            "Name: «Bartholomew Quigley»\nPhone: none\nEmployee: «Ingrid Solberg», Oslo",
            "my name is «Claude Dupont», Je m'appelle «Claude», Patient: «Claude Monet», Mrs. «Kitty Genovese»",
            "Dr. «Best» called, Sehr geehrter Herr «Best»",
            "Dear «Family Schmidt», From: «Claude Dupont» <team@acme-mail.io>",
            "my name is «Anna Desk», Patient: «Rosa Office», Best regards,\n«Alexa»",
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
        "Hello World!\nHi there,\nHey Siri, Hello Everyone!\nHallo Welt!\nHola Mundo!\nHello Kubernetes!\nHey Ya!\n",
        "Bonjour Madame,\nBonjour Monsieur,\nHi Admin,\nHi Maintainers,\nHi Security,\nHi Community,\nHi QA,\nHi HR,\n",
        "I am South African, this is Visual Studio Code here, this is Good, I am Roman Catholic and I",
        "This is Machine Learning, a field\nThis is Los Angeles, the city\nThis is Phase One, the start",
        "this is Human Resources calling, this is Customer Care calling, I'm Senior Engineer, a lead",
        "Best, as always\nThank you,\nCustomer Success\nBest,\nMarketing\n",
        "Name: Sunset Boulevard\nname: Build and Test\nCustomer: Acme Industries",
        "Client: Apache HttpClient\nClient: Mobile Safari\nclient: Redis Cluster\nCustomer: Deutsche Bahn",
        "Sender: Mailer Daemon\nRecipient: All Staff\nSigned: Digitally Signed",
        "名前は必須です, 我叫了外卖, 我叫程序停止, 我叫方便面, 我叫马上,",
        "私は日本人です。私は会社員です。私は大丈夫です。名前はファイルです",
        "이름은 파일이고, 이름은 변수입니다",
    ),
)
