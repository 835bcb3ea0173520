"""Watch-lists: read in their own formats, kept version by version, and all customers screened again when one changes."""
