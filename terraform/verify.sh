#!/usr/bin/env bash
# Checks everything here without network and without an AWS account: ./verify.sh [root|EXAMPLE|modules/NAME...]
#
# Providers come from a mirror of stand-ins that make nothing, named by STAGEDOOR_TERRAFORM_MIRROR (a folder as filesystem_mirror takes
# it). Without it, or without terraform, nothing is checked but the READMEs' tables, and it says so.
#
#   STAGEDOOR_PYTHON   a Python with jsonata-python, for the state machines, and with awslambdaric, for the edge function's zip
#   STAGEDOOR          the command line, for the same; target/release/stagedoor without it
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
checkout=$(dirname "$here")
python=${STAGEDOOR_PYTHON:-python3}
stagedoor=${STAGEDOOR:-$checkout/target/release/stagedoor}

say() { printf 'verify: %s\n' "$*" >&2; }

"$python" "$here/check/docs.py"
mirror=${STAGEDOOR_TERRAFORM_MIRROR:-}
if ! command -v terraform >/dev/null; then
    say "terraform is not installed: nothing but the READMEs is checked"
    exit 0
fi
terraform fmt -check -recursive -diff "$here"
if [ -z "$mirror" ]; then
    say "STAGEDOOR_TERRAFORM_MIRROR names no mirror of stand-ins: nothing is planned or applied"
    exit 0
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/terraformrc" <<RC
provider_installation {
  filesystem_mirror { path = "$mirror" }
}
disable_checkpoint = true
RC
export TF_CLI_CONFIG_FILE=$work/terraformrc TF_IN_AUTOMATION=1 TF_INPUT=0 CHECKPOINT_DISABLE=1
# Nobody's: should a real provider get here, AWS would refuse it.
export AWS_ACCESS_KEY_ID=offline AWS_SECRET_ACCESS_KEY=offline AWS_REGION=eu-central-1
unset AWS_PROFILE AWS_SESSION_TOKEN

# A tree of its own: lock files and states of stand-ins stay out of the checkout.
mkdir -p "$work/tree/catalog" "$work/tree/.github/workflows"
cp "$checkout/policy.yaml" "$work/tree/"
cp "$checkout/.github/workflows/deploy.yml" "$work/tree/.github/workflows/"
cp "$checkout/catalog/tables.json" "$work/tree/catalog/"
tar -C "$checkout" --exclude .terraform --exclude .terraform.lock.hcl --exclude '*.tfstate*' --exclude .build -cf - terraform | tar -C "$work/tree" -xf -
if [ -e "$checkout/dist/edge-auth.zip" ] && [ -d "$checkout/dist/site" ]; then
    mkdir "$work/tree/dist"
    (cd "$checkout/dist" && cp -r ./*.zip viewer-request.js site "$work/tree/dist/")
else
    say "there is no dist/: placeholders are deployed"
    cp -r "$here/tests/artefacts" "$work/tree/dist"
fi

# quiet NAME COMMAND...: shows what it said only where it failed.
quiet() {
    local log=$work/log
    "${@:2}" >"$log" 2>&1 || { say "$1 failed:" && tail -n 60 "$log" >&2 && exit 1; }
}

# cycle DIRECTORY: everything that a person does with a site, from init to destroy.
cycle() {
    cd "$work/tree/terraform/$1"
    quiet "$1: init" terraform init -no-color
    quiet "$1: validate" terraform validate -no-color
    quiet "$1: plan" terraform plan -no-color -out site.tfplan
    quiet "$1: apply" terraform apply -no-color site.tfplan
    quiet "$1: a second plan that is not empty" terraform plan -no-color -detailed-exitcode
    case $1 in
        .) look_at_the_site ;;
        # The one with our own authorizer.
        examples/all) terraform show -json | "$python" "$here/check/iam.py" ;;
    esac
    quiet "$1: destroy" terraform destroy -no-color -auto-approve
    say "$1: planned, applied, planned again without a change, destroyed"
}

look_at_the_site() {
    terraform show -json >"$work/state.json"
    "$python" "$here/check/iam.py" --source "$checkout" <"$work/state.json"
    if "$python" -c 'import jsonata' 2>/dev/null; then
        "$python" "$here/check/machines.py" <"$work/state.json"
    else
        say "$python has no jsonata-python: the state machines are not run"
    fi
    if "$python" -c 'import awslambdaric' 2>/dev/null && [ -x "$stagedoor" ] && [ -d "$checkout/dist/site" ]; then
        "$python" "$here/check/zip.py" --zip "$(terraform output -raw edge_zip)" --stagedoor "$stagedoor" "$checkout/tests/fixtures/events"
    else
        say "no awslambdaric, no stagedoor or no dist/: the edge function's zip is not run"
    fi
    [ ! -x "$stagedoor" ] || outputs_are_read
    one_edit
}

# `stagedoor doctor` understands the outputs: it finds a site that does not answer (1), and no fault with the file (2). What it would
# ask leads nowhere.
outputs_are_read() {
    local outputs=$work/outputs.json code=0 detours
    terraform output -json >"$outputs"
    detours=$("$python" -c '
import json, sys, urllib.parse
doctor = json.load(sys.stdin)["doctor"]["value"]
hosts = {urllib.parse.urlsplit(doctor[name]).hostname for name in ("url", "issuer", "jwks_uri")}
print(*(f"--connect-to={host}:{port}:127.0.0.1:1" for host in hosts for port in (80, 443)))' <"$outputs")
    # shellcheck disable=SC2086
    "$stagedoor" doctor --outputs "$outputs" $detours >/dev/null 2>"$work/log" || code=$?
    [ "$code" = 1 ] || { say "stagedoor doctor ended with $code at the outputs, expected 1:" && cat "$work/log" >&2 && exit 1; }
    say "stagedoor doctor reads the outputs"
}

# A route that is added to policy.yaml, and nowhere else, is in the plan at its place. tests/one_edit.rs sees the same edit elsewhere.
one_edit() {
    local policy=$work/tree/policy.yaml
    cp "$policy" "$work/policy.yaml"
    sed -i "/^routes:/r $checkout/tests/fixtures/added-route.yaml" "$policy"
    quiet "plan of one more route" terraform plan -no-color -out added.tfplan
    terraform show -json added.tfplan | "$python" -c '
import json, sys
patterns = [b["pattern"] + " " + b["gate"] for b in json.load(sys.stdin)["planned_values"]["outputs"]["behaviours"]["value"]]
sys.exit(patterns[1] != "/added/*/* function" and f"a route that was added is not the second behaviour: {patterns}")'
    cp "$work/policy.yaml" "$policy"
}

# tests DIRECTORY: its *.tftest.hcl.
tests() {
    cd "$work/tree/terraform/$1"
    quiet "$1: init" terraform init -no-color
    terraform test -no-color >"$work/log" 2>&1 || { say "$1: tests failed:" && grep -A14 -E '\.\.\. fail|^Error' "$work/log" >&2 && exit 1; }
    say "$1: $(tail -n 1 "$work/log")"
}

if [ $# -gt 0 ]; then
    for one in "$@"; do
        case $one in
            root) cycle . && tests . ;;
            modules/*) tests "$one" ;;
            *) cycle "examples/$one" ;;
        esac
    done
    exit 0
fi
cycle .
for example in "$here"/examples/*/; do
    cycle "examples/$(basename "$example")"
done
tests .
for module in "$here"/modules/*/tests; do
    tests "modules/$(basename "$(dirname "$module")")"
done
