# Who the state machines are, and what they may call.

data "aws_region" "this" {}
data "aws_caller_identity" "this" {}

locals {
  calls = {
    process = [module.function["dispatch"].arn, module.function["image"].arn, module.function["video"].arn]
    objects = [module.function["dispatch"].arn]
    notify  = [module.function["notify"].arn]
  }
  # Written out, as a machine cannot name itself before it is there.
  states = "${data.aws_region.this.region}:${data.aws_caller_identity.this.account_id}"
}

data "aws_iam_policy_document" "machine_trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["states.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.this.account_id]
    }
  }
}

data "aws_iam_policy_document" "machine" {
  for_each                = local.calls
  source_policy_documents = [data.aws_iam_policy_document.observe.json]

  statement {
    sid       = "Call"
    actions   = ["lambda:InvokeFunction"]
    resources = each.value
  }
  dynamic "statement" {
    for_each = each.key == "process" ? [1] : []
    content {
      sid       = "EndTitles"
      actions   = ["dynamodb:UpdateItem"]
      resources = [local.tables.media]
    }
  }
  # A Distributed Map starts executions of its own machine.
  dynamic "statement" {
    for_each = each.key == "process" ? [1] : []
    content {
      sid       = "StartTitles"
      actions   = ["states:StartExecution"]
      resources = ["arn:aws:states:${local.states}:stateMachine:${var.name}-process"]
    }
  }
  dynamic "statement" {
    for_each = each.key == "process" ? [1] : []
    content {
      sid       = "FollowTitles"
      actions   = ["states:DescribeExecution", "states:StopExecution", "states:RedriveExecution"]
      resources = ["arn:aws:states:${local.states}:execution:${var.name}-process/*", "arn:aws:states:${local.states}:execution:${var.name}-process:*"]
    }
  }
  dynamic "statement" {
    for_each = each.key == "objects" ? [] : [1]
    content {
      sid       = "Remember"
      actions   = ["sqs:SendMessage"]
      resources = [aws_sqs_queue.last["given-up"].arn]
    }
  }
  dynamic "statement" {
    for_each = each.key == "process" ? [1] : []
    content {
      sid       = "MakeMoreLater"
      actions   = ["sqs:SendMessage"]
      resources = [aws_sqs_queue.later.arn]
    }
  }
  statement {
    sid       = "UseTheKey"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [var.kms_key_arn]
  }
}

data "aws_iam_policy_document" "observe" {
  #checkov:skip=CKV_AWS_111,CKV_AWS_356: log deliveries and traces have no ARN that a policy could name
  statement {
    sid = "LogAndTrace"
    # Log deliveries belong to the account and traces to nothing: AWS knows no ARN for either.
    actions = [
      "logs:CreateLogDelivery", "logs:GetLogDelivery", "logs:UpdateLogDelivery", "logs:DeleteLogDelivery", "logs:ListLogDeliveries",
      "logs:PutResourcePolicy", "logs:DescribeResourcePolicies", "logs:DescribeLogGroups",
      "xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules", "xray:GetSamplingTargets",
    ]
    resources = ["*"]
  }
}

resource "aws_iam_role" "machine" {
  for_each           = local.calls
  name               = "${var.name}-${each.key}-machine"
  assume_role_policy = data.aws_iam_policy_document.machine_trust.json
  tags               = var.tags
}

resource "aws_iam_role_policy" "machine" {
  for_each = local.calls
  name     = "machine"
  role     = aws_iam_role.machine[each.key].id
  policy   = data.aws_iam_policy_document.machine[each.key].json
}
