"""Cuba: the identity card number."""

from stdnum.cu import ni

from gateway.screening.detectors.country._numbers import number
from gateway.screening.patterns import Family, words

_CONTEXT = words("número de identidad, carné de identidad, carnet de identidad, cuban id")

DETECTOR = Family(
    name="cu",
    source="Decreto-Ley 248 of 2007, Sistema de Identificación y del Registro de Electores",
    patterns=(number("CU_NI", ni.is_valid, r"\d{11}", _CONTEXT, score=0.4),),
    examples={"CU_NI": ("número de identidad «55072676089»",)},
    counter_examples=("carné de identidad 85133112345",),
)
