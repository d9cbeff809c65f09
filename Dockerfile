# One image, three commands: python -m services.gateway | services.booking | services.notifier
# (and channels.simulator, and the one-shots of deploy.compose). docs/operations.md says how.
FROM python:3.11-slim-bookworm AS build
WORKDIR /build
COPY requirements/run.lock .
# By hash and from wheels alone: what is installed is what was tested, and nothing is compiled.
RUN python -m venv /opt/venv \
 && /opt/venv/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r run.lock

FROM python:3.11-slim-bookworm
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /srv/antrean
COPY --from=build /opt/venv /opt/venv
COPY . .
# Mount points that belong to the user whom the services run as: a new volume takes the owner over.
RUN python -m compileall -q . \
 && useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin antrean \
 && mkdir -p /run/antrean /secrets \
 && for part in admin postgres rabbitmq gateway booking notifier simulator; \
    do mkdir /secrets/$part; done \
 && chown -R antrean:antrean /run/antrean /secrets
USER 10001:10001
STOPSIGNAL SIGTERM
CMD ["python", "-m", "services.gateway"]
