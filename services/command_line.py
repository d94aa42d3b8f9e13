"""The command line: one small function per command, all of them in one table."""

import argparse
import asyncio
import getpass
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from models.words import KeyScope, Role
from services import database, demo, runtime, schema, self_check
from services.accounts import keys, users
from services.actor import SYSTEM
from services.clock import utc_now
from services.demo import Profile
from services.errors import AppError, InvalidInput
from services.retention import pruning
from services.settings import Settings, get_settings
from services.version import VERSION

# 2 is argparse's own, for a call that makes no sense.
OK, FAILED, INTERRUPTED = 0, 1, 130

_MOST_DAYS = 3_650


@dataclass(frozen=True, slots=True)
class Command:
    """One command. `run` returns the exit code and works on the open, migrated database.

    With `opens_database=False` it migrates and opens the database itself.
    """

    name: str
    help: str
    run: Callable[[argparse.Namespace, Settings], Awaitable[int]]
    add_arguments: Callable[[argparse.ArgumentParser], None] = lambda _parser: None
    opens_database: bool = True


def main(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code; an error is one line on standard error."""
    chosen = _parser().parse_args(arguments)
    settings = get_settings()
    command: Command = chosen.command
    try:
        if command.opens_database:
            schema.upgrade(settings)
            database.open_database(settings)
        try:
            return asyncio.run(_run(command, chosen, settings))
        finally:
            database.close_database()
    except InvalidInput as error:
        return _fail(" ".join(error.fields.values()))
    except AppError as error:
        return _fail(error.message)
    except SQLAlchemyError as error:
        cause = str(getattr(error, "orig", None) or error).strip()
        return _fail(f"The database cannot be used: {cause.splitlines()[0]}")
    except OSError as error:
        return _fail(": ".join(filter(None, (error.strerror or str(error), error.filename))))
    except KeyboardInterrupt:
        return INTERRUPTED


async def _run(command: Command, chosen: argparse.Namespace, settings: Settings) -> int:
    return await command.run(chosen, settings)


def _fail(sentence: str) -> int:
    sys.stderr.write(sentence.replace("\n", " ") + "\n")
    return FAILED


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


async def _create_key(chosen: argparse.Namespace, _settings: Settings) -> int:
    days = chosen.expires_days
    given = {
        "name": chosen.name,
        "scope": chosen.scope,
        "campaigns": chosen.campaign,
        "events": chosen.event,
        "addresses": chosen.allow_address,
        "rate_limit": chosen.rate,
        "expires_at": None if days is None else utc_now() + timedelta(days=days),
    }
    created = await keys.create(SYSTEM, given)
    _say(created.key)  # alone, so that a script can take it as it is
    return OK


async def _create_user(chosen: argparse.Namespace, _settings: Settings) -> int:
    user = await users.create_user(
        email=chosen.email, password=_read_password(chosen), role=Role(chosen.role)
    )
    _say(f"{user.email} can sign in as {user.role}.")
    return OK


async def _reset_password(chosen: argparse.Namespace, _settings: Settings) -> int:
    await users.reset_password(
        email=chosen.email,
        password=_read_password(chosen),
        without_second_step=chosen.without_second_step,
    )
    _say(f"The password of {chosen.email} is changed, and all sessions are ended.")
    return OK


async def _seed(chosen: argparse.Namespace, _settings: Settings) -> int:
    report = await demo.seed(Profile(chosen.profile))
    _say(
        f"There are {report.leads:,} leads and {report.events:,} events now. The newest "
        f"{report.waiting} are sent as soon as Afterlead runs."
    )
    return OK


async def _worker(_chosen: argparse.Namespace, settings: Settings) -> int:
    await runtime.run_worker(settings)
    return OK


async def _migrate(_chosen: argparse.Namespace, _settings: Settings) -> int:
    _say("The database is up to date.")
    return OK


async def _check(_chosen: argparse.Namespace, settings: Settings) -> int:
    problems = await self_check.find_problems(settings)
    for problem in problems:
        _say(problem)
    return FAILED if problems else OK


async def _prune(_chosen: argparse.Namespace, _settings: Settings) -> int:
    pruned = await pruning.prune(database.current(), now=utc_now())
    _say(
        f"Removed {pruned.deliveries:,} deliveries with {pruned.attempts:,} attempts, and emptied "
        f"the bodies of {pruned.emptied:,} that had arrived. Events and leads are as they were."
    )
    return OK


async def _version(_chosen: argparse.Namespace, _settings: Settings) -> int:
    _say(VERSION)
    return OK


def _read_password(chosen: argparse.Namespace) -> str:
    if chosen.password_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass("Password: ")
    if getpass.getpass("The same again: ") != password:
        raise InvalidInput({"password": "The two passwords differ."})
    return password


def _key_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--name", required=True, help="who or what uses the key")
    parser.add_argument("--scope", required=True, choices=[scope.value for scope in KeyScope])
    parser.add_argument("--expires-days", type=_days, help="days until it expires; never if unset")
    for option, metavar, meaning in (
        ("--campaign", "KEY", "a campaign that it is limited to"),
        ("--event", "NAME", "an event that it is limited to"),
        ("--allow-address", "CIDR", "a network from which it works, such as 203.0.113.0/24"),
    ):
        parser.add_argument(
            option, action="append", metavar=metavar, help=f"{meaning}; may be repeated"
        )
    parser.add_argument("--rate", type=int, metavar="CALLS", help="calls per minute at most")


def _days(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= _MOST_DAYS):
        raise argparse.ArgumentTypeError(f"give 1 to {_MOST_DAYS:,} days")
    return int(text)


def _seed_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--profile", required=True, choices=[profile.value for profile in Profile])


def _user_arguments(parser: argparse.ArgumentParser) -> None:
    _person_arguments(parser)
    parser.add_argument("--role", required=True, choices=[role.value for role in Role])


def _person_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--email", required=True)
    parser.add_argument(
        "--password-stdin", action="store_true", help="read the password from standard input"
    )


def _reset_arguments(parser: argparse.ArgumentParser) -> None:
    _person_arguments(parser)
    parser.add_argument(
        "--without-second-step",
        action="store_true",
        help="let them sign in by password alone, for who lost app and recovery codes",
    )


COMMANDS = (
    Command("create-key", "make an API key and print it", _create_key, _key_arguments),
    Command("create-user", "let a person sign in", _create_user, _user_arguments),
    Command("reset-password", "give a person a new password", _reset_password, _reset_arguments),
    Command("seed", "fill an empty installation with believable data", _seed, _seed_arguments),
    Command("worker", "send postbacks until it is stopped", _worker, opens_database=False),
    Command("migrate", "bring the database to the current schema", _migrate),
    Command("prune", "remove what has been kept as long as the settings say", _prune),
    Command("check", "look for problems; exit 1 with one line for each", _check),
    Command("version", "print the version", _version),
)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m services", description="Every command migrates the database first."
    )
    choices = parser.add_subparsers(metavar="COMMAND", required=True)
    for command in COMMANDS:
        command_parser = choices.add_parser(
            command.name, help=command.help, description=command.help
        )
        command.add_arguments(command_parser)
        command_parser.set_defaults(command=command)
    return parser
