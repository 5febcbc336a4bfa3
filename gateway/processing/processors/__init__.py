"""The ready-made jobs, and those that `gateway.toml` names."""

from collections.abc import Callable, Mapping
from typing import Final

from gateway.errors import InvalidSetting
from gateway.kinds import PROCESS, RECOMMENDATIONS, SUM, WAIT_AND_RETURN
from gateway.plugins import load_attribute, load_entry_point
from gateway.processing.job import Job, Processor
from gateway.processing.processors.recommend.embedded import EmbeddedRecommender
from gateway.processing.processors.recommend.songs import question_of
from gateway.processing.processors.sum import add_up, n_of
from gateway.processing.processors.text import process_text
from gateway.processing.processors.wait import seconds_of, wait_and_return

ENTRY_POINTS: Final = "portcullis.processors"  #: the group in which a package offers processors
#: What reads a job's arguments, by kind, before anything is done: it raises `PermanentFailure` at bad ones.
ARGUMENTS: Final[Mapping[str, Callable[[Job], object]]] = {
    WAIT_AND_RETURN: seconds_of,
    SUM: n_of,
    RECOMMENDATIONS: question_of,
}


def load_processors(own: Mapping[str, str]) -> dict[str, Processor]:
    """
    Return the processor of each kind that has one; the others run `process`.

    Args:
        own: kind to `module:attribute`, or to the name under which a package offers it: what is installed beside the
            gateway does nothing before it is named. The kind may be a ready-made one, which is then done so.

    Raises:
        InvalidSetting: one cannot be imported, or is not callable; the line names its kind.
    """
    processors: dict[str, Processor] = {
        PROCESS: process_text,
        WAIT_AND_RETURN: wait_and_return,
        SUM: add_up,
        RECOMMENDATIONS: EmbeddedRecommender(),
    }
    for kind, name in own.items():
        at = ("processing", "processors", kind)
        processor = load_attribute(name, at=at) if ":" in name else load_entry_point(ENTRY_POINTS, name, at=at)
        if processor is None:
            raise InvalidSetting(
                f"{name!r} is not of the form module:attribute, and no package offers a processor of this name", at=at
            )
        if not callable(processor):
            raise InvalidSetting(f"{name} is not callable", at=at)
        processors[kind] = processor
    return processors
