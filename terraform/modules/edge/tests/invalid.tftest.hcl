# Each variable that is wrong ends the plan with a sentence about it.

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

run "wrong" {
  command = plan
  variables {
    # policy without version
    policy = { routes = [{ path = "/*", allow = "signed_in", origin = "app" }] }
    # no issuer
    issuers = []
    # a regional web acl
    web_acl_arn = "arn:aws:wafv2:eu-central-1:123456789012:regional/webacl/a/b"
    # both lists of countries
    geo_restriction = { allow = ["DE"], deny = ["FR"] }
    # no price class
    price_class = "cheap"
    # no kind of log
    access_log = "on"
    # too little memory
    memory_mb = 64
    # too little time
    timeout_seconds = 1
  }
  expect_failures = [var.policy, var.issuers, var.web_acl_arn, var.geo_restriction, var.price_class, var.access_log, var.memory_mb, var.timeout_seconds]
}

run "wrong_2" {
  command = plan
  variables {
    # policy without routes
    policy = { version = 1, routes = [] }
    # an issuer without clients
    issuers = [{ kind = "oidc", issuer = "https://issuer.example", clients = [] }]
    # no country
    geo_restriction = { allow = ["Germany"] }
  }
  expect_failures = [var.policy, var.issuers, var.geo_restriction]
}

run "policy_with_a_relative_path" {
  command = plan
  variables {
    policy = { version = 1, routes = [{ path = "x", allow = "signed_in", origin = "app" }] }
  }
  expect_failures = [var.policy]
}

run "policy_without_allow" {
  command = plan
  variables {
    policy = { version = 1, routes = [{ path = "/x", origin = "app" }] }
  }
  expect_failures = [var.policy]
}

run "policy_without_origin" {
  command = plan
  variables {
    policy = { version = 1, routes = [{ path = "/x", allow = "signed_in" }] }
  }
  expect_failures = [var.policy]
}

run "policy_with_an_unknown_origin" {
  command = plan
  variables {
    policy = { version = 1, routes = [{ path = "/x", allow = "signed_in", origin = "elsewhere" }] }
  }
  expect_failures = [var.policy]
}

run "policy_with_an_unknown_gate" {
  command = plan
  variables {
    policy = { version = 1, routes = [{ path = "/x", allow = "signed_in", origin = "app", gate = "none" }] }
  }
  expect_failures = [var.policy]
}

run "policy_that_leaves_tokens_to_the_function" {
  command = plan
  variables {
    policy = { version = 1, routes = [{ path = "/x", allow = "signed_in", origin = "media", gate = "function" }] }
  }
  expect_failures = [var.policy]
}

run "policy_that_leaves_groups_to_the_function" {
  command = plan
  variables {
    policy = { version = 1, routes = [{ path = "/x", allow = { groups_any = ["a"] }, origin = "media", gate = "function" }] }
  }
  expect_failures = [var.policy]
}

run "policy_with_an_unknown_cache" {
  command = plan
  variables {
    policy = { version = 1, routes = [{ path = "/x", allow = "signed_in", origin = "media", cache = "forever" }] }
  }
  expect_failures = [var.policy]
}

run "policy_that_caches_the_app" {
  command = plan
  variables {
    policy = { version = 1, routes = [{ path = "/x", allow = "signed_in", origin = "app", cache = "media" }] }
  }
  expect_failures = [var.policy]
}

run "policy_with_one_pattern_twice" {
  command = plan
  variables {
    policy = { version = 1, routes = [{ path = "/{a}/x", allow = "signed_in", origin = "app" }, { path = "/{b}/x", allow = "anyone", origin = "app" }] }
  }
  expect_failures = [var.policy]
}

run "policy_with_too_many_routes" {
  command = plan
  variables {
    policy = { version = 1, routes = [for i in range(75) : { path = "/${i}", allow = "anyone", origin = "app" }] }
  }
  expect_failures = [var.policy]
}
