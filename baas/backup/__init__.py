"""Backups of the core server that prove themselves: verified when taken, started and checked when restored."""

from baas.backup.restoring import Restored, restore_backup
from baas.backup.taking import Backup, take_backup

__all__ = ["Backup", "Restored", "restore_backup", "take_backup"]
