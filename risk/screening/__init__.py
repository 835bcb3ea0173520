"""Names against watch-lists: how they are written, how alike two are and why, and an index that finds them among many."""
