# The service and its worker: the same image, two commands.

FROM python:3.12-slim-trixie AS environment
WORKDIR /build
COPY requirements/uv.txt requirements/service.txt requirements/
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes --requirement requirements/uv.txt
ENV UV_PYTHON_DOWNLOADS=never UV_LINK_MODE=copy UV_NO_CACHE=1
RUN uv venv --python 3.12 /srv/environment \
    && uv pip sync --python /srv/environment/bin/python --require-hashes --compile-bytecode requirements/service.txt

FROM python:3.12-slim-trixie
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin handover
COPY --from=environment /srv/environment /srv/environment
ENV PATH=/srv/environment/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /srv/project
COPY stack/health_check.py /srv/health_check.py
COPY data data
COPY handover_api handover_api
# Where the page for when nothing answers and the bot's models are kept; a volume gets its owner from here.
RUN mkdir /srv/down /srv/models && chown handover /srv/down /srv/models
USER 10001
EXPOSE 8000
CMD ["python", "-m", "handover_api.main"]
