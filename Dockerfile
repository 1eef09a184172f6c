FROM node:24-bookworm-slim AS assets
WORKDIR /srv/portal
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund

FROM python:3.11-slim-bookworm
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
        fonts-noto-cjk fonts-arphic-ukai \
    && rm -rf /var/lib/apt/lists/*
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 DJANGO_SETTINGS_MODULE=portal.settings \
    DATA_DIR=/var/lib/portal STATIC_ROOT=/srv/static
WORKDIR /srv/portal
COPY requirements.txt ./
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
COPY --from=assets /srv/portal/node_modules node_modules
# Through django and not manage.py, which would start a database of its own for this.
RUN DATA_DIR=/tmp/build python -m django collectstatic --noinput --verbosity 0 \
    && rm -rf /tmp/build \
    && useradd --system --create-home --home-dir "$DATA_DIR" portal \
    && chown portal "$DATA_DIR"
USER portal
VOLUME /var/lib/portal
EXPOSE 8000
CMD ["gunicorn", "--no-control-socket", "--bind", "0.0.0.0:8000", "--workers", "4", "--timeout", "60", "--max-requests", "5000", "--max-requests-jitter", "500", "--worker-tmp-dir", "/dev/shm", "portal.wsgi"]
