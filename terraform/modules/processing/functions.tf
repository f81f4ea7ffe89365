# Dispatch looks at an upload, image and video make renditions of it, notify tells whoever wants to know.

locals {
  programs = toset(["dispatch", "image", "video", "notify"])
  files = {
    STAGEDOOR_CATALOG      = var.catalog.address
    STAGEDOOR_RAW_BUCKET   = var.buckets.names.raw
    STAGEDOOR_MEDIA_BUCKET = var.buckets.names.processed
  }
  functions = {
    dispatch = {
      description = "Looks at the first bytes of an upload and says what it is"
      environment = local.files
      limits      = { memory_mb = 256, timeout_seconds = 60, disk_mb = 512, concurrency = -1 }
    }
    image = {
      description = "Makes pictures of a photo"
      environment = local.files
      limits      = merge(var.image, { disk_mb = 1024 })
    }
    video = {
      description = "Makes a film that browsers play, and its pictures"
      environment = local.files
      limits      = var.video
    }
    notify = {
      description = "Tells the topic and people's webhooks of titles that have ended"
      environment = {
        for name, value in {
          STAGEDOOR_CATALOG        = var.catalog.address
          STAGEDOOR_TOPIC_ARN      = aws_sns_topic.ended.arn
          STAGEDOOR_WEBHOOK_PAUSES = join(",", var.webhook_pauses)
        } : name => value if value != ""
      }
      # A hundred deliveries, sixteen at a time, ten seconds each.
      limits = { memory_mb = 256, timeout_seconds = 120, disk_mb = 512, concurrency = -1 }
    }
  }
}

resource "aws_s3_object" "program" {
  for_each = local.programs
  bucket   = var.artefact_bucket
  key      = "${each.key}/${filesha256("${var.artefacts}/${each.key}.zip")}.zip"
  source   = "${var.artefacts}/${each.key}.zip"
}

module "function" {
  source   = "../function"
  for_each = local.functions

  name            = "${var.name}-${each.key}"
  description     = each.value.description
  program         = { bucket = var.artefact_bucket, key = aws_s3_object.program[each.key].key }
  policy          = local.policies[each.key]
  environment     = each.value.environment
  memory_mb       = each.value.limits.memory_mb
  timeout_seconds = each.value.limits.timeout_seconds
  disk_mb         = each.value.limits.disk_mb
  concurrency     = each.value.limits.concurrency
  dead_letter_arn = aws_sqs_queue.last["failed"].arn
  kms_key_arn     = var.kms_key_arn
  log_days        = var.log_days
  tags            = var.tags
}

# Deliveries to webhooks whose time has come.
module "due" {
  source = "../schedule"

  name            = "${var.name}-notify"
  expression      = "rate(1 minute)"
  function_arn    = module.function["notify"].arn
  input           = jsonencode({ due = true })
  dead_letter_arn = aws_sqs_queue.last["failed"].arn
  kms_key_arn     = var.kms_key_arn
}

# Everybody who wants to know of every title: queues, functions, mail of this account, and webhooks named here.
resource "aws_sns_topic" "ended" {
  name              = "${var.name}-ended"
  display_name      = "Titles that are ready or have failed"
  kms_master_key_id = var.kms_key_arn
  tags              = var.tags
}

resource "aws_sns_topic_subscription" "webhook" {
  for_each  = toset(var.webhooks)
  topic_arn = aws_sns_topic.ended.arn
  protocol  = "https"
  endpoint  = each.value
}
