# One image for the web server and the workers: `pumphouse up` runs both. It is built from the files
# that `make plugin` stages: those of the last commit without tests, lab and documentation.
ARG BASE=debian:bookworm-slim

FROM ${BASE} AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends python3-venv \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/*
COPY . /source
# Only what `make lock` has named by its hash; what must be built is built with those versions, too.
RUN python3 -m venv /opt/pumphouse \
 && install="/opt/pumphouse/bin/pip install --no-cache-dir" \
 && $install --require-hashes --only-binary :all: -r /source/fuel_plugin/image-wheels.txt \
 && $install --require-hashes --no-deps --no-build-isolation --use-pep517 \
    -r /source/fuel_plugin/image-sources.txt \
 && $install --no-index --no-deps --no-build-isolation /source \
 && /opt/pumphouse/bin/pip check \
 && /opt/pumphouse/bin/pip uninstall --yes pip

FROM ${BASE}
LABEL org.opencontainers.image.title="Pumphouse" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates python3 \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/*
# A fixed id, so that the mounted directories have the same owner on every machine.
RUN groupadd --gid 42480 pumphouse \
 && useradd --uid 42480 --gid 42480 --no-create-home --home-dir /var/lib/pumphouse \
    --shell /usr/sbin/nologin pumphouse \
 && install -d -o pumphouse -g pumphouse -m 0700 /var/lib/pumphouse \
 && install -d -o root -g pumphouse -m 0750 /etc/pumphouse
COPY --from=build /opt/pumphouse /opt/pumphouse
COPY fuel_plugin/healthcheck.py /usr/local/bin/pumphouse-healthcheck
ENV PATH=/opt/pumphouse/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PUMPHOUSE_HOME=/var/lib/pumphouse \
    PUMPHOUSE_INVENTORY=/etc/pumphouse/inventory.yaml \
    PUMPHOUSE_BIND=0.0.0.0:8444
USER 42480:42480
WORKDIR /var/lib/pumphouse
VOLUME ["/var/lib/pumphouse", "/etc/pumphouse"]
EXPOSE 8444
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --retries=3 \
    CMD ["python3", "/usr/local/bin/pumphouse-healthcheck"]
ENTRYPOINT ["pumphouse"]
CMD ["up"]
