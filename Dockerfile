# The service, the jobs and the MLflow server of compose.yaml, in one image.
# docker build -t qualify . && docker run --rm qualify --help

FROM python:3.11-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /srv/venv
WORKDIR /srv/source
# What changes seldom comes first, so that a change of the code does not install everything again.
COPY requirements.lock pyproject.toml LICENSE ./
RUN python -c "import tomllib; print('\n'.join(tomllib.load(open('pyproject.toml', 'rb'))['project']['dependencies']))" > wanted.txt \
    && /srv/venv/bin/pip install --constraint requirements.lock --requirement wanted.txt
COPY src src
COPY training training
COPY serving serving
RUN /srv/venv/bin/pip install --constraint requirements.lock hatchling editables \
    && /srv/venv/bin/pip install --no-deps --no-build-isolation . \
    && /srv/venv/bin/pip uninstall --yes hatchling editables

FROM python:3.11-slim
# OpenMP, which LightGBM needs.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libgomp1 \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --uid 10001 --create-home --home-dir /var/lib/qualify qualify \
    && install --directory --owner qualify --group qualify /project /mlartifacts
COPY --from=build /srv/venv /srv/venv
# The user may not write to the installed code: compiled kernels and fonts are kept in its home.
ENV PATH=/srv/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    MLFLOW_DISABLE_TELEMETRY=true \
    NUMBA_CACHE_DIR=/var/lib/qualify/numba \
    MPLCONFIGDIR=/var/lib/qualify/matplotlib
USER 10001
WORKDIR /project
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
ENTRYPOINT ["qualify"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
