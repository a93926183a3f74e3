"""Files and photographs as proof."""
