#!/usr/bin/env bash
# Builds the image from a staged tree, as an archive for `docker load`:
#
#     build_image.sh TREE TAG ARCHIVE.tar.gz
#
# It uses Docker if an engine runs, else buildah, as root and without a registry: debootstrap then
# installs the base. IMAGE_BUILD_OPTIONS is passed to either, for example
# "--volume /etc/pip.conf:/etc/pip.conf:ro" to buildah if packages come from a mirror.
set -euo pipefail
tree=$1 tag=$2 archive=$3
suite=bookworm
read -ra options <<<"${IMAGE_BUILD_OPTIONS:-}"

build_with_docker() {
    docker build --tag "$tag" "${options[@]}" "$tree"
    docker save "$tag" | gzip >"$archive"
}

build_with_buildah() {
    local base mirror
    # Packages come from this machine's mirror, else from debootstrap's default.
    mapfile -t mirror < <(sed -n '/^URIs: */{s///p;q}' /etc/apt/sources.list.d/debian.sources 2>/dev/null)
    store=$(mktemp -d)  # not local: the trap reads it after the function has returned
    buildah=(buildah --root "$store/root" --runroot "$store/run")
    trap clean_up EXIT
    export BUILDAH_ISOLATION=chroot
    debootstrap --variant=minbase --include=ca-certificates "$suite" "$store/base" "${mirror[@]}"
    rm -rf "$store"/base/var/cache/apt/* "$store"/base/var/lib/apt/lists/*
    base=$("${buildah[@]}" from scratch)
    "${buildah[@]}" add --quiet "$base" "$store/base" / >/dev/null
    "${buildah[@]}" commit --quiet --rm "$base" "base:$suite" >/dev/null
    rm -rf "$store/base"
    "${buildah[@]}" bud --format docker --pull-never --network host --build-arg "BASE=base:$suite" \
        "${options[@]}" --tag "$tag" "$tree"
    "${buildah[@]}" push --quiet "$tag" "docker-archive:$store/image.tar:$tag"
    gzip <"$store/image.tar" >"$archive"
}

# While it has a container, buildah's storage is a separate mount.
clean_up() {
    "${buildah[@]}" rm --all >/dev/null 2>&1 || true
    umount "$store/root/overlay" 2>/dev/null || true
    rm -rf "$store"
}

if docker info >/dev/null 2>&1; then
    build_with_docker
elif command -v buildah >/dev/null && command -v debootstrap >/dev/null; then
    build_with_buildah
else
    echo "No image builder found. Start Docker, or run: apt-get install buildah debootstrap" >&2
    exit 2
fi
