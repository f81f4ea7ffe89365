# When the function is called, and by whom.

variables {
  name            = "media-example-sweep"
  expression      = "rate(1 hour)"
  function_arn    = "arn:aws:lambda:eu-central-1:123456789012:function:media-example-sweep"
  input           = "{}"
  dead_letter_arn = "arn:aws:sqs:eu-central-1:123456789012:media-example-failed"
  kms_key_arn     = "arn:aws:kms:eu-central-1:123456789012:key/12345678-1234-1234-1234-123456789012"
}

run "by_default" {
  assert {
    condition     = [for s in jsondecode(output.policy).Statement : s.Resource if s.Sid == "CallIt"] == [var.function_arn] && aws_scheduler_schedule.this.target[0].dead_letter_config[0].arn == var.dead_letter_arn
    error_message = "it calls this one function, and what it could not call ends in the queue"
  }
}

run "wrong" {
  command = plan
  variables {
    # no schedule
    expression = "hourly"
  }
  expect_failures = [var.expression]
}
