# The bot, its trainer and the action server, on the Python that Rasa 3.6 needs. Targets: bot, trainer, actions.

FROM python:3.10-slim-bookworm AS environment
WORKDIR /build
COPY requirements/uv.txt requirements/rasa.txt requirements/
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes --requirement requirements/uv.txt
ENV UV_PYTHON_DOWNLOADS=never UV_LINK_MODE=copy UV_NO_CACHE=1
RUN uv venv --python 3.10 /srv/environment \
    && uv pip sync --python /srv/environment/bin/python --require-hashes --compile-bytecode requirements/rasa.txt

FROM python:3.10-slim-bookworm AS base
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin handover
COPY --from=environment /srv/environment /srv/environment
# The home is where matplotlib and the like want to write; only /tmp can be written to.
ENV PATH=/srv/environment/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    HOME=/tmp RASA_TELEMETRY_ENABLED=false TF_CPP_MIN_LOG_LEVEL=3 SQLALCHEMY_SILENCE_UBER_WARNING=1
WORKDIR /srv/project
COPY stack/health_check.py /srv/health_check.py

# The model is trained when the image is built, so what is tested is what runs.
FROM base AS model
COPY config.yml domain.yml ./
COPY data/topics.tsv data/topics.tsv
COPY data/nlu data/nlu
COPY data/rules data/rules
COPY data/knowledge data/knowledge
COPY data/calibration data/calibration
COPY data/detectors data/detectors
COPY bot bot
RUN python -m bot.spacy_pipeline \
    && python -m rasa train --domain domain.yml --data data/nlu data/rules --config config.yml \
        --out models --fixed-model-name bot

FROM base AS bot
COPY config.yml domain.yml endpoints.yml credentials.yml ./
COPY actions actions
COPY bot bot
COPY decide decide
COPY learning learning
COPY --from=model /srv/project/models models
USER 10001
EXPOSE 5005
CMD ["python", "-m", "learning.server", "--model", "models/bot.tar.gz"]

FROM base AS trainer
COPY config.yml domain.yml ./
COPY requirements/rasa.txt requirements/rasa.txt
COPY data data
COPY actions actions
COPY bot bot
COPY decide decide
COPY learning learning
COPY stack stack
COPY --from=model /srv/project/models/spacy_sv models/spacy_sv
USER 10001
CMD ["python", "-m", "learning.trainer"]

FROM base AS actions
COPY actions actions
COPY data/languages.yml data/languages.yml
USER 10001
EXPOSE 5055
CMD ["python", "-m", "actions.server"]
