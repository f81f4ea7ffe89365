# Each variable that is wrong ends the plan with a sentence about it.

variables {
  artefacts = "./tests/artefacts"
}

run "name_in_capitals" {
  command = plan
  variables {
    name = "Stagedoor"
  }
  expect_failures = [var.name]
}

run "domain_with_a_scheme" {
  command = plan
  variables {
    domain = { name = "https://media.example.com", zone_id = "Z1" }
  }
  expect_failures = [var.domain]
}

run "domain_without_certificate" {
  command = plan
  variables {
    domain = { name = "media.example.com" }
  }
  expect_failures = [var.domain]
}

run "domain_with_both" {
  command = plan
  variables {
    domain = { name = "media.example.com", zone_id = "Z1", certificate_arn = "arn:aws:acm:us-east-1:123456789012:certificate/a" }
  }
  expect_failures = [var.domain]
}

run "certificate_elsewhere" {
  command = plan
  variables {
    domain = { name = "media.example.com", certificate_arn = "arn:aws:acm:eu-central-1:123456789012:certificate/a" }
  }
  expect_failures = [var.domain]
}

run "policy_that_is_none" {
  command = plan
  variables {
    policy_file = "versions.tf"
  }
  expect_failures = [var.policy_file]
}

run "no_pool_id" {
  command = plan
  variables {
    user_pool = { id = "x", domain = "login.example.com" }
  }
  expect_failures = [var.user_pool]
}

run "an_issuer_without_tls" {
  command = plan
  variables {
    other_issuers = [{ issuer = "http://a.example", jwks_uri = "https://a.example/keys", clients = ["a"] }]
  }
  expect_failures = [var.other_issuers]
}

run "a_reserved_prefix" {
  command = plan
  variables {
    sign_in_prefix = "aws-media"
  }
  expect_failures = [var.sign_in_prefix]
}

run "too_short_a_password" {
  command = plan
  variables {
    password_policy = { minimum_length = 4 }
  }
  expect_failures = [var.password_policy]
}

run "no_such_mfa" {
  command = plan
  variables {
    mfa = "yes"
  }
  expect_failures = [var.mfa]
}

run "administrators_without_a_group" {
  command = plan
  variables {
    administrators = "root"
  }
  expect_failures = [var.administrators]
}

run "too_long_a_token" {
  command = plan
  variables {
    access_token_minutes = 2000
  }
  expect_failures = [var.access_token_minutes]
}

run "too_short_a_session" {
  command = plan
  variables {
    refresh_token_days = 0
  }
  expect_failures = [var.refresh_token_days]
}

run "a_regional_web_acl" {
  command = plan
  variables {
    web_acl_arn = "arn:aws:wafv2:eu-central-1:123456789012:regional/webacl/a/b"
  }
  expect_failures = [var.web_acl_arn]
}

run "countries_both_ways" {
  command = plan
  variables {
    geo_restriction = { allow = ["DE"], deny = ["FR"] }
  }
  expect_failures = [var.geo_restriction]
}

run "no_price_class" {
  command = plan
  variables {
    price_class = "PriceClass_1"
  }
  expect_failures = [var.price_class]
}

run "no_kind_of_log" {
  command = plan
  variables {
    access_log = "yes"
  }
  expect_failures = [var.access_log]
}

run "no_such_authorizer" {
  command = plan
  variables {
    authorizer = "iam"
  }
  expect_failures = [var.authorizer]
}

run "too_much_memory" {
  command = plan
  variables {
    app_memory_mb = 20000
  }
  expect_failures = [var.app_memory_mb]
}

run "no_upload" {
  command = plan
  variables {
    max_upload_bytes = -1
  }
  expect_failures = [var.max_upload_bytes]
}

run "less_than_nothing" {
  command = plan
  variables {
    default_quota = { bytes = -1 }
  }
  expect_failures = [var.default_quota]
}

run "ia_too_early" {
  command = plan
  variables {
    storage = { infrequent_access_days = 1 }
  }
  expect_failures = [var.storage]
}

run "half_a_day" {
  command = plan
  variables {
    storage = { log_days = 0.5 }
  }
  expect_failures = [var.storage]
}

run "no_ffmpeg" {
  command = plan
  variables {
    ffmpeg = "none.zip"
  }
  expect_failures = [var.ffmpeg]
}

run "too_little_for_pictures" {
  command = plan
  variables {
    image = { memory_mb = 128 }
  }
  expect_failures = [var.image]
}

run "too_little_for_films" {
  command = plan
  variables {
    video = { timeout_seconds = 5 }
  }
  expect_failures = [var.video]
}

run "a_webhook_without_tls" {
  command = plan
  variables {
    topic_webhooks = ["http://hooks.example.com"]
  }
  expect_failures = [var.topic_webhooks]
}

run "a_length_that_logs_have_not" {
  command = plan
  variables {
    log_days = 10
  }
  expect_failures = [var.log_days]
}

run "no_address" {
  command = plan
  variables {
    alarm_emails = ["you"]
  }
  expect_failures = [var.alarm_emails]
}

run "no_money" {
  command = plan
  variables {
    budget_usd = -5
  }
  expect_failures = [var.budget_usd]
}

run "no_repository" {
  command = plan
  variables {
    github = { repository = "media", state_bucket = "b" }
  }
  expect_failures = [var.github]
}
