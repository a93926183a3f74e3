"""The only writer of files, their uses, and uploads under way."""

from ..access import without_flushing
from .keeping import (
    BroughtFile,
    black_out,
    bring_file,
    fingerprint_file,
    fingerprint_new,
    keep_file,
    show_again,
    use_file,
)
from .suggesting import look_over, search_file, search_new
from .uploading import begin_upload, bring_upload, continue_upload, drop_expired

__all__ = [
    "BroughtFile",
    "begin_upload",
    "black_out",
    "bring_file",
    "bring_upload",
    "continue_upload",
    "drop_expired",
    "fingerprint_file",
    "fingerprint_new",
    "keep_file",
    "look_over",
    "search_file",
    "search_new",
    "show_again",
    "use_file",
    "without_flushing",
]
