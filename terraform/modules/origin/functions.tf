# The app's function, what sweeps on a schedule, and where it is wanted our own authorizer.

data "aws_region" "this" {}
data "aws_caller_identity" "this" {}

locals {
  own_authorizer = var.authorizer == "lambda"

  # Systems Manager reads a secret under this name.
  pass_parameter = "/aws/reference/secretsmanager/${var.pass_secret.name}"

  environment = {
    for name, value in {
      STAGEDOOR_EDGE             = "/opt/EDGE.json"
      STAGEDOOR_CATALOG          = var.catalog.address
      STAGEDOOR_RAW_BUCKET       = var.buckets.names.raw
      STAGEDOOR_MEDIA_BUCKET     = var.buckets.names.processed
      STAGEDOOR_PASS_KEYS        = "ssm:${local.pass_parameter}"
      STAGEDOOR_SIGN_OUT_ORIGIN  = var.sign_out_origin
      STAGEDOOR_ADMINISTRATORS   = var.administrators
      STAGEDOOR_TOKEN_API        = var.token_api ? "on" : "off"
      STAGEDOOR_SIGN_UP          = var.self_sign_up ? "on" : "off"
      STAGEDOOR_MAX_UPLOAD_BYTES = var.max_upload_bytes == null ? "" : format("%d", var.max_upload_bytes)
      STAGEDOOR_QUOTA_BYTES      = try(format("%d", var.default_quota.bytes), "")
      STAGEDOOR_QUOTA_MINUTES    = try(format("%d", var.default_quota.minutes), "")
    } : name => value if value != ""
  }
}

# Programs under their hash: another program is another key, and so another version for Lambda.
resource "aws_s3_object" "program" {
  for_each = { for name in ["origin", "sweep"] : name => "${var.artefacts}/${name}.zip" }
  bucket   = var.artefact_bucket
  key      = "${each.key}/${filesha256(each.value)}.zip"
  source   = each.value
}

# EDGE.json lies in a layer: it changes without the programs, and two of them read it.
data "archive_file" "edge_json" {
  type        = "zip"
  output_path = "${var.build_directory}/${var.name}-edge-json.zip"
  source {
    filename = "EDGE.json"
    content  = var.edge_json
  }
}

resource "aws_lambda_layer_version" "edge_json" {
  layer_name       = "${var.name}-edge-json"
  description      = "EDGE.json without keys"
  filename         = data.archive_file.edge_json.output_path
  source_code_hash = data.archive_file.edge_json.output_base64sha256
}

# What failed although nobody waited for it.
resource "aws_sqs_queue" "failed" {
  name                      = "${var.name}-origin-failed"
  message_retention_seconds = 1209600
  kms_master_key_id         = var.kms_key_arn
  tags                      = var.tags
}

module "app" {
  source = "../function"

  name            = "${var.name}-origin"
  description     = "The web app and its API"
  program         = { bucket = var.artefact_bucket, key = aws_s3_object.program["origin"].key }
  policy          = data.aws_iam_policy_document.app.json
  environment     = merge(local.environment, { STAGEDOOR_USER_POOL = var.user_pool.id })
  layers          = [aws_lambda_layer_version.edge_json.arn]
  memory_mb       = var.memory_mb
  timeout_seconds = 29
  dead_letter_arn = aws_sqs_queue.failed.arn
  kms_key_arn     = var.kms_key_arn
  log_days        = var.log_days
  tags            = var.tags
}

module "sweep" {
  source = "../function"

  name            = "${var.name}-sweep"
  description     = "Takes away what is over: uploads given up, deleted titles, old answers"
  program         = { bucket = var.artefact_bucket, key = aws_s3_object.program["sweep"].key }
  policy          = data.aws_iam_policy_document.sweep.json
  environment     = local.environment
  layers          = [aws_lambda_layer_version.edge_json.arn]
  memory_mb       = 256
  timeout_seconds = 300
  dead_letter_arn = aws_sqs_queue.failed.arn
  kms_key_arn     = var.kms_key_arn
  log_days        = var.log_days
  tags            = var.tags
}

module "sweep_schedule" {
  source = "../schedule"

  name            = "${var.name}-sweep"
  expression      = var.sweep_schedule
  function_arn    = module.sweep.arn
  input           = "{}"
  dead_letter_arn = aws_sqs_queue.failed.arn
  kms_key_arn     = var.kms_key_arn
}

module "packed_authorizer" {
  source = "../packed"
  count  = local.own_authorizer ? 1 : 0

  name      = "${var.name}-authorizer"
  program   = "${var.artefacts}/authorizer.zip"
  edge_json = var.edge_json
  directory = var.build_directory
}

resource "aws_s3_object" "authorizer" {
  count  = local.own_authorizer ? 1 : 0
  bucket = var.artefact_bucket
  key    = "authorizer/${module.packed_authorizer[0].hash}.zip"
  source = module.packed_authorizer[0].path
}

module "authorizer" {
  source = "../function"
  count  = local.own_authorizer ? 1 : 0

  name            = "${var.name}-authorizer"
  description     = "Judges tokens for API Gateway"
  program         = { bucket = var.artefact_bucket, key = aws_s3_object.authorizer[0].key }
  policy          = jsonencode({ Version = "2012-10-17", Statement = [] })
  memory_mb       = 128
  timeout_seconds = 5
  dead_letter_arn = aws_sqs_queue.failed.arn
  kms_key_arn     = var.kms_key_arn
  log_days        = var.log_days
  tags            = var.tags
}
