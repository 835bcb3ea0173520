"""JSON Schema of every topic: `python -m contracts.schema write` makes the files, `check` refuses an incompatible change.

`check [REVISION]` compares with a revision; without one, with the commit where this branch left origin/main, or else with the
commit before this one. A revision that is not there is an error: a shallow clone cannot tell whether readers break.

A change is compatible when every message that could be written under the committed schema can still be read: no field
disappears or changes type, none becomes required, no accepted value is refused (the rule that Confluent's registry calls
BACKWARD).
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec

from contracts.refusals import Refusal
from contracts.topics import topics

DLQ = "dlq"
MAIN = "origin/main"
FOLDER = Path(__file__).parent / "schemas"
_BOUNDS_THAT_MAY_ONLY_FALL = ("minimum", "minLength", "minItems", "exclusiveMinimum")
_BOUNDS_THAT_MAY_ONLY_RISE = ("maximum", "maxLength", "maxItems", "exclusiveMaximum")

Schema = dict[str, Any]


class NoSuchRevision(LookupError):
    """There is no commit to compare with; the message says how to get one."""


def generate() -> dict[str, Schema]:
    """Return the schema of each topic from its struct, and of the headers on every dlq."""
    found = {name: msgspec.json.schema(topic.message_type()) for name, topic in topics().items()}
    return found | {DLQ: msgspec.json.schema(Refusal)}


def incompatibilities(old: Schema, new: Schema) -> list[str]:
    """Return one sentence for each message that `old` allowed and `new` would refuse."""
    return _compare(old, new, old_root=old, new_root=new, path="$", seen=set())


def _resolve(node: Schema, root: Schema) -> Schema:
    reference = node.get("$ref")
    return root["$defs"][reference.rsplit("/", 1)[1]] if reference else node


def _compare(old: Schema, new: Schema, *, old_root: Schema, new_root: Schema, path: str, seen: set[str]) -> list[str]:
    key = f"{path}|{old.get('$ref')}|{new.get('$ref')}"
    if key in seen:
        return []
    seen.add(key)
    old, new = _resolve(old, old_root), _resolve(new, new_root)
    found = _compare_alternatives(old, new, old_root, new_root, path, seen)
    found += _compare_values(old, new, path)
    if "properties" in old:
        for name, child in old["properties"].items():
            replacement = new.get("properties", {}).get(name)
            if replacement is None:
                found.append(f"{path}.{name} disappeared")
                continue
            found += _compare(child, replacement, old_root=old_root, new_root=new_root, path=f"{path}.{name}", seen=seen)
        for name in sorted(set(new.get("required", ())) - set(old.get("required", ()))):
            found.append(f"{path}.{name} became required")
    if "items" in old and isinstance(old["items"], dict) and isinstance(new.get("items"), dict):
        found += _compare(old["items"], new["items"], old_root=old_root, new_root=new_root, path=f"{path}[]", seen=seen)
    return found


def _label(node: Schema, root: Schema) -> str:
    resolved = _resolve(node, root)
    return str(node.get("$ref", "").rsplit("/", 1)[-1] or resolved.get("title") or resolved.get("type"))


def _compare_alternatives(old: Schema, new: Schema, old_root: Schema, new_root: Schema, path: str, seen: set[str]) -> list[str]:
    before = {_label(node, old_root): node for node in old.get("anyOf", [])}
    if not before:
        return []
    after = {_label(node, new_root): node for node in new.get("anyOf", [new])}
    found = []
    for label, node in before.items():
        if label not in after:
            found.append(f"{path} no longer accepts {label}")
            continue
        found += _compare(node, after[label], old_root=old_root, new_root=new_root, path=f"{path}<{label}>", seen=seen)
    return found


def _compare_values(old: Schema, new: Schema, path: str) -> list[str]:
    found = []
    if "anyOf" not in old and "anyOf" not in new and old.get("type") != new.get("type"):
        found.append(f"{path} changed type from {old.get('type')} to {new.get('type')}")
    if "enum" in new and (missing := [value for value in old.get("enum", []) if value not in new["enum"]]):
        found.append(f"{path} no longer accepts {missing}")
    if "enum" in new and "enum" not in old and "anyOf" not in old:
        found.append(f"{path} became an enumeration")
    if old.get("pattern") != new.get("pattern") and new.get("pattern") is not None:
        found.append(f"{path} changed its pattern")
    if old.get("additionalProperties") is not False and new.get("additionalProperties") is False:
        found.append(f"{path} now refuses unknown fields")
    raised = [b for b in _BOUNDS_THAT_MAY_ONLY_FALL if b in new and (b not in old or new[b] > old[b])]
    lowered = [b for b in _BOUNDS_THAT_MAY_ONLY_RISE if b in new and (b not in old or new[b] < old[b])]
    return [*found, *(f"{path} raised {b}" for b in raised), *(f"{path} lowered {b}" for b in lowered)]


def _text(schema: Schema) -> str:
    return json.dumps(schema, indent=1, sort_keys=True) + "\n"


def write() -> None:
    """Write the schema files from the structs."""
    FOLDER.mkdir(exist_ok=True)
    for name, schema in generate().items():
        (FOLDER / f"{name}.json").write_text(_text(schema))


def check(base: str) -> list[str]:
    """Return what is wrong: files that are not what the structs say, and changes since `base` that break readers.

    Raises NoSuchRevision.
    """
    problems, schemas = [], generate()
    for name, schema in schemas.items():
        path = FOLDER / f"{name}.json"
        if not path.exists() or path.read_text() != _text(schema):
            problems.append(f"{path.name} is not what the struct says: run `python -m contracts.schema write`")
    for name, committed in schemas_at(base).items():
        if name not in schemas:
            problems.append(f"{name} disappeared, and whoever reads or writes it is not asked")
            continue
        problems += [f"{name}: {sentence}" for sentence in incompatibilities(committed, schemas[name])]
    return problems


def default_base(folder: Path = FOLDER) -> str:
    """Return the commit where this branch left origin/main, or the one before this commit.

    The first commit of all is compared with itself. Raises NoSuchRevision.
    """
    head = _git("rev-parse", "HEAD", folder=folder).strip()
    try:
        left_main = _git("merge-base", "HEAD", MAIN, folder=folder).strip()
    except NoSuchRevision:
        left_main = head  # there is no origin/main here
    if left_main != head:
        return left_main
    parents = _git("rev-list", "--parents", "--max-count=1", head, folder=folder).split()[1:]
    whole = _git("rev-parse", "--is-shallow-repository", folder=folder).strip() == "false"
    return head if whole and not parents else f"{head}^"


def schemas_at(revision: str, folder: Path = FOLDER) -> dict[str, Schema]:
    """Return the schema of each topic that a revision has. Raises NoSuchRevision."""
    commit = _git("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}", folder=folder).strip()
    names = _git("ls-tree", "--name-only", commit, "./", folder=folder).split()
    return {
        Path(name).stem: json.loads(_git("show", f"{commit}:./{name}", folder=folder))
        for name in names
        if name.endswith(".json")
    }


def _git(*arguments: str, folder: Path) -> str:
    done = subprocess.run(  # noqa: S603 (fixed arguments)
        ["git", *arguments],  # noqa: S607
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise NoSuchRevision(
            f"git {' '.join(arguments)}: {done.stderr.strip() or 'there is no such commit here'}. Contracts are compared "
            "with an earlier commit: fetch it (git fetch --unshallow), or name one: make check CONTRACTS_SINCE=REVISION"
        )
    return done.stdout


def main(arguments: list[str]) -> int:
    """`write`, or `check [REVISION]`."""
    if arguments[:1] == ["write"]:
        write()
        return 0
    if arguments[:1] == ["check"]:
        try:
            problems = check(arguments[1] if len(arguments) > 1 else default_base())
        except NoSuchRevision as problem:
            problems = [str(problem)]
        sys.stderr.writelines(f"{problem}\n" for problem in problems)
        return 1 if problems else 0
    sys.stderr.write("usage: python -m contracts.schema write | check [REVISION]\n")
    return 2


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
