# Five buckets: what people send (raw), what is made of it (processed), the app's static files (site), the functions' programs
# (artefacts) and the distribution's access logs (logs).

locals {
  buckets = toset(["raw", "processed", "site", "artefacts", "logs"])
  # CloudFront reads these two, and nothing else is public in any way.
  read_by_distribution = toset(["processed", "site"])
}

data "aws_caller_identity" "this" {}

resource "aws_s3_bucket" "this" {
  #checkov:skip=CKV_AWS_18: server access logs would hold presigned URLs, which are credentials while they last
  #checkov:skip=CKV_AWS_144: one region; whoever wants originals in a second one adds a rule of their own (docs/operations.md)
  for_each      = local.buckets
  bucket        = "${var.name}-${each.key}-${var.suffix}"
  force_destroy = !var.protect
  tags          = var.tags
}

resource "aws_s3_bucket_public_access_block" "this" {
  for_each                = local.buckets
  bucket                  = aws_s3_bucket.this[each.key].id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "this" {
  for_each = local.buckets
  bucket   = aws_s3_bucket.this[each.key].id
  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  for_each = local.buckets
  bucket   = aws_s3_bucket.this[each.key].id
  rule {
    # One call of the key for many objects.
    bucket_key_enabled = true
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = var.kms_key_arn
    }
  }
}

resource "aws_s3_bucket_versioning" "this" {
  for_each = local.buckets
  bucket   = aws_s3_bucket.this[each.key].id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_policy" "this" {
  for_each = local.buckets
  bucket   = aws_s3_bucket.this[each.key].id
  policy   = data.aws_iam_policy_document.bucket[each.key].json

  depends_on = [aws_s3_bucket_public_access_block.this]
}

data "aws_iam_policy_document" "bucket" {
  for_each = local.buckets

  statement {
    sid       = "TlsOnly"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.this[each.key].arn, "${aws_s3_bucket.this[each.key].arn}/*"]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }

  dynamic "statement" {
    for_each = contains(local.read_by_distribution, each.key) ? [1] : []
    content {
      sid       = "ReadThroughTheDistribution"
      actions   = ["s3:GetObject"]
      resources = ["${aws_s3_bucket.this[each.key].arn}/*"]
      principals {
        type        = "Service"
        identifiers = ["cloudfront.amazonaws.com"]
      }
      condition {
        test     = "StringEquals"
        variable = "AWS:SourceArn"
        values   = [var.distribution_arn]
      }
    }
  }

  dynamic "statement" {
    for_each = each.key == "logs" ? [1] : []
    content {
      sid       = "DeliverLogs"
      actions   = ["s3:PutObject"]
      resources = ["${aws_s3_bucket.this[each.key].arn}/AWSLogs/${data.aws_caller_identity.this.account_id}/*"]
      principals {
        type        = "Service"
        identifiers = ["delivery.logs.amazonaws.com"]
      }
      condition {
        test     = "StringEquals"
        variable = "aws:SourceAccount"
        values   = [data.aws_caller_identity.this.account_id]
      }
      condition {
        test     = "StringEquals"
        variable = "s3:x-amz-acl"
        values   = ["bucket-owner-full-control"]
      }
    }
  }
}

# Browsers send files, whole or in parts, to the raw bucket, and read back the tag of each part.
resource "aws_s3_bucket_cors_configuration" "raw" {
  bucket = aws_s3_bucket.this["raw"].id
  cors_rule {
    allowed_methods = ["PUT"]
    allowed_origins = var.upload_origins
    allowed_headers = ["content-type", "x-amz-*"]
    expose_headers  = ["ETag", "x-amz-checksum-crc64nvme", "x-amz-checksum-sha256"]
    max_age_seconds = 3600
  }
}

# Events of all buckets go to EventBridge, which costs nothing; the processors' rule takes those of the raw bucket.
resource "aws_s3_bucket_notification" "events" {
  for_each    = local.buckets
  bucket      = aws_s3_bucket.this[each.key].id
  eventbridge = true
}

locals {
  # By bucket, rules by name: which objects, and after how many days what becomes of them.
  rules = {
    raw = { originals = { prefix = "", infrequent_access = var.infrequent_access_days, expiry = null } }
    processed = {
      derived    = { prefix = "derived/", infrequent_access = null, expiry = var.derived_expiry_days }
      renditions = { prefix = "media/", infrequent_access = null, expiry = var.rendition_expiry_days }
    }
    site      = {}
    artefacts = {}
    logs      = { logs = { prefix = "", infrequent_access = null, expiry = var.log_days } }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "this" {
  for_each = local.buckets
  bucket   = aws_s3_bucket.this[each.key].id

  rule {
    id     = "leftovers"
    status = "Enabled"
    filter {
      prefix = ""
    }
    abort_incomplete_multipart_upload {
      days_after_initiation = var.stale_upload_days
    }
    noncurrent_version_expiration {
      noncurrent_days = var.old_version_days
    }
  }

  dynamic "rule" {
    for_each = { for id, rule in local.rules[each.key] : id => rule if rule.infrequent_access != null || rule.expiry != null }
    content {
      id     = rule.key
      status = "Enabled"
      filter {
        prefix = rule.value.prefix
      }
      dynamic "transition" {
        for_each = rule.value.infrequent_access[*]
        content {
          days          = transition.value
          storage_class = "STANDARD_IA"
        }
      }
      dynamic "expiration" {
        for_each = rule.value.expiry[*]
        content {
          days = expiration.value
        }
      }
    }
  }

  depends_on = [aws_s3_bucket_versioning.this]
}

# The app's static files. Their names hold a hash of all of them, so browsers and the edge keep them for a year.
resource "aws_s3_object" "site" {
  for_each      = fileset(var.site_directory, "static/**")
  bucket        = aws_s3_bucket.this["site"].id
  key           = each.value
  source        = "${var.site_directory}/${each.value}"
  source_hash   = filemd5("${var.site_directory}/${each.value}")
  cache_control = "public, max-age=31536000, immutable"
  content_type  = lookup(local.content_types, element(split(".", each.value), length(split(".", each.value)) - 1), "application/octet-stream")
  tags          = var.tags
}

locals {
  content_types = { css = "text/css; charset=utf-8", js = "text/javascript; charset=utf-8", svg = "image/svg+xml" }
}
