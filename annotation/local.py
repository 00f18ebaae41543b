"""A Label Studio on this machine: `make label-studio`, and the server that the tests drive.

    with serving(Path(".label-studio/data"), port=8080) as (url, token):
        LabelStudio(base_url=url, api_key=token)

It lives in an environment of its own (it needs some hundred packages at versions of its own) and listens on this
machine alone. Its database, pictures and password stay in the data folder; deleting that is a fresh start.
"""

import argparse
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import venv
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from schemas.errors import BadInput, Refused, UserError
from schemas.identity import Record

VERSION = "1.23.2"
HOME = Path(".label-studio")
ADMIN = "admin@example.com"
FIRST_START = 300  # seconds; the first start makes the database, later ones take some ten


class Admin(Record):
    """Who may do everything here. Label Studio takes them over when it makes its database, and never again."""

    user: str
    password: str
    token: str


def installed(environment: Path) -> Path | None:
    """The environment's own command, or None where that version is not there."""
    command = environment / "bin" / "label-studio"
    found = list(environment.glob(f"lib/python*/site-packages/label_studio-{VERSION}.dist-info"))
    return command if command.exists() and found else None


def install(environment: Path) -> Path:
    if there := installed(environment):
        return there
    print(f"installing label-studio {VERSION} into {environment} (about 1 GB, some minutes, once)", flush=True)
    venv.create(environment, with_pip=True, clear=False)
    pip = [str(environment / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if subprocess.run([*pip, f"label-studio=={VERSION}"]).returncode:
        raise Refused(f"label-studio {VERSION} could not be installed into {environment}; what pip said stands above")
    if there := installed(environment):
        return there
    raise Refused(f"{environment}: pip was content, but there is no label-studio {VERSION}; delete the folder")


def environment_folder() -> Path:
    """Where the environment is shared, LABEL_STUDIO_ENVIRONMENT says where."""
    return Path(os.environ.get("LABEL_STUDIO_ENVIRONMENT") or HOME / "venv").absolute()


def admin_of(folder: Path) -> Admin:
    """As the folder keeps it; made when there is none."""
    path = folder / "admin.json"
    if path.exists():
        return read_admin(path)
    if list(folder.glob("*.sqlite3")):
        raise Refused(f"{folder}: holds a database but no {path.name}, so nobody can sign in; use another folder")
    folder.mkdir(parents=True, exist_ok=True)
    made = Admin(user=ADMIN, password=secrets.token_urlsafe(12), token=secrets.token_hex(20))
    path.touch(mode=0o600)
    path.write_text(json.dumps(made.model_dump(), indent=2) + "\n", encoding="utf-8")
    return made


def read_admin(path: Path) -> Admin:
    try:
        return Admin.model_validate_json(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise BadInput(f"{path}: holds no user, password and token; delete {path.parent} to start afresh") from error


def settings(folder: Path, admin: Admin) -> dict[str, str]:
    """The server's environment. Legacy tokens are the ones that a script can be given; they must be on at the first
    start. The write-ahead log halves the time that a judgement takes to be stored."""
    return {
        "LABEL_STUDIO_BASE_DATA_DIR": str(folder),
        "XDG_CONFIG_HOME": str(folder / "xdg"),
        "LABEL_STUDIO_USERNAME": admin.user,
        "LABEL_STUDIO_PASSWORD": admin.password,
        "LABEL_STUDIO_USER_TOKEN": admin.token,
        "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true",
        "LABEL_STUDIO_DISABLE_SIGNUP_WITHOUT_LINK": "true",
        "LABEL_STUDIO_USE_DEFAULT_BANNED_SUBNETS": "false",
        "LABEL_STUDIO_AZURE_MOUNT_FIX": "1",
        "LATEST_VERSION_CHECK": "false",
        "COLLECT_ANALYTICS": "false",
        "SENTRY_DSN": "",
        "FRONTEND_SENTRY_DSN": "",
    }


@contextmanager
def serving(folder: Path, port: int, environment: Path | None = None) -> Iterator[tuple[str, str]]:
    """The URL of a running server and its admin's token; it ends with the block."""
    environment = environment or environment_folder()
    command = installed(environment)
    if command is None:
        raise Refused(f"no label-studio {VERSION} in {environment}; `make label-studio` puts it there")
    folder, url = folder.absolute(), f"http://127.0.0.1:{port}"
    refuse_busy(port)
    admin = admin_of(folder)
    log = folder / "server.log"
    start = [str(command), "start", "--no-browser", "--internal-host", "127.0.0.1", "--port", str(port)]
    with log.open("wb") as out:
        # a session of its own, so that Ctrl-C reaches us first and we end it
        process = subprocess.Popen(
            start, stdout=out, stderr=out, env=quiet_environment() | settings(folder, admin), start_new_session=True
        )
    try:
        wait_for(url, process, log)
        refuse_foreign(url, admin, folder)
        yield url, admin.token
    finally:
        end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """With whatever it has started; it is the first of its group."""
    for how in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, how)
        with suppress(subprocess.TimeoutExpired):
            process.wait(20)
            return


def quiet_environment() -> dict[str, str]:
    """Ours without what belongs to other programs and would change this one."""
    foreign = ("DJANGO", "LABEL_STUDIO", "PYTHONPATH", "VIRTUAL_ENV")
    return {name: value for name, value in os.environ.items() if not name.startswith(foreign)}


def refuse_busy(port: int) -> None:
    """Label Studio would move on to the next port, and whoever asked this one would talk to a stranger."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise Refused(f"port {port} is taken ({error.strerror}); end what listens there or take another") from error


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + FIRST_START
    while time.monotonic() < end:
        if process.poll() is not None:
            raise Refused(f"Label Studio ended while starting (exit {process.returncode}): {last_line(log)}; see {log}")
        if answers(f"{url}/health", {}):
            return
        time.sleep(0.3)
    raise Refused(f"Label Studio did not answer at {url} within {FIRST_START} s; see {log}")


def refuse_foreign(url: str, admin: Admin, folder: Path) -> None:
    if not answers(f"{url}/api/current-user/whoami", {"Authorization": f"Token {admin.token}"}):
        raise Refused(
            f"{url}: does not know the token in {folder / 'admin.json'}; it was changed there, or the "
            "database is another's"
        )


def answers(url: str, headers: Mapping[str, str]) -> bool:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=dict(headers)), timeout=10) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m annotation.local", description="Label Studio on this machine.")
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument("--data", type=Path, default=HOME / "data", help="its database and the admin's password")
    parser.add_argument("--install", action="store_true", help="only make its environment")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that the server ends with us
    try:
        if options.install:
            install(environment_folder())
            return
        refuse_busy(options.port)
        install(environment_folder())
        print("starting Label Studio; the first start takes a minute", flush=True)
        with serving(options.data, options.port) as (url, token):
            print(f"\n  {url}   user {ADMIN}, password in {options.data / 'admin.json'}\n")
            print(f"  export LABEL_STUDIO_URL={url} LABEL_STUDIO_API_KEY={token}\n\nCtrl-C stops it.", flush=True)
            while answers(f"{url}/health", {}):
                time.sleep(5)
            raise Refused(f"Label Studio no longer answers; see {options.data / 'server.log'}")
    except KeyboardInterrupt:
        print("\nstopped; everything stays in", options.data)
    except UserError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
