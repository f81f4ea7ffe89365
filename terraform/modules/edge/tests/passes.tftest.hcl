# The first values of the ring, and that later ones are nobody's business here.

variables {
  name            = "media-example"
  artefacts       = "../../tests/artefacts"
  build_directory = ".build"
  policy          = { version = 1, routes = [{ path = "/*", allow = "signed_in", origin = "app" }] }
  issuers         = [{ kind = "cognito", issuer = "https://issuer.example", clients = ["a"] }]
  app_domain      = "app.example.com"
  site_domain     = "site.s3.eu-central-1.amazonaws.com"
  media_domain    = "media.s3.eu-central-1.amazonaws.com"
  kms_key_arn     = "arn:aws:kms:eu-central-1:123456789012:key/12345678-1234-1234-1234-123456789012"
  log_bucket_arn  = "arn:aws:s3:::logs"
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
    condition     = contains(aws_secretsmanager_secret_version.passes.version_stages, "FIRST")
    error_message = "the first version keeps a label, so that AWS never deletes it and Terraform never makes it anew"
  }
  assert {
    condition     = output.pass_store_arn == one(aws_cloudfront_function.viewer_request.key_value_store_associations)
    error_message = "the function reads the store that is written"
  }
}

run "edge_json_mints_with_the_current_key" {
  command = plan
  assert {
    condition     = jsondecode(nonsensitive(local.edge_json)).deployment.keys.pass[0].kid == local.first_key.kid
    error_message = "the edge function mints with the secret's current key"
  }
  assert {
    condition     = jsondecode(nonsensitive(local.edge_json)).deployment.keys.pass[0].key == random_bytes.pass_key.base64
    error_message = "EDGE.json has the key as base64 with padding, the bytes that the secret has"
  }
  assert {
    condition     = jsondecode(nonsensitive(local.edge_json)).deployment.keys.state[0].key != jsondecode(nonsensitive(local.edge_json)).deployment.keys.pass[0].key
    error_message = "sign-in's state has a key of its own"
  }
}

run "wrong" {
  command = plan
  variables {
    # a name that cannot be
    name = "Media"
    # no artefacts
    artefacts = "tests/none"
  }
  expect_failures = [var.name, var.artefacts]
}
