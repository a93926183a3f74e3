"""Showing a picture: upright, small, made once, and nothing of the camera in it."""

import io
import os
from pathlib import Path

import numpy as np
import pytest
from django.core.files.storage import InMemoryStorage, default_storage
from PIL import Image

from gongzhi.accounts.rules import ANONYMOUS, SYSTEM, Actor, Role
from gongzhi.evidence import actions, queries, rules
from gongzhi.evidence.rules import Size

from .conftest import NOON, PDF, Hand, heic, photo
from .scenes import saved, scene
from .test_keeping import full_disk


def keep(content: bytes, *, subject: str = "case:1", purpose: str = "before"):  # type: ignore[no-untyped-def]
    return actions.keep_file(
        content, name="a.jpg", purpose=purpose, subject=subject, by=Hand(), at=NOON
    )


def opened(content: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(content))
    picture.load()
    return picture


def shown(content: bytes, size: Size = Size.LARGE) -> Image.Image:
    return opened(rules.shown(io.BytesIO(content), size))


def quarters() -> Image.Image:
    """Return a picture with four corners that can be told apart."""
    picture = Image.new("RGB", (80, 40))
    for place, colour in (
        ((0, 0), "red"),
        ((40, 0), "lime"),
        ((0, 20), "blue"),
        ((40, 20), "white"),
    ):
        picture.paste(colour, (*place, place[0] + 40, place[1] + 20))
    return picture


TURNED = {
    1: None, 2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM, 5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE, 8: Image.Transpose.ROTATE_270,
}  # fmt: skip


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_stands_upright_however_the_camera_was_held(orientation: int, kind: str) -> None:
    held = TURNED[orientation]
    stored = quarters() if held is None else quarters().transpose(held)
    exif = Image.Exif()
    exif[0x0112] = orientation
    content = saved(stored, kind, exif=exif)

    small = shown(content)

    assert small.size == (80, 40)
    wanted, got = np.asarray(quarters(), dtype=int), np.asarray(small, dtype=int)
    assert all(np.abs(wanted[y, x] - got[y, x]).max() < 60 for y in (10, 30) for x in (10, 70))


def test_sizes_are_kept_and_small_pictures_are_not_blown_up() -> None:
    content = saved(scene(1, width=2400, height=1800), quality=90)

    assert shown(content).size == (1600, 1200)
    assert shown(content, Size.LIST).size == (320, 240)
    assert shown(photo()).size == (64, 48)


def test_a_picture_of_a_list_weighs_at_most_thirty_kilobytes_even_if_it_is_noise() -> None:
    noise = np.random.default_rng(0).integers(0, 256, size=(900, 900, 3), dtype=np.uint8)

    for picture in (Image.fromarray(noise), scene(2, width=1600, height=1200)):
        content = rules.shown(io.BytesIO(saved(picture, "PNG")), Size.LIST)
        assert len(content) <= rules.LIST_BYTES
        assert opened(content).format == "WEBP"


@pytest.mark.parametrize("size", Size)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_nothing_that_the_camera_or_a_hand_wrote_is_served(kind: str, size: Size) -> None:
    secret = b"SECRET-1234"
    exif = Image.Exif()
    exif[0x010E] = secret.decode()
    exif.get_ifd(0x8825).update({1: "N", 2: (36.0, 0.0, 0.0), 3: "E", 4: (120.0, 0.0, 0.0)})
    how = {"exif": exif, "xmp": b"<x:xmpmeta>" + secret, "icc_profile": secret * 20}
    if kind == "JPEG":
        how["comment"] = secret
    content = saved(scene(3), kind, **how) + secret

    served = rules.shown(io.BytesIO(content), size)

    assert secret in content
    assert secret not in served
    assert not {"exif", "xmp", "icc_profile", "comment"} & set(opened(served).info)
    assert len(opened(served).getexif()) == 0


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16"])
def test_every_kind_of_pixels_is_shown_in_colour(mode: str) -> None:
    grey = np.tile(np.linspace(0, 255, 90, dtype=np.uint8), (60, 1))
    if mode == "I;16":
        picture = Image.fromarray(grey.astype(np.uint16) * 257)
    else:
        picture = Image.fromarray(grey)
        picture = picture.convert(mode) if mode == "P" else picture.convert("RGB").convert(mode)
    content = saved(picture, "JPEG" if mode == "CMYK" else "PNG")

    small = shown(content)

    assert small.mode == "RGB"
    if mode != "1":
        assert np.asarray(small)[30, ::20, 0] == pytest.approx(grey[30, ::20], abs=16)


def test_what_is_transparent_is_shown_white() -> None:
    clear = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    indexed = Image.new("P", (40, 40), 0)
    indexed.putpalette([9, 9, 9])

    for content in (saved(clear, "PNG"), saved(indexed, "PNG", transparency=0)):
        assert min(shown(content).getpixel((20, 20))) > 250  # type: ignore[type-var, arg-type]


@pytest.mark.django_db
def test_a_derivative_is_made_once_and_kept_beside_the_original(
    django_assert_num_queries,  # type: ignore[no-untyped-def]
) -> None:
    use = keep(photo())
    first = queries.derivative(use.id, "large")
    folder = Path(default_storage.path("")) / use.sha256[:2] / use.sha256[2:4]
    (path,) = folder.glob("*.jpg")
    made = path.stat().st_mtime_ns

    with django_assert_num_queries(2):
        again = queries.derivative(use.id, "large")

    assert again == first
    assert (path.name, path.stat().st_mtime_ns) == (first.tag, made)
    assert path.read_bytes() == first.content
    assert path.name.startswith(f"{use.sha256}.large")
    assert sorted(one.name for one in folder.iterdir()) == [use.sha256, first.tag]
    assert not first.is_blacked_out


@pytest.mark.django_db
def test_a_list_asks_for_its_own_size_and_an_unknown_one_is_large() -> None:
    use = keep(photo())

    assert queries.derivative(use.id, "list").media_type == "image/webp"
    assert queries.derivative(use.id, "huge").media_type == "image/jpeg"


@pytest.mark.django_db
def test_a_heic_of_a_telephone_is_shown_upright_and_bare() -> None:
    content = (Path(__file__).parent / "pictures" / "small.heic").read_bytes()

    picture = shown(content)

    assert (picture.format, picture.size) == ("JPEG", (64, 96))
    assert not picture.getexif()
    red, green, blue = picture.convert("RGB").getpixel((32, 10))  # its left, turned to the top
    assert (red > 180, green > 150, blue < 90) == (True, True, True)
    assert rules.media_type_of(content) == "image/heic"


@pytest.mark.parametrize("side", [8_000, 60_000])
def test_a_heic_that_claims_to_be_huge_is_not_decoded(side: int) -> None:
    content = (Path(__file__).parent / "pictures" / "small.heic").read_bytes()
    claim = content.index(b"ispe") + 8
    huge = content[:claim] + side.to_bytes(4) * 2 + content[claim + 8 :]

    with pytest.raises(rules.NoPreview):
        shown(huge)


@pytest.mark.django_db
def test_a_broken_heic_and_a_document_are_kept_and_have_no_preview() -> None:
    for content, purpose in ((heic(), "before"), (PDF, "document")):
        use = keep(content, purpose=purpose)

        with pytest.raises(rules.NoPreview):
            queries.derivative(use.id, "large")
        with queries.open_file(use.id).stream as stream:
            assert stream.read() == content


@pytest.mark.django_db
def test_that_a_picture_cannot_be_shown_is_found_out_once() -> None:
    whole = saved(scene(4), "PNG")
    start = whole.index(b"IDAT") + 4
    broken = whole[:start] + b"\0" * 50 + whole[start + 50 :]
    use = actions.keep_file(
        _with_right_sums(broken), name="a", purpose="before", subject="case:1", by=Hand(), at=NOON
    )

    for _ in range(2):
        with pytest.raises(rules.NoPreview):
            queries.derivative(use.id, "large")

    (marker,) = Path(default_storage.path("")).rglob("*.jpg")
    assert marker.read_bytes() == b""


def _with_right_sums(png: bytes) -> bytes:
    """Return a PNG whose check sums are right whatever its chunks hold."""
    import zlib

    out, at = png[:8], 8
    while at < len(png):
        size = int.from_bytes(png[at : at + 4], "big")
        chunk = png[at + 4 : at + 8 + size]
        out += png[at : at + 4] + chunk + zlib.crc32(chunk).to_bytes(4, "big")
        at += 12 + size
    return out


@pytest.mark.django_db
def test_without_room_a_picture_is_shown_all_the_same() -> None:
    use = keep(photo())

    with full_disk():
        content = queries.derivative(use.id, "large").content

    assert opened(content).size == (64, 48)
    assert not list(Path(default_storage.path("")).rglob("*.jpg"))
    assert not list(Path(default_storage.path("")).rglob(".new-*"))


@pytest.mark.django_db
def test_a_storage_without_paths_keeps_derivatives_too(settings) -> None:  # type: ignore[no-untyped-def]
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": f"{InMemoryStorage.__module__}.InMemoryStorage"}
    }
    use = keep(photo())

    first = queries.derivative(use.id, "list")

    assert default_storage.exists(os.path.join(use.sha256[:2], use.sha256[2:4], first.tag))  # noqa: PTH118
    assert queries.derivative(use.id, "list") == first


@pytest.mark.django_db
def test_lost_bytes_and_a_missing_use_are_told() -> None:
    use = keep(photo())
    default_storage.delete(rules.storage_name(use.sha256))

    with pytest.raises(rules.NoSuchFile):
        queries.derivative(use.id, "large")


PLACE = {
    Role.OPERATOR, Role.DISPATCHER, Role.DUTY_HEAD, Role.SUPERVISOR, Role.COLLECTOR, Role.STEWARD,
}  # fmt: skip


@pytest.mark.parametrize("role", Role)
def test_originals_are_for_staff_of_the_place_checkers_and_supervisors(role: Role) -> None:
    here = Actor(person_id=1, roles=frozenset({role}), scopes=("00001",))
    away = Actor(person_id=1, roles=frozenset({role}), scopes=("00002",))

    assert rules.may_see_original(here, area_path="0000100002") == (
        role in PLACE or role is Role.SYSTEM
    )
    assert rules.may_see_original(away, area_path="0000100002") == (role is Role.SYSTEM)
    assert not rules.may_see_original(ANONYMOUS, area_path="")
    assert rules.may_see_original(SYSTEM, area_path="")
