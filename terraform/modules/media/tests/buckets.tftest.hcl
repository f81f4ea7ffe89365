# Who may do what to the buckets, and how long things are kept.

variables {
  name             = "media-example"
  suffix           = "0a1b2c3d"
  kms_key_arn      = "arn:aws:kms:eu-central-1:123456789012:key/12345678-1234-1234-1234-123456789012"
  distribution_arn = "arn:aws:cloudfront::123456789012:distribution/EDFDVBD632BHDS5"
  upload_origins   = ["https://media.example.com"]
  site_directory   = "../../tests/artefacts/site"
}

run "buckets" {
  assert {
    condition     = alltrue([for block in values(aws_s3_bucket_public_access_block.this) : block.block_public_acls && block.block_public_policy && block.ignore_public_acls && block.restrict_public_buckets])
    error_message = "nothing is public"
  }
  assert {
    condition     = length(aws_s3_bucket_public_access_block.this) == length(aws_s3_bucket.this) && length(aws_s3_bucket_policy.this) == length(aws_s3_bucket.this)
    error_message = "every bucket has both"
  }
  assert {
    condition = alltrue([for policy in values(aws_s3_bucket_policy.this) : [
      for s in jsondecode(policy.policy).Statement : [s.Action, s.Principal, s.Condition] if s.Effect == "Deny"
    ] == [["s3:*", "*", { Bool = { "aws:SecureTransport" = "false" } }]]])
    error_message = "every bucket refuses what comes without TLS"
  }
  assert {
    condition = alltrue([for key in ["processed", "site"] : [
      for s in jsondecode(aws_s3_bucket_policy.this[key].policy).Statement : [s.Action, s.Principal.Service, s.Resource, s.Condition.StringEquals["AWS:SourceArn"]] if s.Effect == "Allow"
    ] == [["s3:GetObject", "cloudfront.amazonaws.com", "${aws_s3_bucket.this[key].arn}/*", var.distribution_arn]]])
    error_message = "processed and site are read by this distribution, and allow nothing else"
  }
  assert {
    condition     = alltrue([for key in ["raw", "artefacts"] : length([for s in jsondecode(aws_s3_bucket_policy.this[key].policy).Statement : s if s.Effect == "Allow"]) == 0])
    error_message = "raw and artefacts allow nobody anything by their own policy"
  }
  assert {
    condition     = alltrue([for e in values(aws_s3_bucket_server_side_encryption_configuration.this) : one(one(e.rule).apply_server_side_encryption_by_default).sse_algorithm == "aws:kms"])
    error_message = "every bucket is encrypted with the site's key"
  }
  assert {
    condition     = one(aws_s3_bucket_cors_configuration.raw.cors_rule).allowed_methods == toset(["PUT"]) && one(aws_s3_bucket_cors_configuration.raw.cors_rule).allowed_origins == toset(["https://media.example.com"])
    error_message = "this site's pages alone may send files, and by PUT alone"
  }
  assert {
    condition     = contains(one(aws_s3_bucket_cors_configuration.raw.cors_rule).expose_headers, "ETag")
    error_message = "a page reads the tag of each part"
  }
  assert {
    condition     = aws_s3_bucket_notification.events["raw"].eventbridge
    error_message = "new originals are events"
  }
  assert {
    condition     = alltrue([for c in values(aws_s3_bucket_lifecycle_configuration.this) : contains([for r in c.rule : one(r.abort_incomplete_multipart_upload).days_after_initiation if length(r.abort_incomplete_multipart_upload) > 0], 7)])
    error_message = "uploads that nobody completed are given up everywhere"
  }
  assert {
    condition     = [for r in aws_s3_bucket_lifecycle_configuration.this["raw"].rule : one(r.transition).days if length(r.transition) > 0] == [30]
    error_message = "originals move to Standard-IA after 30 days"
  }
  assert {
    condition     = [for r in aws_s3_bucket_lifecycle_configuration.this["processed"].rule : "${r.filter[0].prefix} ${one(r.expiration).days}" if length(r.expiration) > 0] == ["derived/ 30"]
    error_message = "what can be made again is removed after 30 days, renditions never"
  }
  assert {
    condition     = aws_s3_object.site["static/0123456789abcdef/app.css"].content_type == "text/css; charset=utf-8" && strcontains(aws_s3_object.site["static/0123456789abcdef/app.js"].cache_control, "immutable")
    error_message = "static files have their type, and are kept for a year"
  }
}

run "never" {
  command = plan
  variables {
    infrequent_access_days = null
    derived_expiry_days    = null
  }
  assert {
    condition     = alltrue([for c in [aws_s3_bucket_lifecycle_configuration.this["raw"], aws_s3_bucket_lifecycle_configuration.this["processed"]] : length(c.rule) == 1])
    error_message = "null is never"
  }
}

run "renditions_too" {
  command = plan
  variables {
    rendition_expiry_days = 90
  }
  assert {
    condition     = contains([for r in aws_s3_bucket_lifecycle_configuration.this["processed"].rule : "${r.filter[0].prefix} ${one(r.expiration).days}" if length(r.expiration) > 0], "media/ 90")
    error_message = "renditions expire where one wants it"
  }
}

run "protected" {
  command = plan
  variables {
    protect = true
  }
  assert {
    condition     = alltrue([for bucket in values(aws_s3_bucket.this) : !bucket.force_destroy])
    error_message = "a protected site's buckets stay where they hold objects"
  }
}

run "wrong" {
  command = plan
  variables {
    # a name too long
    name = "a-name-that-is-much-too-long-for-a-bucket"
    # no suffix
    suffix = ""
    # no origin
    upload_origins = []
    # ia too early
    infrequent_access_days = 7
    # expiry of nothing
    derived_expiry_days = 0
    # half a day
    rendition_expiry_days = 0.5
    # uploads given up at once
    stale_upload_days = 1
    # no old versions
    old_version_days = 0
    # no logs
    log_days = 0
  }
  expect_failures = [var.name, var.suffix, var.upload_origins, var.infrequent_access_days, var.derived_expiry_days, var.rendition_expiry_days, var.stale_upload_days, var.old_version_days, var.log_days]
}

run "any_origin" {
  command = plan
  variables {
    upload_origins = ["*"]
  }
  expect_failures = [var.upload_origins]
}
