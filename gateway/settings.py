"""
Every knob: typed, bounded, described. The page docs/settings.md is printed from here.

Scalars come from the environment (`GATEWAY_…`, and the home's `.env`), over `gateway.toml` (the home's, else the
checkout's), over the default. Tables come from `gateway.toml` only.
"""

import base64
import difflib
import hashlib
import io
import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

from dotenv.parser import parse_stream
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from gateway.errors import InvalidSetting, toml_path
from gateway.kinds import DEFAULT_MESSAGE_KIND, Kinds, Pool
from gateway.policy.rules import DEFAULT_ROUTES, PolicyTable, Route
from gateway.settings_tables import OwnKindName, ProcessingTable, ScheduleTable, ScreeningTable
from gateway.toml_lines import line_of

PREFIX: Final = "GATEWAY_"
TOML: Final = "gateway.toml"
CHECKOUT: Final = Path(__file__).resolve().parent.parent
LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_EVERYBODYS: Final = Path("/tmp")  # noqa: S108 - not TMPDIR, which shells and programs differ in; `up` checks the folder
_SOCKET_PATH_LIMIT: Final = 107  # bytes that the kernel takes for a unix socket's path, without the closing zero
_SHORTEST_KEY: Final = 32  # of the letters that `up` draws: 192 random bits
_LONGEST_SOCKET_NAME: Final = "/supervisor.sock.1234567"  # supervisor binds a temporary name first
_TOML_POSITION: Final = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")
_NAME: Final = r"(?:[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\])"
_HOST: Final = re.compile(rf"{_NAME}(?::(?!443$)[1-9][0-9]{{0,4}})?")
_HOST_OR_WILDCARD: Final = re.compile(rf"(?:\*\.)?{_HOST.pattern}")
_HTTP_URL: Final = re.compile(rf"(?i)https?://(?:[^\s/?#@]*@)?{_NAME}\.?(?::[0-9]+)?(?:/[^\s?#]*)?")
_BROKERS: Final = ("redis", "rediss", "redis+socket", "amqp", "amqps", "pyamqp")  # what the queue has been made for
_REASONS: Final = {"extra_forbidden": "there is no such setting", "missing": "it is missing"}

PortNumber = Annotated[int, Field(ge=1, le=65535)]


class Settings(BaseModel):
    """What the programs of one mesh need to know."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    home: Path = Field(CHECKOUT, description="Holds `.env`, `logs/`, `error_reports/` and `var/`.")
    port: PortNumber | None = Field(
        None, description="Where NGINX listens; not set: 80 where it may be bound, else 8080."
    )
    bind: str = Field("127.0.0.1", description="The address that NGINX listens on.")
    anonymous: Literal["client", "client-anywhere", "none"] = Field(
        "client",
        description="What a request without a key is. `client` needs a loopback `GATEWAY_BIND`; "
        "`client-anywhere` does not, and lets everybody in.",
    )
    rate_limit: int = Field(
        2000, ge=1, le=1_000_000, description="Requests a second that NGINX takes from one address."
    )
    connection_limit: int = Field(
        512,
        ge=1,
        le=10_000,
        description="Requests of one address that NGINX has in hand at once; a sixteenth of them may be "
        "batches. Fewer where `ulimit -Hn` allows fewer files: four for each, and a few more.",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="The least that is logged.")
    log_format: Literal["text", "json"] = Field("text", description="The form of a line.")
    log_to: Literal["files", "stdout"] = Field("files", description="`logs/`, or standard output, as containers do.")
    log_max_bytes: int = Field(50_000_000, ge=10_000, description="A log file is rotated above this size.")
    database_url: str = Field(
        "",
        description="The ledger, `postgresql://user:password@host/name`; not set: SQLite in the home's `var/`.",
        repr=False,
    )
    broker_url: str = Field(
        "",
        description="The broker, `redis://…`, `rediss://…`, `redis+socket://…`, `amqp://…` or `amqps://…`; not set: "
        "a socket in the home's `var/`.",
        repr=False,
    )
    workers_io: int = Field(8, ge=1, le=256, description="Threads of the `io` pool.")
    workers_cpu: int = Field(2, ge=1, le=256, description="Processes of the `cpu` pool.")
    memory_io_mb: int = Field(
        1024, ge=128, le=1_048_576, description="The `io` pool's process is replaced, in order, once it is this large."
    )
    memory_cpu_mb: int = Field(
        512,
        ge=128,
        le=1_048_576,
        description="A process of the `cpu` pool is replaced once it is this large; twice as much, and its task fails.",
    )
    drain_s: float = Field(
        20.0, ge=0, le=45, description="A worker that stops lets tasks end for this long, then hands them back."
    )
    web_workers: int = Field(2, ge=1, le=64, description="Processes of each web service.")
    web_threads: int = Field(8, ge=1, le=256, description="Threads of each process of a web service.")
    service_1_url: str = Field(
        "", description="Where the monitor finds service_1; not set: it is not checked.", repr=False
    )
    service_2_url: str = Field("http://127.0.0.1:8002", description="Where service_1 finds service_2.", repr=False)
    forward_timeout_s: float = Field(10.0, gt=0, le=60, description="Wait for service_2's answer, in seconds.")
    screening_budget_ms: int = Field(2000, ge=10, le=30_000, description="Screening one message may take this long.")
    lease_s: float = Field(10.0, ge=1, le=3600, description="A worker that is silent for this long has lost its task.")
    max_attempts: int = Field(3, ge=1, le=100, description="Tries of a task that fails or loses its worker.")
    wait_s: float = Field(
        600.0, ge=1, le=604_800, description="A task that waits longer for a worker raises a `SilentFailure` alert."
    )
    backlog: int = Field(
        100_000,
        ge=1,
        le=10_000_000,
        description="So many tasks may wait for a pool; more are refused with 429 `backlog_full`. By default a few "
        "minutes' work of short ones.",
    )
    report_retention_days: int = Field(90, ge=1, le=3650, description="Alert reports are kept this long.")
    content_retention_days: int = Field(30, ge=1, le=3650, description="What a task holds is kept this long.")
    task_retention_days: int = Field(90, ge=1, le=3650, description="A task's row is kept this long.")
    callback_hosts: str = Field(
        "",
        description="Hosts that a `callback_url` may name, behind commas: `hooks.example.com`, `*.example.com`, with "
        "`:port` where it is not 443; not set: there are no webhooks.",
    )
    callback_private_hosts: str = Field(
        "", description="Further ones, without `*`, whose addresses need not be public: of your own network."
    )
    recommender_url: str = Field(
        "",
        description="An OpenAI-compatible API for recommendations; not set: the shipped catalogue.",
        repr=False,
    )
    recommender_model: str = Field("", description="The model that it is asked for.")
    recommender_timeout_s: float = Field(30.0, gt=0, le=300, description="Wait for its answer, in seconds.")
    mesh_token: SecretStr = Field(SecretStr(""), description="What the mesh's own programs show each other.")
    secret_key: SecretStr = Field(
        SecretStr(""), description="The key of the `hash` operator, and of what is kept of an `Idempotency-Key`."
    )
    token_key: SecretStr = Field(
        SecretStr(""),
        description="The key of the `token` operator, 32 characters or more; older ones, behind commas, still read.",
    )
    webhook_secret: SecretStr = Field(
        SecretStr(""),
        description="What webhooks are signed with, `whsec_…`; of several, with spaces between, each signs.",
    )
    recommender_key: SecretStr = Field(SecretStr(""), description="The key of the API for recommendations.")
    loadtest_key: SecretStr = Field(SecretStr(""), description="The API key that Locust uses.")
    nginx: str = Field("", description="The NGINX program; not set: the one on PATH, else the wheel's.")
    redis_server: str = Field("", description="The broker's program; not set: the one on PATH, else the wheel's.")

    kinds: frozenset[OwnKindName] = Field(
        frozenset({DEFAULT_MESSAGE_KIND}), description="What a message may be; `message` always may."
    )
    policy: PolicyTable = Field(PolicyTable(), description="What is held, redacted and allowed.")
    routes: tuple[Route, ...] = Field(DEFAULT_ROUTES, description="What `delivery = auto` means.")
    screening: ScreeningTable = Field(ScreeningTable(), description="What is looked for.")
    processing: ProcessingTable = Field(ProcessingTable(), description="Processors of your own.")
    schedule: tuple[ScheduleTable, ...] = Field((), description="Tasks that are made again and again.")

    @field_validator("home")
    @classmethod
    def _absolute(cls, home: Path) -> Path:
        return home.expanduser().resolve()

    @field_validator("broker_url")
    @classmethod
    def _brokers(cls, urls: str) -> str:
        for url in urls.split(";") if urls else ():  # several are a cluster's
            _check_broker_url(url)
        return urls

    @field_validator("service_1_url", "service_2_url", "recommender_url")
    @classmethod
    def _addresses(cls, url: str, info: ValidationInfo) -> str:
        if url or info.field_name == "service_2_url":
            _check_http_url(url)
        return url

    @field_validator("token_key")
    @classmethod
    def _strong(cls, keys: SecretStr) -> SecretStr:
        if any(0 < len(key.strip()) < _SHORTEST_KEY for key in keys.get_secret_value().split(",")):
            raise ValueError(f"each key has to have {_SHORTEST_KEY} characters or more")
        return keys

    @field_validator("callback_hosts", "callback_private_hosts")
    @classmethod
    def _hosts(cls, listed: str, info: ValidationInfo) -> str:
        form = _HOST if info.field_name == "callback_private_hosts" else _HOST_OR_WILDCARD
        if not all(form.fullmatch(host) for host in _split(listed)):
            raise ValueError("each has to be a host's name in lower case, with a port where it is not 443")
        return listed

    @field_validator("webhook_secret")
    @classmethod
    def _signs(cls, secrets: SecretStr) -> SecretStr:
        for secret in secrets.get_secret_value().split():
            try:
                key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
            except ValueError:
                key = b""
            if not secret.startswith("whsec_") or not 24 <= len(key) <= 64:  # noqa: PLR2004 - of Standard Webhooks
                raise ValueError("each secret has to be whsec_ and the base64 form of 24 to 64 bytes")
        return secrets

    @property
    def allowed_callback_hosts(self) -> frozenset[str]:
        """The hosts that a `callback_url` may name, as `check_callback_url` takes them; none: there are no webhooks."""
        return frozenset(_split(self.callback_hosts)) | self.private_callback_hosts

    @property
    def private_callback_hosts(self) -> frozenset[str]:
        """Those of them whose addresses need not be public."""
        return frozenset(_split(self.callback_private_hosts))

    @property
    def var(self) -> Path:
        """What the mesh needs and nobody browses."""
        return self.home / "var"

    @property
    def logs(self) -> Path:
        """The `.txt` lines."""
        return self.home / "logs"

    @property
    def reports(self) -> Path:
        """The alert reports."""
        return self.home / "error_reports"

    @property
    def run_dir(self) -> Path:
        """The sockets: `var/run`, or a folder of the same user in /tmp where its path is too long for a socket."""
        usual = self.var / "run"
        if len(os.fsencode(usual)) + len(_LONGEST_SOCKET_NAME) <= _SOCKET_PATH_LIMIT:
            return usual
        name = hashlib.sha256(os.fsencode(self.home)).hexdigest()[:12]
        return _EVERYBODYS / f"portcullis-{os.getuid()}-{name}"

    @property
    def ledger_url(self) -> str:
        """The database, with the default filled in."""
        return self.database_url or f"sqlite:///{self.var / 'ledger.db'}"

    @property
    def celery_broker_url(self) -> str:
        """The broker, with the default filled in."""
        return self.broker_url or f"redis+socket://{self.run_dir / 'broker.sock'}"

    @property
    def declared_kinds(self) -> Kinds:
        """Every kind that a client may name."""
        own = {kind: self.processing.pools.get(kind, Pool.CPU) for kind in self.processing.processors}
        return Kinds(messages=self.kinds | {DEFAULT_MESSAGE_KIND}, pools=own)


_TABLES: Final = frozenset({"kinds", "policy", "routes", "screening", "processing", "schedule"})
SCALARS: Final = tuple(name for name in Settings.model_fields if name not in _TABLES)


def load(environ: Mapping[str, str] = os.environ) -> Settings:
    """
    Read the settings of the mesh whose home *environ* names.

    Raises:
        InvalidSetting: an unknown name or a bad value; one line that names it and does not repeat a value.
    """
    home = _home(environ)
    scalars = {**_scalars(_read_env(home / ".env")), **_scalars(environ)}
    file = toml_file(home)
    document = _read_text(file) if file else ""
    tables = _parsed(document)
    try:
        return Settings.model_validate({**tables, **scalars, "home": home})
    except ValidationError as error:
        raise _refusal(error, scalars, document) from None


def toml_file(home: Path) -> Path | None:
    """Return the `gateway.toml` that counts for *home*; None if there is none."""
    return next((file for file in (home / TOML, CHECKOUT / TOML) if file.is_file()), None)


def located(error: InvalidSetting, home: Path) -> InvalidSetting:
    """Return *error* with the file and the line of what is wrong, if it stands in `gateway.toml`."""
    file = toml_file(home)
    return InvalidSetting(_place(_read_text(file), error.at) + str(error)) if error.at and file else error


def of_home(environ: Mapping[str, str] = os.environ) -> Settings:
    """Return the defaults of a home: enough to find the mesh that runs in it, however wrong its settings are by now."""
    return Settings(home=_home(environ))


def _split(listed: str) -> list[str]:
    return [name.strip() for name in listed.split(",") if name.strip()]


def _check_http_url(url: str) -> None:
    """Raise ValueError, without a word of *url*, for one that nothing can be sent to; it may hold a password."""
    try:
        good = url.isascii() and _HTTP_URL.fullmatch(url) and urlsplit(url).port != 0
    except ValueError:
        good = False
    if not good:
        raise ValueError("it has to be http:// or https:// with a host, and at most a port and a path behind it")


def _check_broker_url(url: str) -> None:
    """Raise ValueError, without a word of *url*, for one that the queue could not read; it may hold a password."""
    scheme = url.partition("://")[0]
    if scheme not in _BROKERS or "://" not in url:
        raise ValueError(f"it has to begin with one of {', '.join(f'{known}://' for known in _BROKERS)}")
    try:
        port, database = urlsplit(url).port, urlsplit(url).path.strip("/")
    except ValueError:
        port, database = 0, ""
    if port == 0 or (scheme in {"redis", "rediss"} and database and not (database.isascii() and database.isdigit())):
        raise ValueError("it cannot be read as scheme://user:password@host:port/name; %XX is for what is special there")


def _scalars(given: Mapping[str, str]) -> dict[str, str]:
    """Return what is set of the settings in *given*; an empty value is none."""
    named = {name.removeprefix(PREFIX).lower(): value for name, value in given.items() if name.startswith(PREFIX)}
    for name in named:
        if name not in SCALARS:
            raise InvalidSetting(f"{PREFIX}{name.upper()} is not a setting{_suggestion(name)}")
    return {name: value for name, value in named.items() if value}


def _home(environ: Mapping[str, str]) -> Path:
    return Path(environ.get(f"{PREFIX}HOME") or CHECKOUT).expanduser().resolve()


def _read_env(file: Path) -> dict[str, str]:
    values: dict[str, str] = {}
    try:
        bindings = list(parse_stream(io.StringIO(file.read_text(encoding="utf-8"))))
    except FileNotFoundError:
        return values
    except OSError as error:
        raise InvalidSetting(f"{file.name} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise InvalidSetting(f"{file.name} cannot be read as UTF-8 text") from None
    for binding in bindings:
        if binding.error or (binding.key and binding.value is None):
            raise InvalidSetting(f"{file.name}: line {binding.original.line} is not of the form NAME=value")
        if binding.key:
            values[binding.key] = binding.value or ""
    return values


def _read_text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise InvalidSetting(f"{file.name} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise InvalidSetting(f"{file.name} cannot be read as UTF-8 text") from None


def _parsed(document: str) -> dict[str, Any]:
    try:
        return tomllib.loads(document)
    except tomllib.TOMLDecodeError as error:
        reason, line = str(error), document.count("\n") + 1
        if found := _TOML_POSITION.search(reason):
            reason, line = reason[: found.start()], int(found[1] or line)
        raise InvalidSetting(f"{TOML}:{line}: {reason}") from None


def _suggestion(name: str) -> str:
    close = difflib.get_close_matches(name, SCALARS, n=1)
    return f"; did you mean {PREFIX}{close[0].upper()}?" if close else ""


def _refusal(error: ValidationError, scalars: Mapping[str, Any], document: str) -> InvalidSetting:
    first = error.errors(include_input=False, include_context=False, include_url=False)[0]
    reason = _REASONS.get(first["type"], first["msg"].removeprefix("Value error, "))
    top, *rest = first["loc"]
    if top in scalars:
        return InvalidSetting(f"{PREFIX}{str(top).upper()}: {reason}")
    return InvalidSetting(f"{_place(document, (top, *rest))}{toml_path((top, *rest))}: {reason}")


def _place(document: str, path: Sequence[str | int]) -> str:
    return f"{TOML}:{line_of(document, path)}: "
