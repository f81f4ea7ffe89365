# Each variable that is wrong ends the plan with a sentence about it.

variables {
  artefacts = "./tests/artefacts"
}

run "wrong" {
  command = plan
  variables {
    # name in capitals
    name = "Stagedoor"
    # domain with a scheme
    domain = { name = "https://media.example.com", zone_id = "Z1" }
    # policy that is none
    policy_file = "versions.tf"
    # no pool id
    user_pool = { id = "x", domain = "login.example.com" }
    # an issuer without tls
    other_issuers = [{ issuer = "http://a.example", jwks_uri = "https://a.example/keys", clients = ["a"] }]
    # a reserved prefix
    sign_in_prefix = "aws-media"
    # too short a password
    password_policy = { minimum_length = 4 }
    # no such mfa
    mfa = "yes"
    # too long a token
    access_token_minutes = 2000
    # too short a session
    refresh_token_days = 0
    # a group with a space
    groups = { admins = "", "the editors" = "" }
    # a regional web acl
    web_acl_arn = "arn:aws:wafv2:eu-central-1:123456789012:regional/webacl/a/b"
    # countries both ways
    geo_restriction = { allow = ["DE"], deny = ["FR"] }
    # no price class
    price_class = "PriceClass_1"
    # no kind of log
    access_log = "yes"
    # no such authorizer
    authorizer = "iam"
    # too much memory
    app_memory_mb = 20000
    # no upload
    max_upload_bytes = -1
    # less than nothing
    default_quota = { bytes = -1 }
    # ia too early
    storage = { infrequent_access_days = 1 }
    # too little for pictures
    image = { memory_mb = 128 }
    # too little for films
    video = { timeout_seconds = 5 }
    # a webhook without tls
    topic_webhooks = ["http://hooks.example.com"]
    # a length that logs have not
    log_days = 10
    # no address
    alarm_emails = ["you"]
    # no money
    budget_usd = -5
    # no region
    edge_log_regions = ["europe"]
    # no repository
    github = { repository = "media", state_bucket = "b" }
  }
  expect_failures = [var.name, var.domain, var.policy_file, var.user_pool, var.other_issuers, var.sign_in_prefix, var.password_policy, var.mfa, var.access_token_minutes, var.refresh_token_days, var.groups, var.web_acl_arn, var.geo_restriction, var.price_class, var.access_log, var.authorizer, var.app_memory_mb, var.max_upload_bytes, var.default_quota, var.storage, var.image, var.video, var.topic_webhooks, var.log_days, var.alarm_emails, var.budget_usd, var.edge_log_regions, var.github]
}

run "wrong_2" {
  command = plan
  variables {
    # domain without certificate
    domain = { name = "media.example.com" }
    # administrators without a group
    administrators = "root"
    # half a day
    storage = { log_days = 0.5 }
    # half a byte
    default_quota = { bytes = 0.5 }
    # less than nothing at once
    image = { concurrency = -2 }
    # too little for the decoder
    video = { memory_mb = 2048 }
  }
  expect_failures = [var.domain, var.administrators, var.storage, var.default_quota, var.image, var.video]
}

run "wrong_3" {
  command = plan
  variables {
    # half a megabyte
    image = { memory_mb = 2048.5 }
    # no room for a film that is written anew
    video = { disk_mb = 4096 }
  }
  expect_failures = [var.image, var.video]
}

run "wrong_4" {
  command = plan
  variables {
    # less than nothing at once
    video = { concurrency = -2 }
  }
  expect_failures = [var.video]
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
