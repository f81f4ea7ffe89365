# One key for everything that is stored in the site's region.

resource "aws_kms_key" "this" {
  description             = "Stagedoor ${var.name}: buckets, tables, queues, logs, secret"
  enable_key_rotation     = true
  deletion_window_in_days = 7
  tags                    = var.tags
}

resource "aws_kms_alias" "this" {
  name          = "alias/${var.name}"
  target_key_id = aws_kms_key.this.key_id
}

# Apart from the key, as it names the distribution, which reads buckets that are encrypted with it. In a key's own policy * is this key.
resource "aws_kms_key_policy" "this" {
  key_id = aws_kms_key.this.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "ByPoliciesOfTheAccount"
        Effect    = "Allow"
        Action    = "kms:*"
        Resource  = "*"
        Principal = { AWS = "arn:aws:iam::${data.aws_caller_identity.this.account_id}:root" }
      },
      {
        Sid       = "TheDistribution"
        Effect    = "Allow"
        Action    = "kms:Decrypt"
        Resource  = "*"
        Principal = { Service = "cloudfront.amazonaws.com" }
        Condition = { StringEquals = { "aws:SourceArn" = module.edge.distribution_arn } }
      },
      {
        Sid       = "Logs"
        Effect    = "Allow"
        Action    = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:GenerateDataKey", "kms:DescribeKey"]
        Resource  = "*"
        Principal = { Service = "logs.${local.region}.amazonaws.com" }
        Condition = { ArnLike = { "kms:EncryptionContext:aws:logs:arn" = "arn:aws:logs:${local.region}:${data.aws_caller_identity.this.account_id}:log-group:*" } }
      },
      {
        Sid       = "EventsAlarmsAndLogDelivery"
        Effect    = "Allow"
        Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource  = "*"
        Principal = { Service = ["events.amazonaws.com", "cloudwatch.amazonaws.com", "delivery.logs.amazonaws.com"] }
        # Not each of them says on whose behalf it comes.
        Condition = { StringEqualsIfExists = { "aws:SourceAccount" = data.aws_caller_identity.this.account_id } }
      },
    ]
  })
}
