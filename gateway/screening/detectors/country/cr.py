"""Costa Rica: identity cards of citizens, companies and residents."""

from stdnum.cr import cpf, cpj, cr

from gateway.screening.detectors.country._numbers import number
from gateway.screening.patterns import Family, words

_CONTEXT = words("cpf, cédula, cedula, cédula física, cédula de identidad, persona física")
_COMPANY = words("cpj, cédula jurídica, cedula juridica, persona jurídica")
_RESIDENT = words("dimex, cédula de residencia, residencia")

DETECTOR = Family(
    name="cr",
    source=("Tribunal Supremo de Elecciones and Registro Nacional, cédulas; Dirección General de Migración, DIMEX"),
    patterns=(
        number("CR_CPF", cpf.is_valid, r"\d{9,10}", _CONTEXT, score=0.4),
        number("CR_CPJ", cpj.is_valid, r"\d{10}", _COMPANY, score=0.4),
        number("CR_CR", cr.is_valid, r"\d{11,12}", _RESIDENT, score=0.4),
    ),
    examples={"CR_CPF": ("cpf «09-0853-0148»",), "CR_CPJ": ("cpj «3-102-971247»",), "CR_CR": ("dimex «117131200661»",)},
    counter_examples=(
        "CPF 012345",
        "CPJ 9-101-123456",
        "DIMEX 223456789012",
    ),
)
