"""What an operator can set. Read once, by the entry points; nobody else looks at the environment."""

import re
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator

# 24 bytes are 32 characters.
_WEBHOOK_SECRET = re.compile(r"whsec_(?:[A-Za-z0-9+/]{4}){8,}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")


class SettingsError(Exception):
    """The environment does not hold usable settings; the message says which and why."""


class Settings(BaseModel):
    """Names are those of the environment variables; every secret may also be given as a file (`NAME_FILE`)."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    database_url: SecretStr
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8000
    handover_mode: Literal["demo", "production"] = "production"
    public_url: str = "http://127.0.0.1:8000"
    frame_ancestors: tuple[str, ...] = ()
    # The web sites that the chat stands on (docs/embedding.md); empty: one, without a look of its own.
    sites_path: str = ""

    bot_url: str = "http://127.0.0.1:5005"
    bot_token: SecretStr
    internal_token: SecretStr
    actions_url: str = "http://127.0.0.1:5055"

    bot_attempt_seconds: Annotated[float, Field(gt=0)] = 8.0
    bot_deadline_seconds: Annotated[float, Field(gt=0)] = 20.0
    staff_session_hours: Annotated[int, Field(ge=1, le=24)] = 10
    follow_up_hours: Annotated[int, Field(ge=1, le=720)] = 24
    # Where the bot's models are kept (docs/settings.md).
    models_folder: str = ".run/models"
    # So many of the newest keep their files, beside those that have been in use lately.
    models_kept: Annotated[int, Field(ge=2, le=1000)] = 20
    # What a resident may erase at once: what only the bot has answered, or nothing (docs/personal-data.md).
    resident_may_erase: Literal["bot_only", "never"] = "bot_only"

    # What is empty has not been set up (docs/decisions/0011-what-goes-outside.md).
    smtp_host: str = ""
    smtp_port: Annotated[int, Field(ge=1, le=65535)] = 587
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    smtp_username: str = ""
    smtp_password: SecretStr = SecretStr("")
    mail_from: str = "Kontaktcenter <kontaktcenter@kommunen.example>"
    mail_folder: str = ""
    sms_folder: str = ""
    webhooks_to_private_addresses: bool = False
    case_system: Literal["none", "support_management"] = "none"
    case_system_webhook_secret: SecretStr = SecretStr("")
    support_management_url: str = ""
    support_management_municipality_id: str = ""
    support_management_namespace: str = ""
    support_management_category: str = "SUPPORT_CASE"
    support_management_type: str = "OTHER_ISSUES"
    support_management_status: str = "NEW"
    support_management_token_url: str = ""
    support_management_client_id: str = ""
    support_management_client_secret: SecretStr = SecretStr("")

    @model_validator(mode="before")
    @classmethod
    def split_frame_ancestors(cls, values: dict[str, object]) -> dict[str, object]:
        sites = values.get("frame_ancestors")
        if isinstance(sites, str):
            values["frame_ancestors"] = tuple(site for site in sites.split() if site)
        return values

    @model_validator(mode="after")
    def secrets_are_long_enough(self) -> Self:
        for name in ("bot_token", "internal_token"):
            if len(getattr(self, name).get_secret_value()) < 16:  # noqa: PLR2004 - the bound is stated in the message
                message = f"{name.upper()} must be at least 16 characters long"
                raise ValueError(message)
        return self

    @model_validator(mode="after")
    def what_is_set_up_is_complete(self) -> Self:
        if self.smtp_host and self.mail_from == type(self).model_fields["mail_from"].default:
            raise ValueError("MAIL_FROM must be set when SMTP_HOST is: others answer to it")
        if self.case_system == "support_management":
            for name in ("url", "municipality_id", "namespace"):
                if not getattr(self, f"support_management_{name}"):
                    raise ValueError(f"SUPPORT_MANAGEMENT_{name.upper()} must be set when CASE_SYSTEM is")
        return self

    @model_validator(mode="after")
    def webhook_secret_can_be_used(self) -> Self:
        secret = self.case_system_webhook_secret.get_secret_value()
        if secret and not _WEBHOOK_SECRET.fullmatch(secret):
            raise ValueError("CASE_SYSTEM_WEBHOOK_SECRET must be whsec_ and at least 24 bytes in base64")
        return self

    @property
    def is_demo(self) -> bool:
        return self.handover_mode == "demo"

    @property
    def uses_https(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def sqlalchemy_url(self) -> str:
        """The database's address for SQLAlchemy with psycopg 3."""
        return "postgresql+psycopg://" + self.libpq_url.split("://", 1)[1]

    @property
    def libpq_url(self) -> str:
        """The database's address for psycopg itself."""
        url = self.database_url.get_secret_value()
        return "postgresql://" + url.split("://", 1)[-1]


SECRET_NAMES = (
    "DATABASE_URL",
    "BOT_TOKEN",
    "INTERNAL_TOKEN",
    "SMTP_PASSWORD",
    "CASE_SYSTEM_WEBHOOK_SECRET",
    "SUPPORT_MANAGEMENT_CLIENT_SECRET",
)


def read_settings(environment: dict[str, str]) -> Settings:
    """Reads and checks the settings.

    Raises:
        SettingsError: with a sentence for the operator, naming the variable.
    """
    values: dict[str, object] = {}
    for field in Settings.model_fields:
        name = field.upper()
        if name in environment:
            values[field] = environment[name]
        elif name in SECRET_NAMES and f"{name}_FILE" in environment:
            path = Path(environment[f"{name}_FILE"])
            try:
                values[field] = path.read_text(encoding="utf-8").strip()
            except OSError as error:
                raise SettingsError(f"{name}_FILE names {path}, which cannot be read: {error.strerror}") from error
            except UnicodeDecodeError as error:
                raise SettingsError(f"{name}_FILE names {path}, which does not hold text") from error
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(str(part) for part in item['loc']).upper() or 'settings'}: {item['msg']}"
            for item in error.errors()
        )
        raise SettingsError(f"Settings are missing or wrong: {problems}") from error
