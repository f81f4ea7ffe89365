# The first values of the ring, and that later ones are nobody's business here.

variables {
  name                = "media-example"
  viewer_request_file = "tests/viewer-request.js"
}

run "first_values" {
  assert {
    condition     = jsondecode(aws_secretsmanager_secret_version.passes.secret_string).keys[0].state == "current"
    error_message = "the secret has one current key"
  }
  assert {
    condition     = can(regex("^[A-Za-z0-9_-]{43}$", jsondecode(aws_cloudfrontkeyvaluestore_key.ring.value).keys[0].secret))
    error_message = "the ring has 32 bytes as base64url without padding"
  }
  assert {
    condition     = jsondecode(aws_cloudfrontkeyvaluestore_key.ring.value).keys[0].secret == jsondecode(aws_secretsmanager_secret_version.passes.secret_string).keys[0].secret
    error_message = "the ring follows from the secret"
  }
  assert {
    condition     = !contains(keys(jsondecode(aws_cloudfrontkeyvaluestore_key.ring.value).keys[0]), "state") && jsondecode(aws_cloudfrontkeyvaluestore_key.ring.value).revocations == false
    error_message = "the ring has what the function reads, and no revocation"
  }
  assert {
    condition     = output.pass_store_arn == one(aws_cloudfront_function.viewer_request.key_value_store_associations)
    error_message = "the function reads the store that is written"
  }
}

run "a_name_that_cannot_be" {
  command = plan
  variables {
    name = "Media"
  }
  expect_failures = [var.name]
}

run "no_function" {
  command = plan
  variables {
    viewer_request_file = "tests/none.js"
  }
  expect_failures = [var.viewer_request_file]
}
