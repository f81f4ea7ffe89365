# Events on their way, and what nobody could do anything with.

locals {
  # What each of the last queues holds.
  last = {
    objects-failed = "S3's events of objects that dispatch failed at"
    stream-failed  = "positions in the change feed that could not be handed on"
    later-failed   = "titles of which the image function could not make what takes longer; they are ready without"
    given-up       = "titles that were given up, and ends of titles that nobody could be told of"
    failed         = "calls of functions that nobody waited for"
  }
}

resource "aws_sqs_queue" "last" {
  for_each                  = local.last
  name                      = "${var.name}-${each.key}"
  message_retention_seconds = 1209600
  kms_master_key_id         = var.kms_key_arn
  tags                      = var.tags
}

resource "aws_sqs_queue_redrive_allow_policy" "objects_failed" {
  queue_url            = aws_sqs_queue.last["objects-failed"].id
  redrive_allow_policy = jsonencode({ redrivePermission = "byQueue", sourceQueueArns = [aws_sqs_queue.objects.arn] })
}

# New objects of the raw bucket: S3 → EventBridge → this queue → dispatch.
resource "aws_sqs_queue" "objects" {
  name                      = "${var.name}-objects"
  message_retention_seconds = 1209600
  kms_master_key_id         = var.kms_key_arn
  # Six times as long as dispatch may take.
  visibility_timeout_seconds = 6 * local.functions.dispatch.limits.timeout_seconds
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.last["objects-failed"].arn
    maxReceiveCount     = 5
  })
  tags = var.tags
}

# Titles that are ready, and of which the image function makes what takes longer: machine process → this queue → image.
resource "aws_sqs_queue" "later" {
  name                      = "${var.name}-later"
  message_retention_seconds = 1209600
  kms_master_key_id         = var.kms_key_arn
  # Six times as long as the function may take.
  visibility_timeout_seconds = 6 * local.functions.image.limits.timeout_seconds
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.last["later-failed"].arn
    maxReceiveCount     = 5
  })
  tags = var.tags
}

resource "aws_sqs_queue_redrive_allow_policy" "later_failed" {
  queue_url            = aws_sqs_queue.last["later-failed"].id
  redrive_allow_policy = jsonencode({ redrivePermission = "byQueue", sourceQueueArns = [aws_sqs_queue.later.arn] })
}

resource "aws_lambda_event_source_mapping" "later" {
  event_source_arn = aws_sqs_queue.later.arn
  function_name    = module.function["image"].arn
  # One after the other, 30 seconds each at most.
  batch_size              = 5
  function_response_types = ["ReportBatchItemFailures"]
  tags                    = var.tags

  # What people wait for comes first.
  scaling_config {
    maximum_concurrency = 10
  }
}

resource "aws_cloudwatch_event_rule" "objects" {
  name        = "${var.name}-objects"
  description = "Objects that are new in the raw bucket"
  event_pattern = jsonencode({
    source      = ["aws.s3"]
    detail-type = ["Object Created"]
    detail      = { bucket = { name = [var.buckets.names.raw] } }
  })
  tags = var.tags
}

resource "aws_cloudwatch_event_target" "objects" {
  rule = aws_cloudwatch_event_rule.objects.name
  arn  = aws_sqs_queue.objects.arn
  dead_letter_config {
    arn = aws_sqs_queue.last["objects-failed"].arn
  }
}

data "aws_iam_policy_document" "from_rule" {
  for_each = { objects = aws_sqs_queue.objects.arn, objects-failed = aws_sqs_queue.last["objects-failed"].arn }

  statement {
    sid       = "FromTheRule"
    actions   = ["sqs:SendMessage"]
    resources = [each.value]
    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }
    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [aws_cloudwatch_event_rule.objects.arn]
    }
  }
}

resource "aws_sqs_queue_policy" "from_rule" {
  for_each  = { objects = aws_sqs_queue.objects.id, objects-failed = aws_sqs_queue.last["objects-failed"].id }
  queue_url = each.value
  policy    = data.aws_iam_policy_document.from_rule[each.key].json
}
