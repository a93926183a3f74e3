"""What must stand in no file, and what must stand beside some lines."""

import ast
import re
import subprocess
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection
from django.db.migrations.loader import MigrationLoader

ROOT = Path(__file__).parents[2]
# Assembled here, so that this file does not hold what it forbids.
HOSTS = ("pypi" + ".org", "pythonhosted" + ".org", "registry.npmjs" + ".org", "deb.debian" + ".org")
MACHINE = re.compile(r"(?<![\w/.~-])/(?:wo" + r"rk|ro" + r"ot|ho" + r"me)/\w")
CITIES = re.compile(
    r"北京|上海|天津|重庆|广州|深圳|杭州|青岛|苏州|成都|扬州|巴尔的摩|纽约"
    r"|\b(?:Beijing|Shanghai|Tianjin|Chongqing|Guangzhou|Shenzhen|Hangzhou|Qingdao|Yangzhou"
    r"|New York|Baltimore|Chicago|Boston)\b"
)
# A time zone of the tz database is a name of a standard, not of a city we serve.
ZONES = re.compile(r"Asia/Shanghai|America/New_York")


def _tracked() -> list[Path]:
    if not (ROOT / ".git").exists():
        pytest.skip("not a clone: no list of tracked files")
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / name for name in listed.stdout.split("\0") if name]


def _texts() -> list[tuple[str, str]]:
    found = []
    for path in _tracked():
        if path.is_file():
            content = path.read_bytes()
            if b"\0" not in content[:8192]:
                found.append((str(path.relative_to(ROOT)), content.decode("utf-8", "replace")))
    return found


def test_no_tracked_file_names_a_registry_or_a_folder_of_one_machine() -> None:
    guilty = [
        f"{name}: {word}"
        for name, text in _texts()
        for word in [*(host for host in HOSTS if host in text), *MACHINE.findall(text)]
    ]

    assert guilty == []


def test_no_city_is_named_in_code() -> None:
    guilty = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}"
        for path in sorted(ROOT.glob("src/gongzhi/**/*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if CITIES.search(ZONES.sub("", line))
    ]

    assert guilty == []


@pytest.mark.parametrize(
    "path", sorted(ROOT.glob("src/gongzhi/*/models.py")), ids=lambda p: p.parent.name
)
def test_an_index_names_its_readers(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    lines = source.splitlines()
    bare = []
    for node in ast.walk(ast.parse(source)):
        is_index = isinstance(node, ast.Call) and ast.unparse(node.func).endswith("models.Index")
        if is_index and not lines[node.lineno - 2].strip().startswith("#"):  # type: ignore[attr-defined]
            bare.append(f"{path.parent.name}/models.py:{node.lineno}")  # type: ignore[attr-defined]

    assert bare == []


@pytest.mark.django_db
def test_migrations_are_linear() -> None:
    graph = MigrationLoader(connection, ignore_no_migrations=True).graph
    ours = {app.label for app in apps.get_app_configs() if app.name.startswith("gongzhi.")}

    leaves = [label for label, _ in graph.leaf_nodes() if label in ours]

    assert len(leaves) == len(set(leaves))


def test_the_environment_is_read_in_one_place() -> None:
    guilty = [
        str(path.relative_to(ROOT))
        for path in ROOT.glob("src/gongzhi/**/*.py")
        if re.search(r"os\.(environ\[|environ\.get|getenv)", path.read_text(encoding="utf-8"))
        and path.name != "settings.py"
    ]

    assert guilty == []


def test_no_template_asks_the_database() -> None:
    asking = re.compile(r"\.(objects|all|filter|count)\b\s*(?:\(|\||%|\})")
    guilty = [
        str(path.relative_to(ROOT))
        for path in ROOT.glob("src/gongzhi/*/templates/**/*.html")
        if asking.search(path.read_text(encoding="utf-8"))
    ]

    assert guilty == []


# What a template shows besides tags, values and marked words.
NO_WORDS = re.compile(
    r"{%\s*blocktranslate.*?{%\s*endblocktranslate\s*%}|{%\s*comment.*?{%\s*endcomment\s*%}"
    r"|<(script|style)\b.*?</\1>|{%.*?%}|{{.*?}}|{#.*?#}|<!--.*?-->|<[^>]*>|&\w+;",
    re.DOTALL,
)
SHOWN_ATTRIBUTE = re.compile(
    r"""(?:alt|title|placeholder|aria-label|data-\w+)="([^"{<>]*\s[^"{<>]*)\""""
)
# Names and signs that read alike in both languages.
ALIKE = {
    "px",
    "m",
    "km",
    "kB",
    "MB",
    "PDF",
    "CSV",
    "XLSX",
    "GeoJSON",
    "RSS",
    "QR",
    "API",
    "JSON",
    "Excel",
}


def _templates() -> list[Path]:
    return sorted(ROOT.glob("src/gongzhi/*/templates/**/*.html"))


@pytest.mark.parametrize("path", _templates(), ids=lambda path: path.name)
def test_a_template_says_nothing_in_one_language_alone(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    words = re.findall(r"[A-Za-z\u4e00-\u9fff]{2,}", NO_WORDS.sub(" ", text))
    spoken = [one for one in SHOWN_ATTRIBUTE.findall(text) if re.search(r"[a-z]{2} [a-z]{2}", one)]

    assert [one for one in words if one not in ALIKE] == []
    assert spoken == []


@pytest.mark.parametrize(
    "path", sorted(ROOT.glob("frontend/src/**/*.ts")), ids=lambda path: path.name
)
def test_scripts_of_pages_take_their_words_from_the_page(path: Path) -> None:
    bare = re.sub(
        r"/\*.*?\*/|(?<![:\w])//[^\n]*", "", path.read_text(encoding="utf-8"), flags=re.DOTALL
    )
    sentences = re.findall(r"""["'`]([A-Z][a-z]+ [a-z]+ [^"'`]*)["'`]""", bare)

    assert re.findall(r"[\u4e00-\u9fff]+", bare) == []
    assert sentences == []
