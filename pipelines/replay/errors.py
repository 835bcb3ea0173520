"""What can be wrong with a mapping or with the file that it is for; each names the place."""

from kit.errors import DomainError


class MappingInvalid(DomainError):
    """The mapping file itself cannot be used."""

    code = "mapping-invalid"
    title = "The mapping cannot be used"
    remedy = "Correct the key that the detail names; docs/replay.md lists them all."


class FileUnreadable(DomainError):
    """The file is no table that can be read."""

    code = "file-unreadable"
    title = "The file cannot be read"
    remedy = "Give Parquet, or CSV in UTF-8 with a line of column names."


class RowInvalid(DomainError):
    """A row of the file does not make a transaction."""

    code = "row-invalid"
    title = "A row does not make a transaction"
    remedy = "Correct the row, or say in the mapping what such rows mean."
