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

run "policy_without_version" {
  command = plan
  variables {
    policy = { routes = [{ path = "/*", allow = "signed_in", origin = "app" }] }
  }
  expect_failures = [var.policy]
}

run "policy_without_routes" {
  command = plan
  variables {
    policy = { version = 1, routes = [] }
  }
  expect_failures = [var.policy]
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

run "no_issuer" {
  command = plan
  variables {
    issuers = []
  }
  expect_failures = [var.issuers]
}

run "an_issuer_without_clients" {
  command = plan
  variables {
    issuers = [{ kind = "oidc", issuer = "https://issuer.example", clients = [] }]
  }
  expect_failures = [var.issuers]
}

run "a_regional_web_acl" {
  command = plan
  variables {
    web_acl_arn = "arn:aws:wafv2:eu-central-1:123456789012:regional/webacl/a/b"
  }
  expect_failures = [var.web_acl_arn]
}

run "both_lists_of_countries" {
  command = plan
  variables {
    geo_restriction = { allow = ["DE"], deny = ["FR"] }
  }
  expect_failures = [var.geo_restriction]
}

run "no_country" {
  command = plan
  variables {
    geo_restriction = { allow = ["Germany"] }
  }
  expect_failures = [var.geo_restriction]
}

run "no_price_class" {
  command = plan
  variables {
    price_class = "cheap"
  }
  expect_failures = [var.price_class]
}

run "no_kind_of_log" {
  command = plan
  variables {
    access_log = "on"
  }
  expect_failures = [var.access_log]
}

run "too_little_memory" {
  command = plan
  variables {
    memory_mb = 64
  }
  expect_failures = [var.memory_mb]
}

run "too_little_time" {
  command = plan
  variables {
    timeout_seconds = 1
  }
  expect_failures = [var.timeout_seconds]
}
