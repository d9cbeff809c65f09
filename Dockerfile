# One image, three commands: python -m services.gateway | services.booking | services.notifier
# (and channels.simulator, and the one-shots of deploy.compose). docs/operations.md says how.
# Besides it, as the target `pages`, a small one that does nothing but send the citizen's pages.
FROM python:3.11-slim-bookworm AS build
WORKDIR /build
COPY requirements/run.lock .
# By hash and from wheels alone: what is installed is what was tested, and nothing is compiled.
RUN python -m venv /opt/venv \
 && /opt/venv/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r run.lock

FROM node:24-bookworm-slim AS web
WORKDIR /build
COPY channels/web/package.json channels/web/package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY channels/web .
RUN node build/build.mjs

FROM build AS written
WORKDIR /srv/antrean
COPY shared shared
COPY services services
COPY deploy deploy
COPY --from=web /build/dist channels/web/dist
RUN /opt/venv/bin/python -m deploy.pages > /Caddyfile

FROM caddy:2-alpine AS pages
# A copy has no capability of its own, which our containers may not have.
RUN cp /usr/bin/caddy /usr/local/bin/antrean-pages
COPY --from=written /Caddyfile /etc/caddy/Caddyfile
COPY --from=web /build/dist /srv/pages
USER 10001:10001
CMD ["antrean-pages", "run", "--config", "/etc/caddy/Caddyfile"]

FROM python:3.11-slim-bookworm AS antrean
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /srv/antrean
COPY --from=build /opt/venv /opt/venv
COPY . .
COPY --from=web /build/dist channels/web/dist
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
