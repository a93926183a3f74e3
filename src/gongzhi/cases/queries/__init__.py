"""Every read of the loop: frozen values out, a fixed number of statements."""

from .concerns import Concern, concerns
from .exporting import ExportRow, export_rows, may_export_words
from .figures import CaseHead, case_counts, case_heads, ended_spans, latest_heads
from .lists import (
    CaseFilter,
    CaseLine,
    CaseList,
    OpenFigures,
    case_id_of,
    case_ids,
    case_lines,
    case_list,
    case_of,
    count_cases,
    my_cases,
    open_figures,
)
from .page import (
    CasePage,
    Happening,
    Sight,
    StatementView,
    case_page,
    claim_opens,
    possible_steps,
    sight_of,
    works_on,
)
from .replaying import BATCH, Discrepancy, discrepancies, replayed
from .similar import SimilarCase, similar_cases
from .tiles import CaseCluster, CasePoint, CasesInTile, tile_cases

__all__ = [
    "BATCH",
    "CaseCluster",
    "CaseFilter",
    "CaseHead",
    "CaseLine",
    "CaseList",
    "CasePage",
    "CasePoint",
    "CasesInTile",
    "Concern",
    "Discrepancy",
    "ExportRow",
    "Happening",
    "OpenFigures",
    "Sight",
    "SimilarCase",
    "StatementView",
    "case_counts",
    "case_heads",
    "case_id_of",
    "case_ids",
    "case_lines",
    "case_list",
    "case_of",
    "case_page",
    "claim_opens",
    "concerns",
    "count_cases",
    "discrepancies",
    "ended_spans",
    "export_rows",
    "latest_heads",
    "may_export_words",
    "my_cases",
    "open_figures",
    "possible_steps",
    "replayed",
    "sight_of",
    "similar_cases",
    "tile_cases",
    "works_on",
]
