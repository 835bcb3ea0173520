"""What the `feast` command finds: it takes whatever module of this folder has a name in the module, so each gets one."""

from feature_store.repo.views import definitions
from kit.settings import settings

globals().update({f"{type(each).__name__}_{each.name}": each for each in definitions(settings().profiles)})
