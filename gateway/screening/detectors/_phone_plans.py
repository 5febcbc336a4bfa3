"""
Which telephone numbers exist, by the tables of Google's libphonenumber.

They are compiled into one expression a calling code, when it is first needed: to ask the library itself costs some
thirty microseconds a number.
"""

import re
from functools import cache

import phonenumbers
from phonenumbers import PhoneMetadata

_KINDS = (
    *("fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost", "personal_number"),
    *("voip", "pager", "uan", "voicemail"),
)
_CALLING_CODES = {str(calling_code).encode(): calling_code for calling_code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE}
_LONGEST_CALLING_CODE = 3


def exists(national: bytes, calling_code: int) -> bool:
    """Tell whether the digits *national*, with their trunk prefix or without, are in the plan of *calling_code*."""
    return _plan(calling_code, _KINDS).fullmatch(national) is not None


def is_mobile(national: bytes, calling_code: int) -> bool:
    """Tell whether the digits *national*, with their trunk prefix or without, are a mobile number there."""
    return _plan(calling_code, ("mobile",)).fullmatch(national) is not None


def exists_abroad(digits: bytes) -> bool:
    """Tell whether *digits*, calling code first, are in some numbering plan."""
    for size in range(1, _LONGEST_CALLING_CODE + 1):
        calling_code = _CALLING_CODES.get(digits[:size])
        if calling_code is not None:
            return exists(digits[size:], calling_code)
    return False


@cache
def _plan(calling_code: int, kinds: tuple[str, ...]) -> re.Pattern[bytes]:
    """Return the expression for the whole national numbers of *kinds*; the trunk prefix may lead them."""
    regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE[calling_code]
    plans = [PhoneMetadata.metadata_for_region_or_calling_code(calling_code, region) for region in regions]
    known: list[PhoneMetadata] = [plan for plan in plans if plan is not None]
    numbers = [getattr(plan, kind) for plan in known for kind in kinds]
    patterns = {each.national_number_pattern for each in numbers if each and each.national_number_pattern}
    whole = "|".join(f"(?:{pattern})" for pattern in sorted(patterns))
    prefix = re.escape(known[0].national_prefix or "")
    return re.compile(f"(?:{prefix})?(?:{whole})".encode())
