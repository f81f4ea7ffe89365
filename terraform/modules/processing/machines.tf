# Three state machines. Expressions are JSONata.
#
#   process  titles that became `uploaded`: dispatch, then the image or the video processor, each title an execution of its own
#   objects  new objects of the raw bucket: dispatch, which gives them a row; the row's way is `process`
#   notify   titles that became `ready` or `failed`: the topic and webhooks

locals {
  # All places are taken (`video.concurrency`, the account's own limit): the title waits for its turn, a day or so.
  throttled = {
    ErrorEquals     = ["Lambda.TooManyRequestsException"]
    IntervalSeconds = 5
    BackoffRate     = 2
    MaxAttempts     = 600
    MaxDelaySeconds = 300
    JitterStrategy  = "FULL"
  }
  # Of Lambda's own making: worth another try at once.
  busy = {
    ErrorEquals     = ["Lambda.ServiceException", "Lambda.AWSLambdaException", "Lambda.SdkClientException"]
    IntervalSeconds = 2
    BackoffRate     = 2
    MaxAttempts     = 6
    MaxDelaySeconds = 60
    JitterStrategy  = "FULL"
  }
  # Ran into its time-out or out of memory: it will again, but for chance.
  exhausted = { ErrorEquals = ["Sandbox.Timedout", "Lambda.Unknown", "States.Timeout", "Runtime.ExitError"], IntervalSeconds = 30, MaxAttempts = 1 }
  # Our own errors: a store did not answer. What is wrong with a file is an answer and no error.
  failed = { ErrorEquals = ["States.ALL"], IntervalSeconds = 5, BackoffRate = 4, MaxAttempts = 5, MaxDelaySeconds = 900, JitterStrategy = "FULL" }
  retry  = [local.throttled, local.busy, local.exhausted, local.failed]

  invoke = "arn:aws:states:::lambda:invoke"

  # The statement that processors/ and local/ have: the original is kept.
  gave_up = "Processing failed repeatedly; the original is kept."

  make = {
    for name in ["image", "video"] : name => {
      Type           = "Task"
      Resource       = local.invoke
      Arguments      = { FunctionName = module.function[name].arn, Payload = { media_id = "{% $media_id %}" } }
      TimeoutSeconds = local.functions[name].limits.timeout_seconds + 60
      Output         = "{% $states.result.Payload %}"
      Retry          = local.retry
      Catch          = [local.give_up]
      End            = true
    }
  }
  give_up = { ErrorEquals = ["States.ALL"], Assign = { error = "{% $states.errorOutput.Error %}" }, Next = "GiveUp" }

  title = {
    ProcessorConfig = { Mode = "DISTRIBUTED", ExecutionType = "STANDARD" }
    StartAt         = "Title"
    States = {
      Title = { Type = "Pass", Assign = { media_id = "{% $states.input.media_id %}" }, Next = "Dispatch" }
      Dispatch = {
        Type           = "Task"
        Resource       = local.invoke
        Arguments      = { FunctionName = module.function["dispatch"].arn, Payload = { media_id = "{% $media_id %}" } }
        TimeoutSeconds = local.functions.dispatch.limits.timeout_seconds + 60
        Output         = "{% $states.result.Payload.items[0] %}"
        Retry          = local.retry
        Catch          = [local.give_up]
        Next           = "Kind"
      }
      Kind = {
        Type = "Choice"
        Choices = [
          { Condition = "{% $states.input.kind = 'image' %}", Next = "Image" },
          { Condition = "{% $states.input.kind = 'video' %}", Next = "Video" },
        ]
        # unsupported, missing, ended: the row says so already.
        Default = "Nothing"
      }
      Nothing = { Type = "Succeed" }
      # Not in `make`: its two values have to be of one type.
      Image = { for key, value in merge(local.make.image, { Next = "Made" }) : key => value if key != "End" }
      Made = {
        Type    = "Choice"
        Choices = [{ Condition = "{% $states.input.status = 'ready' %}", Next = "Later" }]
        Default = "Nothing"
      }
      # The title is ready: whatever happens to what takes longer, it stays so.
      Later = {
        Type     = "Task"
        Resource = "arn:aws:states:::sqs:sendMessage"
        Arguments = {
          QueueUrl    = aws_sqs_queue.later.url
          MessageBody = { media_id = "{% $media_id %}", later = true }
        }
        Retry = [local.failed]
        Catch = [{ ErrorEquals = ["States.ALL"], Next = "Nothing" }]
        End   = true
      }
      Video = local.make.video
      # As the catalog ends a title (catalog/src/dynamo/media.rs, `finish`): nobody waits for a row that no one will end.
      GiveUp = {
        Type     = "Task"
        Resource = "arn:aws:states:::dynamodb:updateItem"
        Arguments = {
          TableName                = var.catalog.media_table
          Key                      = { pk = { S = "{% 'm#' & $media_id %}" }, sk = { S = "row" } }
          UpdateExpression         = "SET #status = :failed, #work = :work, #updated_at = :now, #reason = :reason"
          ConditionExpression      = "#status IN (:uploaded, :processing)"
          ExpressionAttributeNames = { for name in ["status", "work", "updated_at", "reason"] : "#${name}" => name }
          ExpressionAttributeValues = {
            ":failed"     = { S = "failed" }
            ":work"       = { S = "status|failed" }
            ":now"        = { N = "{% $string($millis()) %}" }
            ":reason"     = { S = local.gave_up }
            ":uploaded"   = { S = "uploaded" }
            ":processing" = { S = "processing" }
          }
        }
        Retry = [merge(local.failed, { ErrorEquals = ["DynamoDB.ProvisionedThroughputExceededException", "DynamoDB.TransactionConflictException", "DynamoDB.InternalServerErrorException", "States.Timeout"] })]
        # The condition: somebody has ended it meanwhile.
        Catch = [{ ErrorEquals = ["States.ALL"], Next = "Remember" }]
        Next  = "Remember"
      }
      Remember = local.remember
      GaveUp   = { Type = "Fail", Error = "GaveUp", Cause = "{% 'media ' & $media_id & ': ' & $error %}" }
    }
  }
  remember = {
    Type     = "Task"
    Resource = "arn:aws:states:::sqs:sendMessage"
    Arguments = {
      QueueUrl    = aws_sqs_queue.last["given-up"].url
      MessageBody = { media_id = "{% $media_id %}", error = "{% $error %}", execution = "{% $states.context.Execution.Id %}" }
    }
    Retry = [local.failed]
    Next  = "GaveUp"
  }

  definitions = {
    process = {
      Comment       = "Titles that were uploaded, a list of {media_id}"
      QueryLanguage = "JSONata"
      StartAt       = "Titles"
      States = {
        Titles = {
          Type           = "Map"
          Items          = "{% $states.input %}"
          MaxConcurrency = var.titles_at_once
          # A title that fails takes no other with it.
          ToleratedFailurePercentage = 100
          ItemProcessor              = local.title
          # Outputs of all together could be too large for one.
          Output = {}
          End    = true
        }
      }
    }

    objects = {
      Comment       = "Messages of the queue with S3's events as EventBridge sends them"
      QueryLanguage = "JSONata"
      StartAt       = "Dispatch"
      States = {
        Dispatch = {
          Type     = "Task"
          Resource = local.invoke
          Arguments = {
            FunctionName = module.function["dispatch"].arn
            Payload      = { Records = "{% ${local.records} %}" }
          }
          TimeoutSeconds = local.functions.dispatch.limits.timeout_seconds + 30
          Output         = "{% $states.result.Payload %}"
          # An Express execution has five minutes; after that the queue has the message again.
          Retry = [merge(local.busy, { ErrorEquals = concat(local.throttled.ErrorEquals, local.busy.ErrorEquals), MaxAttempts = 3, MaxDelaySeconds = 10 })]
          End   = true
        }
      }
    }

    notify = {
      Comment       = "Titles that have ended, a list of {media_id}"
      QueryLanguage = "JSONata"
      StartAt       = "Titles"
      States = {
        Titles = {
          Type  = "Map"
          Items = "{% $states.input %}"
          ItemProcessor = {
            ProcessorConfig = { Mode = "INLINE" }
            StartAt         = "Title"
            States = {
              Title = { Type = "Pass", Assign = { media_id = "{% $states.input.media_id %}" }, Next = "Notify" }
              Notify = {
                Type           = "Task"
                Resource       = local.invoke
                Arguments      = { FunctionName = module.function["notify"].arn, Payload = { media_id = "{% $media_id %}" } }
                TimeoutSeconds = local.functions.notify.limits.timeout_seconds + 60
                Output         = "{% $states.result.Payload %}"
                # All titles of a batch share one history, which holds 25,000 events.
                Retry = [merge(local.throttled, { MaxAttempts = 100 }), local.busy, local.failed]
                Catch = [merge(local.give_up, { Next = "Remember" })]
                End   = true
              }
              Remember = merge(local.remember, { Next = "Nothing" })
              Nothing  = { Type = "Succeed" }
            }
          }
          End = true
        }
      }
    }
  }

  # EventBridge has keys as they are, S3's own notifications have them URL-encoded, and dispatch reads the latter.
  records = join(" ", [
    "[$states.input.(",
    "$event := $type(body) = 'string' ? $parse(body) : body;",
    "{'eventName': 'ObjectCreated:' & $event.detail.reason,",
    "'s3': {'bucket': {'name': $event.detail.bucket.name}, 'object': {'key': $encodeUrlComponent($event.detail.object.key)}}}",
    ")]",
  ])
}

resource "aws_cloudwatch_log_group" "machine" {
  for_each          = local.definitions
  name              = "/aws/vendedlogs/states/${var.name}-${each.key}"
  retention_in_days = var.log_days
  kms_key_id        = var.kms_key_arn
  tags              = var.tags
}

resource "aws_sfn_state_machine" "this" {
  for_each   = local.definitions
  name       = "${var.name}-${each.key}"
  type       = each.key == "objects" ? "EXPRESS" : "STANDARD"
  role_arn   = aws_iam_role.machine[each.key].arn
  definition = jsonencode(each.value)
  tags       = var.tags

  logging_configuration {
    level                  = "ERROR"
    include_execution_data = true
    log_destination        = "${aws_cloudwatch_log_group.machine[each.key].arn}:*"
  }

  tracing_configuration {
    enabled = true
  }

  depends_on = [aws_iam_role_policy.machine]
}
