# Logs of the edge function, alarms, a dashboard, a budget.

data "aws_region" "this" {}
data "aws_caller_identity" "this" {}

locals {
  region = data.aws_region.this.region
}

resource "aws_cloudwatch_log_group" "edge" {
  for_each = var.edge_log_regions
  region   = each.key
  name     = "/aws/lambda/us-east-1.${var.edge_function_name}"
  # A log takes a key of its own region; elsewhere CloudWatch's own encrypts it.
  kms_key_id        = each.key == local.region ? var.kms_key_arn : null
  retention_in_days = var.log_days
  tags              = var.tags
}

# Alarms tell a topic of their own region; CloudFront's metrics are in us-east-1.
resource "aws_sns_topic" "alarms" {
  name              = "${var.name}-alarms"
  kms_master_key_id = var.kms_key_arn
  tags              = var.tags
}

resource "aws_sns_topic" "edge_alarms" {
  #checkov:skip=CKV_AWS_26: it tells names of alarms; SNS's own key lets no alarm through, and one more key in us-east-1 would be all it is for
  region = "us-east-1"
  name   = "${var.name}-edge-alarms"
  tags   = var.tags
}

resource "aws_sns_topic_subscription" "alarms" {
  for_each  = toset(var.emails)
  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "email"
  endpoint  = each.value
}

resource "aws_sns_topic_subscription" "edge_alarms" {
  for_each  = toset(var.emails)
  region    = "us-east-1"
  topic_arn = aws_sns_topic.edge_alarms.arn
  protocol  = "email"
  endpoint  = each.value
}

locals {
  # Metrics of the site's region: above `above` in `periods` periods of five minutes one after the other.
  alarms = merge(
    { for key, name in var.functions : "${key}-errors" => {
      namespace = "AWS/Lambda", metric = "Errors", statistic = "Sum", dimensions = { FunctionName = name }, above = 0, periods = key == "origin" ? 2 : 3,
      says      = "The function ${key} fails again and again."
    } },
    { for key, name in var.functions : "${key}-throttles" => {
      namespace = "AWS/Lambda", metric = "Throttles", statistic = "Sum", dimensions = { FunctionName = name }, above = 0, periods = 2,
      says      = "The account has no more concurrency for the function ${key}."
    } },
    { for key, name in var.last_queues : "${key}-queue" => {
      namespace = "AWS/SQS", metric = "ApproximateNumberOfMessagesVisible", statistic = "Maximum", dimensions = { QueueName = name }, above = 0, periods = 1,
      says      = "The queue ${key} holds what nobody could do anything with (docs/operations.md, Replay)."
    } },
    { for key, arn in var.machine_arns : "${key}-machine" => {
      namespace = "AWS/States", metric = "ExecutionsFailed", statistic = "Sum", dimensions = { StateMachineArn = arn }, above = 0, periods = 1,
      says      = "An execution of the state machine ${key} failed."
    } },
    {
      api-errors = {
        namespace = "AWS/ApiGateway", metric = "5xx", statistic = "Sum", dimensions = { ApiId = var.api_id }, above = 5, periods = 1,
        says      = "The app answers with 5xx."
      }
    },
  )
  # Of the edge, in us-east-1. Lambda@Edge counts its errors under the distribution too.
  edge_alarms = {
    "5xx" = { metric = "5xxErrorRate", says = "More than 1 % of all requests end with 5xx." }
  }
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.says
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = each.value.statistic
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.above
  period              = 300
  evaluation_periods  = each.value.periods
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]
  tags                = var.tags
}

resource "aws_cloudwatch_metric_alarm" "edge" {
  for_each = local.edge_alarms
  region   = "us-east-1"

  alarm_name          = "${var.name}-edge-${each.key}"
  alarm_description   = each.value.says
  namespace           = "AWS/CloudFront"
  metric_name         = each.value.metric
  dimensions          = { DistributionId = var.distribution_id, Region = "Global" }
  statistic           = "Average"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 1
  period              = 300
  evaluation_periods  = 2
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.edge_alarms.arn]
  ok_actions          = [aws_sns_topic.edge_alarms.arn]
  tags                = var.tags
}

locals {
  # What the dashboard shows: a title, the region of its metrics, and the metrics.
  graphs = [
    { title = "Requests", region = "us-east-1", stat = "Sum", metrics = [["AWS/CloudFront", "Requests", "DistributionId", var.distribution_id, "Region", "Global"]] },
    { title = "Error rates, %", region = "us-east-1", stat = "Average", metrics = [
      for metric in ["4xxErrorRate", "5xxErrorRate"] : ["AWS/CloudFront", metric, "DistributionId", var.distribution_id, "Region", "Global"]
    ] },
    { title = "Bytes to viewers", region = "us-east-1", stat = "Sum", metrics = [["AWS/CloudFront", "BytesDownloaded", "DistributionId", var.distribution_id, "Region", "Global"]] },
    { title = "The app's latency, ms", region = local.region, stat = "p95", metrics = [["AWS/ApiGateway", "Latency", "ApiId", var.api_id]] },
    { title = "Calls", region = local.region, stat = "Sum", metrics = [for name in values(var.functions) : ["AWS/Lambda", "Invocations", "FunctionName", name]] },
    { title = "Errors", region = local.region, stat = "Sum", metrics = [for name in values(var.functions) : ["AWS/Lambda", "Errors", "FunctionName", name]] },
    { title = "Durations, ms", region = local.region, stat = "p95", metrics = [for name in values(var.functions) : ["AWS/Lambda", "Duration", "FunctionName", name]] },
    { title = "Last queues", region = local.region, stat = "Maximum", metrics = [for name in values(var.last_queues) : ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", name]] },
    { title = "Titles", region = local.region, stat = "Sum", metrics = [for pair in setproduct(values(var.machine_arns), ["ExecutionsSucceeded", "ExecutionsFailed"]) : ["AWS/States", pair[1], "StateMachineArn", pair[0]]] },
    { title = "Capacity of the catalog", region = local.region, stat = "Sum", metrics = [
      for pair in setproduct(values(var.tables), ["ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits"]) : ["AWS/DynamoDB", pair[1], "TableName", pair[0]]
    ] },
  ]
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.name
  dashboard_body = jsonencode({
    widgets = [for i, graph in local.graphs : {
      type   = "metric"
      x      = (i % 2) * 12
      y      = floor(i / 2) * 6
      width  = 12
      height = 6
      properties = {
        title   = graph.title
        region  = graph.region
        stat    = graph.stat
        period  = 300
        view    = "timeSeries"
        metrics = graph.metrics
      }
    }]
  })
}

resource "aws_budgets_budget" "this" {
  count = var.budget_usd == null ? 0 : 1

  name         = var.name
  budget_type  = "COST"
  limit_amount = format("%.2f", var.budget_usd)
  limit_unit   = "USD"
  time_unit    = "MONTHLY"

  dynamic "notification" {
    for_each = length(var.emails) == 0 ? {} : { ACTUAL = 80, FORECASTED = 100 }
    content {
      notification_type          = notification.key
      comparison_operator        = "GREATER_THAN"
      threshold                  = notification.value
      threshold_type             = "PERCENTAGE"
      subscriber_email_addresses = var.emails
    }
  }
}
