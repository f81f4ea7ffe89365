# What each function may do: the calls that processors/src and catalog/src/dynamo make, on what they make them on.

locals {
  policies = {
    dispatch = data.aws_iam_policy_document.dispatch.json
    image    = data.aws_iam_policy_document.make["image"].json
    video    = data.aws_iam_policy_document.make["video"].json
    notify   = data.aws_iam_policy_document.notify.json
  }
  tables = var.catalog.table_arns
  raw    = var.buckets.arns.raw
}

data "aws_iam_policy_document" "dispatch" {
  source_policy_documents = [data.aws_iam_policy_document.originals.json]

  statement {
    sid       = "MoveTitlesOn"
    actions   = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"]
    resources = [local.tables.media]
  }
  statement {
    sid       = "CountWhatIsStored"
    actions   = ["dynamodb:UpdateItem"]
    resources = [local.tables.usage]
  }
}

data "aws_iam_policy_document" "make" {
  for_each                = toset(["image", "video"])
  source_policy_documents = [data.aws_iam_policy_document.originals.json]

  statement {
    sid = "MoveTitlesOn"
    # An item of an older schema is put anew when it is read.
    actions   = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"]
    resources = [local.tables.media]
  }
  statement {
    sid       = "PutRenditions"
    actions   = ["s3:PutObject"]
    resources = ["${var.buckets.arns.processed}/media/*"]
  }
  # Lambda takes messages in the function's name.
  dynamic "statement" {
    for_each = each.key == "image" ? [1] : []
    content {
      sid       = "TakeWhatIsMadeLater"
      actions   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
      resources = [aws_sqs_queue.later.arn]
    }
  }
  dynamic "statement" {
    for_each = each.key == "video" ? [1] : []
    content {
      sid       = "CountMinutes"
      actions   = ["dynamodb:UpdateItem"]
      resources = [local.tables.usage]
    }
  }
  # Films are copied by S3 in parts, which are thrown away where that fails.
  dynamic "statement" {
    for_each = each.key == "video" ? [1] : []
    content {
      sid       = "GiveUpACopy"
      actions   = ["s3:AbortMultipartUpload"]
      resources = ["${var.buckets.arns.processed}/media/*"]
    }
  }
}

data "aws_iam_policy_document" "notify" {
  statement {
    sid       = "ReadTitles"
    actions   = ["dynamodb:GetItem", "dynamodb:PutItem"]
    resources = [local.tables.media]
  }
  statement {
    sid     = "Deliver"
    actions = ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"]
    resources = [
      local.tables.people, "${local.tables.people}/index/*",
    ]
  }
  statement {
    sid       = "TellTheTopic"
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.ended.arn]
  }
  statement {
    sid       = "UseTheKey"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [var.kms_key_arn]
  }
}

# What dispatch and both processors share. Without ListBucket S3 says 403, and not 404, of an object that is not there.
data "aws_iam_policy_document" "originals" {
  statement {
    sid       = "SeeWhatHasArrived"
    actions   = ["s3:ListBucket"]
    resources = [local.raw]
  }
  statement {
    sid       = "ReadOriginals"
    actions   = ["s3:GetObject"]
    resources = ["${local.raw}/*"]
  }
  statement {
    sid       = "UseTheKey"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [var.kms_key_arn]
  }
}
