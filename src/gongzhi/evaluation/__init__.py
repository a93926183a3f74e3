"""Figures: how well promises are kept, here and by whom; boards, bulletins, sheets."""
