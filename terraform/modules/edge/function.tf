# The edge function: its zip with EDGE.json, its role, its numbered version. It is in us-east-1, wherever the rest is.

resource "random_bytes" "state_key" {
  length  = 32
  keepers = { of = "${var.name}, the state of sign-ins" }
}

resource "random_id" "function" {
  byte_length = 4
  keepers     = { of = "${var.name}, the edge function" }
}

locals {
  # The old one's copies live on for hours after it was destroyed; a site that is made anew meanwhile needs another name.
  function_name = "${var.name}-edge-${random_id.function.hex}"

  edge_json = jsonencode({
    policy = var.policy
    deployment = merge(
      {
        issuers = var.issuers
        keys = {
          state = [{ kid = "s1", key = random_bytes.state_key.base64 }]
          pass  = [local.pass_key]
        }
      },
      var.sign_in == null ? {} : { sign_in = var.sign_in },
    )
  })
}

module "packed" {
  source = "../packed"

  name      = local.function_name
  program   = "${var.artefacts}/edge-auth.zip"
  edge_json = local.edge_json
  directory = var.build_directory
}

data "aws_caller_identity" "this" {}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com", "edgelambda.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "function" {
  statement {
    sid     = "WriteOnesOwnLog"
    actions = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]
    # In whichever region it runs, which is near whoever asks.
    resources = [
      "arn:aws:logs:*:${data.aws_caller_identity.this.account_id}:log-group:/aws/lambda/us-east-1.${local.function_name}",
      "arn:aws:logs:*:${data.aws_caller_identity.this.account_id}:log-group:/aws/lambda/us-east-1.${local.function_name}:*",
      "arn:aws:logs:us-east-1:${data.aws_caller_identity.this.account_id}:log-group:/aws/lambda/${local.function_name}:*",
    ]
  }
}

resource "aws_iam_role" "function" {
  name               = local.function_name
  assume_role_policy = data.aws_iam_policy_document.trust.json
  tags               = var.tags
}

resource "aws_iam_role_policy" "function" {
  name   = "function"
  role   = aws_iam_role.function.id
  policy = data.aws_iam_policy_document.function.json
}

resource "aws_lambda_function" "edge" {
  #checkov:skip=CKV_AWS_116,CKV_AWS_117: Lambda@Edge takes neither a dead-letter queue nor a network of the account's
  #checkov:skip=CKV_AWS_272: the zip is made here, with keys in it; signing it needs a profile of one's own
  region        = "us-east-1"
  function_name = local.function_name
  description   = "Decides at the edge who gets what"
  role          = aws_iam_role.function.arn
  runtime       = "python3.13"
  architectures = ["x86_64"]
  handler       = "launcher.handler"
  # Another content has another name.
  filename    = module.packed.path
  memory_size = var.memory_mb
  timeout     = var.timeout_seconds
  publish     = true
  # Lambda@Edge takes neither; these are the names of nothing.
  reserved_concurrent_executions = -1
  skip_destroy                   = var.keep_on_destroy
  tags                           = var.tags

  tracing_config {
    mode = "PassThrough"
  }

  depends_on = [aws_iam_role_policy.function]
}
