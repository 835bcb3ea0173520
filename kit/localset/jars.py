"""Server jars, each pinned by its Maven coordinate and SHA-256 in a lock of our own.

The lock lists every jar of the class path exactly, so nothing is mediated when it is fetched: a resolver that would pick
another version of a dependency has no say. A cache in the user's home makes the second checkout warm.

`python -m kit.localset.jars LOCK` fetches what a lock lists; `--into FOLDER` copies it there, `--relock` writes the hashes of
the coordinates in it anew.
"""

import argparse
import hashlib
import shutil
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from kit.settings import REPOSITORY_ROOT, user_cache

# The class path of the servers.
JARS = REPOSITORY_ROOT / "deploy" / "jars.lock"
NEO4J_JARS = REPOSITORY_ROOT / "deploy" / "neo4j-jars.lock"
PARALLEL_FETCHES = 4
FETCH_TIMEOUT_S = 60
Fetch = Callable[[str, Path], Path]


class JarMismatch(RuntimeError):
    """What came is not what the lock names."""


class BadLock(ValueError):
    """A line of the lock cannot be read."""


@dataclass(frozen=True, slots=True)
class Jar:
    """One jar: `group:artifact:version` and the SHA-256 of its bytes."""

    coordinate: str
    sha256: str

    @property
    def file_name(self) -> str:
        """The name that Maven gives it."""
        _, artifact, version = self.coordinate.split(":")
        return f"{artifact}-{version}.jar"


def read_lock(path: Path) -> tuple[Jar, ...]:
    """Return the jars of a lock file: lines of `group:artifact:version sha256:HEX`. Raises BadLock."""
    jars = []
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        content = line.partition("#")[0].split()
        if not content:
            continue
        if len(content) != 2 or content[0].count(":") != 2 or not content[1].startswith("sha256:"):
            raise BadLock(f"{path.name}, line {number}: expected 'group:artifact:version sha256:HEX'")
        jars.append(Jar(coordinate=content[0], sha256=content[1].removeprefix("sha256:")))
    return tuple(jars)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def fetch_from_maven(coordinate: str, folder: Path) -> Path:
    """Download exactly one artifact into `folder` and return its path."""
    from jgo.maven import MavenContext

    group, artifact, version = coordinate.split(":")
    context = MavenContext(repo_cache=folder, timeout=FETCH_TIMEOUT_S)
    return Path(context.project(group, artifact).at_version(version).artifact().resolve())


def resolve(jars: Sequence[Jar], *, cache: Path, fetch: Fetch = fetch_from_maven) -> tuple[Path, ...]:
    """Return the path of every jar, in the lock's order, each with the hash of the lock.

    A jar in the cache with another hash is fetched again. Raises JarMismatch when a fetched one differs.
    """
    cache.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(PARALLEL_FETCHES) as workers:
        return tuple(workers.map(lambda jar: _resolve_one(jar, cache, fetch), jars))


def _resolve_one(jar: Jar, cache: Path, fetch: Fetch) -> Path:
    kept = cache / jar.sha256[:16] / jar.file_name
    if kept.exists() and sha256_of(kept) == jar.sha256:
        return kept
    kept.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as scratch:
        arrived = fetch(jar.coordinate, Path(scratch))
        found = sha256_of(arrived)
        if found != jar.sha256:
            raise JarMismatch(f"{jar.coordinate}: the lock names sha256 {jar.sha256}, what came has {found}; it was not kept")
        Path(arrived).replace(kept)
    return kept


def place(jars: Sequence[Jar], folder: Path, *, cache: Path, fetch: Fetch = fetch_from_maven) -> int:
    """Copy every jar into `folder`, in the stead of other versions of it, and return how many. Raises JarMismatch."""
    for jar, kept in zip(jars, resolve(jars, cache=cache, fetch=fetch), strict=True):
        for other in folder.glob(f"{jar.coordinate.split(':')[1]}-[0-9]*.jar"):
            other.unlink()
        shutil.copyfile(kept, folder / jar.file_name)
    return len(jars)


def relock(path: Path, *, fetch: Fetch = fetch_from_maven) -> int:
    """Rewrite the hashes of a lock from what its coordinates name now; comments stay. Returns the number of jars."""
    lines, count = [], 0
    scratch = Path(tempfile.mkdtemp())
    try:
        for line in path.read_text().splitlines():
            words = line.partition("#")[0].split()
            if words:
                lines.append(f"{words[0]} sha256:{sha256_of(fetch(words[0], scratch))}")
                count += 1
            else:
                lines.append(line)
    finally:
        shutil.rmtree(scratch)
    path.write_text("\n".join(lines) + "\n")
    return count


def main(arguments: Sequence[str] | None = None) -> None:
    """Fetch or re-lock, and say what was done."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("lock", type=Path)
    parser.add_argument("--relock", action="store_true", help="write the hashes anew")
    parser.add_argument("--into", type=Path, metavar="FOLDER", help="copy them there")
    options = parser.parse_args(arguments)
    cache = user_cache() / "jars"
    if options.relock:
        print(f"{relock(options.lock)} jars locked")
    elif options.into:
        print(f"{place(read_lock(options.lock), options.into, cache=cache)} jars placed")
    else:
        print(f"{len(resolve(read_lock(options.lock), cache=cache))} jars present and checked")


if __name__ == "__main__":
    main()
