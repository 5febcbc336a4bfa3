"""Statements that are executed so often that SQLAlchemy's own way, which takes longer than SQLite does, is felt."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import BindParameter, Connection, CursorResult, Dialect, bindparam
from sqlalchemy.sql import Executable

_LIST: Final = "ids"  #: the one parameter that may be a list
_PLACE_OF_LIST: Final = f"__[POSTCOMPILE_{_LIST}]"  #: what SQLAlchemy writes for it until it knows how many there are
IDS: Final[BindParameter[Any]] = bindparam(_LIST, expanding=True)  #: to be used with `in_`


class _Text(NamedTuple):
    sql: str
    constants: Mapping[str, Any]  #: values of the statement's own
    places: Sequence[str] | None  #: the parameters' names in their order; None where the driver takes names


class Prepared:
    """
    A statement whose text is made once for each kind of database, and number of `IDS`.

    Nothing is converted on the way: its parameters and columns are text and numbers, which both drivers take and give
    as they are.
    """

    def __init__(self, statement: Executable, *, postgresql: Executable | None = None) -> None:
        """Take a statement, and the one for PostgreSQL where that is another."""
        self._statement = statement
        self._postgresql = statement if postgresql is None else postgresql
        self._texts: dict[tuple[str, int], _Text] = {}

    def execute(self, connection: Connection, parameters: Mapping[str, Any]) -> CursorResult[Any]:
        """Execute it once; each parameter has to be given."""
        text = self._text(connection.dialect, len(parameters.get(_LIST, ())))
        return connection.exec_driver_sql(text.sql, _placed(text, parameters))

    def execute_each(self, connection: Connection, rows: Iterable[Mapping[str, Any]]) -> None:
        """Execute it for each of the rows, which have no `IDS`."""
        text = self._text(connection.dialect, 0)
        if placed := [_placed(text, row) for row in rows]:
            connection.exec_driver_sql(text.sql, placed)

    def _text(self, dialect: Dialect, number: int) -> _Text:
        text = self._texts.get((dialect.name, number))
        if text is None:
            text = self._texts[dialect.name, number] = self._compiled(dialect, number)
        return text

    def _compiled(self, dialect: Dialect, number: int) -> _Text:
        statement: Any = self._postgresql if dialect.name == "postgresql" else self._statement
        compiled = statement.compile(dialect=dialect)
        constants = {name: value for name, value in compiled.params.items() if value is not None}
        if compiled.positional:
            sql = compiled.string.replace(_PLACE_OF_LIST, ", ".join("?" * number))
            return _Text(sql, constants, tuple(compiled.positiontup))
        names = (f"%({_LIST}_{at})s" for at in range(number))
        return _Text(compiled.string.replace(_PLACE_OF_LIST, ", ".join(names)), constants, None)


def _placed(text: _Text, parameters: Mapping[str, Any]) -> Any:
    values = {**text.constants, **parameters}
    if text.places is None:
        ids = values.pop(_LIST, None) or ()
        return values | {f"{_LIST}_{at}": each for at, each in enumerate(ids)}
    placed: list[Any] = []
    for name in text.places:
        if name == _LIST:
            placed += values[name]
        else:
            placed.append(values[name])
    return tuple(placed)
