# Every function, queue and machine has an alarm, and the edge's logs are where it runs.

variables {
  name               = "media-example"
  edge_function_name = "media-example-edge"
  distribution_id    = "EDFDVBD632BHDS5"
  api_id             = "abc123"
  functions          = { origin = "media-example-origin", video = "media-example-video" }
  last_queues        = { failed = "media-example-failed" }
  machine_arns       = { process = "arn:aws:states:eu-central-1:123456789012:stateMachine:media-example-process" }
  tables             = { media = "media-example-media" }
  kms_key_arn        = "arn:aws:kms:eu-central-1:123456789012:key/12345678-1234-1234-1234-123456789012"
}

run "by_default" {
  assert {
    condition     = toset(keys(aws_cloudwatch_metric_alarm.this)) == toset(["origin-errors", "video-errors", "origin-throttles", "video-throttles", "failed-queue", "process-machine", "api-errors"])
    error_message = "one alarm for each thing that can go wrong"
  }
  assert {
    condition     = alltrue([for a in values(aws_cloudwatch_metric_alarm.edge) : a.region == "us-east-1" && a.alarm_actions == toset([aws_sns_topic.edge_alarms.arn])]) && aws_sns_topic.edge_alarms.region == "us-east-1"
    error_message = "the distribution's metrics are in us-east-1, and so is who is told"
  }
  assert {
    condition     = contains(keys(aws_cloudwatch_log_group.edge), "eu-central-1") && alltrue([for region, g in aws_cloudwatch_log_group.edge : g.region == region && g.name == "/aws/lambda/us-east-1.media-example-edge" && g.retention_in_days == 365])
    error_message = "the edge function's logs have a retention in each region"
  }
  assert {
    condition     = length(aws_budgets_budget.this) == 0 && length(jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets) == 10
    error_message = "a dashboard, and no budget unless one says so"
  }
}

run "with_people_to_tell" {
  variables {
    emails     = ["you@example.com"]
    budget_usd = 20
  }
  assert {
    condition     = aws_budgets_budget.this[0].limit_amount == "20.00" && length(aws_budgets_budget.this[0].notification) == 2 && length(aws_sns_topic_subscription.alarms) == 1
    error_message = "the budget and the alarms are told"
  }
}

run "wrong" {
  command = plan
  variables {
    # name in capitals
    name = "Media"
    # a length that logs have not
    log_days = 10
    # no address
    emails = ["you"]
    # no money
    budget_usd = 0
    # no region
    edge_log_regions = ["europe"]
  }
  expect_failures = [var.name, var.log_days, var.emails, var.budget_usd, var.edge_log_regions]
}
