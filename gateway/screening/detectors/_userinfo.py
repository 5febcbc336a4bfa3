"""A user and a password before the host of an address, as in `https://name:word@host.org`: RFC 3986, section 3.2.1."""

import re
from typing import Final

USER_CHARACTER: Final = "[!-.0-9;-~]"  # ASCII without space, `/` and `:`; a mailbox is a user, too
NEXT_CHARACTER: Final = "[!#-&(-.0-;=?A-~]"  # ASCII without space, `/`, `@`, quotes and angle brackets
_LAST_CHARACTER = "[!#-%(-+.0-:=?A-~-]"  # also without `,`, `;` and `&`, behind which something else begins
USERINFO: Final = (
    rf"{USER_CHARACTER}{{0,100}}:{NEXT_CHARACTER}{{1,250}}(?:@{_LAST_CHARACTER}{{1,100}}){{0,2}}"  #: `user:password`
)
HOST: Final = r"[A-Za-z0-9\[$%{]"  #: how one begins
_PORT = re.compile(r"\d{1,5}[,;|?)\](*=\\/`]")


def begins_with_a_port(password: str) -> bool:
    """Tell whether it is a port and what follows the address, as in `kafka://one:9092,two:9092,ana@example.com`."""
    return _PORT.match(password) is not None
