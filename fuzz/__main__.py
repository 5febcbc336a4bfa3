"""
Feeds texts to the screening that reach ever more of its code, and checks what must hold for any text.

What breaks a promise is written to the folder, with its input, and ends the run.
"""

import argparse
import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["gateway.screening"]):
    from fuzz.promises import Promises
    from gateway.screening.detectors import shipped
    from gateway.screening.redaction import Operator


def main() -> None:
    """Run for the time that was asked for."""
    options = argparse.ArgumentParser(prog="python -m fuzz")
    options.add_argument("--seconds", type=int, default=600)
    options.add_argument("--folder", type=Path, default=Path("var/fuzz"), help="keeps inputs that reach new code")
    chosen = options.parse_args()
    seeds = chosen.folder / "corpus"
    seeds.mkdir(parents=True, exist_ok=True)
    for number, example in enumerate(_examples()):
        (seeds / f"example-{number}").write_bytes(bytes([number % len(Operator)]) + example.encode())
    promises, operators = Promises(), tuple(Operator)

    def check(data: bytes) -> None:
        """Check a text behind the number of an operator."""
        operator = operators[data[0] % len(operators)] if data else Operator.REPLACE
        promises.check(data[1:].decode("utf-8", "surrogateescape"), operator)

    command = [
        sys.argv[0],
        f"-max_total_time={chosen.seconds}",
        "-max_len=2048",
        "-timeout=10",
        "-print_final_stats=1",
        f"-artifact_prefix={chosen.folder}/",
        str(seeds),
    ]
    atheris.Setup(command, check)
    atheris.Fuzz()


def _examples() -> list[str]:
    texts = [text for family in shipped().values() for examples in family.examples.values() for text in examples]
    counter = [text for family in shipped().values() for text in family.counter_examples]
    return [text.replace("«", "").replace("»", "") for text in texts] + counter


if __name__ == "__main__":
    main()
