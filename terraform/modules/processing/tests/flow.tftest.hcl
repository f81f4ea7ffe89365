# From the change feed and the bucket to the functions.

variables {
  name            = "media-example"
  artefacts       = "../../tests/artefacts"
  artefact_bucket = "artefacts"
  catalog = {
    address          = "dynamodb:media-example"
    table_arns       = { for name in ["people", "media", "licences", "usage"] : name => "arn:aws:dynamodb:eu-central-1:123456789012:table/media-example-${name}" }
    media_table      = "media-example-media"
    media_stream_arn = "arn:aws:dynamodb:eu-central-1:123456789012:table/media-example-media/stream/2026-03-07T10:00:00.000"
  }
  buckets = {
    names = { raw = "raw", processed = "processed" }
    arns  = { raw = "arn:aws:s3:::raw", processed = "arn:aws:s3:::processed" }
  }
  kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/12345678-1234-1234-1234-123456789012"
}

run "by_default" {
  assert {
    condition     = output.environments.image == tomap({ STAGEDOOR_CATALOG = "dynamodb:media-example", STAGEDOOR_RAW_BUCKET = "raw", STAGEDOOR_MEDIA_BUCKET = "processed" })
    error_message = "the environment is what processors/src/settings.rs reads"
  }
  assert {
    condition     = output.environments.notify == tomap({ STAGEDOOR_CATALOG = "dynamodb:media-example", STAGEDOOR_TOPIC_ARN = aws_sns_topic.ended.arn })
    error_message = "notify's is what processors/src/notify/settings.rs reads"
  }
  assert {
    condition     = aws_sqs_queue.objects.visibility_timeout_seconds >= 6 * local.functions.dispatch.limits.timeout_seconds && jsondecode(aws_sqs_queue.objects.redrive_policy).deadLetterTargetArn == aws_sqs_queue.last["objects-failed"].arn
    error_message = "a message is hidden six times as long as dispatch may take, and ends in its last queue"
  }
  assert {
    condition     = aws_sqs_queue.later.visibility_timeout_seconds >= 6 * local.functions.image.limits.timeout_seconds && jsondecode(aws_sqs_queue.later.redrive_policy).deadLetterTargetArn == aws_sqs_queue.last["later-failed"].arn
    error_message = "a message is hidden six times as long as the image function may take, and ends in its last queue"
  }
  assert {
    condition     = aws_lambda_event_source_mapping.later.function_response_types == toset(["ReportBatchItemFailures"]) && aws_lambda_event_source_mapping.later.batch_size * 30 < local.functions.image.limits.timeout_seconds
    error_message = "a batch says which of its messages failed, and has the time for all"
  }
  assert {
    condition     = jsondecode(aws_cloudwatch_event_rule.objects.event_pattern).detail.bucket.name == ["raw"]
    error_message = "events of the raw bucket alone"
  }
  assert {
    condition     = aws_pipes_pipe.objects.target_parameters[0].step_function_state_machine_parameters[0].invocation_type == "REQUEST_RESPONSE" && aws_sfn_state_machine.this["objects"].type == "EXPRESS"
    error_message = "a message stays until dispatch has taken it"
  }
  assert {
    condition     = alltrue([for pipe in values(aws_pipes_pipe.stream) : pipe.target_parameters[0].input_template == "{\"media_id\": \"<$.dynamodb.NewImage.id.S>\"}"])
    error_message = "an id and nothing else of a title goes into an execution"
  }
  assert {
    condition     = jsondecode(output.definitions.process).States.Titles.ItemProcessor.ProcessorConfig.Mode == "DISTRIBUTED"
    error_message = "each title is an execution of its own"
  }
  assert {
    condition = alltrue([for name in ["Dispatch", "Image", "Video"] : jsondecode(output.definitions.process).States.Titles.ItemProcessor.States[name].Retry[0] == {
      ErrorEquals     = ["Lambda.TooManyRequestsException"]
      IntervalSeconds = 5
      BackoffRate     = 2
      MaxAttempts     = 600
      MaxDelaySeconds = 300
      JitterStrategy  = "FULL"
    }])
    error_message = "a title waits its turn, a day or so, where all places are taken"
  }
  assert {
    condition     = contains(jsondecode(output.definitions.objects).States.Dispatch.Retry[0].ErrorEquals, "Lambda.TooManyRequestsException") && jsondecode(output.definitions.notify).States.Titles.ItemProcessor.States.Notify.Retry[0].MaxAttempts * 25 * 3 < 25000
    error_message = "and neither an Express execution nor the history of a batch waits so long"
  }
  assert {
    condition     = contains([for s in jsondecode(output.machine_policies.process).Statement : s.Sid], "StartTitles") && !contains([for s in jsondecode(output.machine_policies.notify).Statement : s.Sid], "StartTitles")
    error_message = "the machine with a Distributed Map may start executions of its own"
  }
}

run "with_webhooks" {
  variables {
    webhooks       = ["https://hooks.example.com/x"]
    webhook_pauses = [5, 60]
  }
  assert {
    condition     = output.environments.notify.STAGEDOOR_WEBHOOK_PAUSES == "5,60" && one(values(aws_sns_topic_subscription.webhook)).protocol == "https"
    error_message = "pauses and subscriptions are what one wants"
  }
}

run "wrong" {
  command = plan
  variables {
    # no artefacts
    artefacts = "tests/none"
    # name in capitals
    name = "Media"
    # too little for pictures
    image = { memory_mb = 128 }
    # too little for the decoder
    video = { memory_mb = 2048 }
    # a length that logs have not
    log_days = 10
    # nothing at once
    titles_at_once = 0
    # a webhook without tls
    webhooks = ["http://hooks.example.com"]
    # no pause
    webhook_pauses = [0]
  }
  expect_failures = [var.name, var.artefacts, var.image, var.video, var.log_days, var.titles_at_once, var.webhooks, var.webhook_pauses]
}

run "wrong_2" {
  command = plan
  variables {
    # less than nothing at once
    image = { concurrency = -2 }
    # no room for a film that is written anew
    video = { disk_mb = 4096 }
  }
  expect_failures = [var.image, var.video]
}

run "wrong_3" {
  command = plan
  variables {
    # half a megabyte
    image = { memory_mb = 2048.5 }
    # less than nothing at once
    video = { concurrency = -2 }
  }
  expect_failures = [var.image, var.video]
}
