"""What is hidden of names and telephone numbers."""

import pytest

from gongzhi.kernel.masking import masked_name, masked_phone


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("13812345678", "138****5678"),
        ("138 1234 5678", "138****5678"),
        ("+8613812345678", "+861******5678"),
        ("12345", "***45"),
        ("7", "7"),
        ("", ""),
        ("unknown", ""),
    ],
)
def test_the_middle_of_a_number_is_hidden(phone: str, shown: str) -> None:
    assert masked_phone(phone) == shown


@pytest.mark.parametrize(
    ("name", "shown"), [("王小明", "王**"), ("李", "李"), ("Ann Lee", "A. L."), ("", "")]
)
def test_of_a_name_the_first_sign_is_shown(name: str, shown: str) -> None:
    assert masked_name(name) == shown
