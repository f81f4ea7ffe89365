# Playback passes: the function that judges them, the store that it reads, and the secret that the store follows from. Only the first
# values are made here; later ones come from `stagedoor pass rotate` and `revoke` (docs/operations.md) and are left alone.

resource "random_id" "pass_key" {
  byte_length = 4
  keepers     = { of = "${var.name}, its name" }
}

resource "random_bytes" "pass_key" {
  length  = 32
  keepers = { of = var.name }
}

locals {
  first_key = {
    kid = "k${random_id.pass_key.hex}"
    # base64url without padding, as the ring has it.
    secret = replace(replace(trimsuffix(random_bytes.pass_key.base64, "="), "+", "-"), "/", "_")
  }
}

resource "aws_secretsmanager_secret" "passes" {
  #checkov:skip=CKV2_AWS_57: a rotation is two steps with a minute between, and changes the key value store too: `stagedoor pass rotate` (docs/operations.md)
  name        = "${var.name}/passes"
  description = "The keys of playback passes. The item `ring` of the key value store follows from it."
  kms_key_id  = var.kms_key_arn
  # Everything in it can be made anew, and whoever deploys again needs the name at once.
  recovery_window_in_days = 0
  tags                    = var.tags
}

resource "aws_secretsmanager_secret_version" "passes" {
  secret_id     = aws_secretsmanager_secret.passes.id
  secret_string = jsonencode({ keys = [merge(local.first_key, { state = "current" })] })

  # The second label stays with this version when a rotation takes the first: a version without any may be deleted by AWS, and would
  # then be made anew, with the first key as the current one.
  version_stages = ["AWSCURRENT", "FIRST"]

  lifecycle {
    ignore_changes = [secret_string, version_stages]
  }
}

resource "aws_cloudfront_key_value_store" "passes" {
  name    = "${var.name}-passes"
  comment = "Which keys passes may be made with, and which passes are revoked"
}

resource "aws_cloudfrontkeyvaluestore_key" "ring" {
  key_value_store_arn = aws_cloudfront_key_value_store.passes.arn
  key                 = "ring"
  value               = jsonencode({ keys = [local.first_key], revocations = false })

  lifecycle {
    ignore_changes = [value]
  }
}

resource "aws_cloudfront_function" "viewer_request" {
  name                         = "${var.name}-viewer-request"
  comment                      = "Judges playback passes"
  runtime                      = "cloudfront-js-2.0"
  code                         = file("${var.artefacts}/viewer-request.js")
  publish                      = true
  key_value_store_associations = [aws_cloudfront_key_value_store.passes.arn]

  # Without a ring it refuses everything.
  depends_on = [aws_cloudfrontkeyvaluestore_key.ring]
}

# What the secret says by now: after a rotation the edge function has to mint with the new key (docs/operations.md).
data "aws_secretsmanager_secret_version" "passes" {
  secret_id  = aws_secretsmanager_secret.passes.id
  depends_on = [aws_secretsmanager_secret_version.passes]
}

locals {
  # Where it cannot be read as ours it is nobody's, and the first value stands.
  passes      = can(jsondecode(data.aws_secretsmanager_secret_version.passes.secret_string).keys) ? data.aws_secretsmanager_secret_version.passes.secret_string : aws_secretsmanager_secret_version.passes.secret_string
  current_key = one([for key in jsondecode(local.passes).keys : key if key.state == "current"])
  # EDGE.json has base64 with padding.
  pass_key = {
    kid = local.current_key.kid
    key = format("%s%s", replace(replace(local.current_key.secret, "-", "+"), "_", "/"), substr("===", 0, (4 - length(local.current_key.secret) % 4) % 4))
  }
}
