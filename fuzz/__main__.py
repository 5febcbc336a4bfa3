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


def main() -> None:
    """Run for the time that was asked for."""
    options = argparse.ArgumentParser(prog="python -m fuzz")
    options.add_argument("--seconds", type=int, default=600)
    options.add_argument("--folder", type=Path, default=Path("var/fuzz"), help="keeps inputs that reach new code")
    chosen = options.parse_args()
    seeds = chosen.folder / "corpus"
    seeds.mkdir(parents=True, exist_ok=True)
    for number, example in enumerate(_examples()):
        (seeds / f"example-{number}").write_bytes(example.encode())
    promises = Promises()
    command = [
        sys.argv[0],
        f"-max_total_time={chosen.seconds}",
        "-max_len=2048",
        "-timeout=10",
        "-print_final_stats=1",
        f"-artifact_prefix={chosen.folder}/",
        str(seeds),
    ]
    atheris.Setup(command, lambda data: promises.check(data.decode("utf-8", "surrogateescape")))
    atheris.Fuzz()


def _examples() -> list[str]:
    texts = [text for family in shipped().values() for examples in family.examples.values() for text in examples]
    counter = [text for family in shipped().values() for text in family.counter_examples]
    return [text.replace("«", "").replace("»", "") for text in texts] + counter


if __name__ == "__main__":
    main()
