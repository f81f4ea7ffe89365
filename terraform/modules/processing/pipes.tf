# From the change feed and from the queue to the state machines.

locals {
  # Rows of titles that came to one of these states: new ones, and those that were in another before.
  watched = {
    process = ["uploaded"]
    notify  = ["ready", "failed"]
  }
  filters = {
    for name, statuses in local.watched : name => [
      jsonencode({ eventName = ["INSERT"], dynamodb = { NewImage = local.title_in[name] } }),
      jsonencode({
        eventName = ["MODIFY"]
        dynamodb  = { NewImage = local.title_in[name], OldImage = { status = { S = [{ anything-but = statuses }] } } }
      }),
    ]
  }
  title_in = { for name, statuses in local.watched : name => { type = { S = ["media"] }, status = { S = statuses } } }
}

resource "aws_pipes_pipe" "stream" {
  for_each    = local.watched
  name        = "${var.name}-${each.key}"
  description = "Titles that became ${join(" or ", each.value)}"
  role_arn    = aws_iam_role.pipe[each.key].arn
  source      = var.catalog.media_stream_arn
  target      = aws_sfn_state_machine.this[each.key].arn
  tags        = var.tags

  source_parameters {
    dynamodb_stream_parameters {
      starting_position                  = "TRIM_HORIZON"
      batch_size                         = 25
      maximum_batching_window_in_seconds = 1
      on_partial_batch_item_failure      = "AUTOMATIC_BISECT"
      maximum_retry_attempts             = 20
      dead_letter_config {
        arn = aws_sqs_queue.last["stream-failed"].arn
      }
    }
    filter_criteria {
      dynamic "filter" {
        for_each = local.filters[each.key]
        content {
          pattern = filter.value
        }
      }
    }
  }

  target_parameters {
    # An id and nothing else: what people call their films is no part of an execution's history.
    # Written out, as jsonencode would write \u003c for <, which is no placeholder.
    input_template = "{\"media_id\": \"<$.dynamodb.NewImage.id.S>\"}"
    step_function_state_machine_parameters {
      invocation_type = "FIRE_AND_FORGET"
    }
  }

  depends_on = [aws_iam_role_policy.pipe]
}

# A message is removed once dispatch has taken it: the machine is waited for.
resource "aws_pipes_pipe" "objects" {
  name        = "${var.name}-objects"
  description = "New objects of the raw bucket"
  role_arn    = aws_iam_role.pipe["objects"].arn
  source      = aws_sqs_queue.objects.arn
  target      = aws_sfn_state_machine.this["objects"].arn
  tags        = var.tags

  source_parameters {
    sqs_queue_parameters {
      batch_size                         = 10
      maximum_batching_window_in_seconds = 1
    }
  }

  target_parameters {
    step_function_state_machine_parameters {
      invocation_type = "REQUEST_RESPONSE"
    }
  }

  depends_on = [aws_iam_role_policy.pipe]
}

data "aws_iam_policy_document" "pipe_trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["pipes.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.this.account_id]
    }
  }
}

data "aws_iam_policy_document" "pipe" {
  for_each = local.definitions

  dynamic "statement" {
    for_each = each.key == "objects" ? [] : [1]
    content {
      sid       = "ReadTheChangeFeed"
      actions   = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"]
      resources = [var.catalog.media_stream_arn]
    }
  }
  dynamic "statement" {
    for_each = each.key == "objects" ? [] : [1]
    content {
      sid       = "GiveUp"
      actions   = ["sqs:SendMessage"]
      resources = [aws_sqs_queue.last["stream-failed"].arn]
    }
  }
  dynamic "statement" {
    for_each = each.key == "objects" ? [1] : []
    content {
      sid       = "ReadTheQueue"
      actions   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
      resources = [aws_sqs_queue.objects.arn]
    }
  }
  statement {
    sid       = "Start"
    actions   = [each.key == "objects" ? "states:StartSyncExecution" : "states:StartExecution"]
    resources = [aws_sfn_state_machine.this[each.key].arn]
  }
  statement {
    sid       = "UseTheKey"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [var.kms_key_arn]
  }
}

resource "aws_iam_role" "pipe" {
  for_each           = toset(keys(local.definitions))
  name               = "${var.name}-${each.key}-pipe"
  assume_role_policy = data.aws_iam_policy_document.pipe_trust.json
  tags               = var.tags
}

resource "aws_iam_role_policy" "pipe" {
  for_each = toset(keys(local.definitions))
  name     = "pipe"
  role     = aws_iam_role.pipe[each.key].id
  policy   = data.aws_iam_policy_document.pipe[each.key].json
}
