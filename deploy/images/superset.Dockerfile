# The dashboards: Superset with its own pins, its settings and every dashboard. Built from the repository's root.
FROM python:3.11.13-slim-bookworm

RUN groupadd --gid 10001 baas && useradd --uid 10001 --gid baas --create-home baas \
    && mkdir -p /var/lib/baas && chown baas:baas /var/lib/baas
WORKDIR /srv/superset

COPY requirements/bootstrap.txt deploy/superset/requirements.lock ./
RUN python -m venv .venv \
    && .venv/bin/pip install --no-cache-dir --require-hashes -r bootstrap.txt \
    && .venv/bin/uv pip sync --no-cache requirements.lock

COPY deploy/superset/start.py deploy/superset/superset_config.py ./
COPY deploy/superset/assets assets

ENV PATH="/srv/superset/.venv/bin:$PATH" PYTHONUNBUFFERED=1
USER baas
VOLUME /var/lib/baas
CMD ["python", "start.py"]
