# Who may be the workflows' roles.

variables {
  name         = "media-example"
  repository   = "example/media"
  state_bucket = "example-terraform-state"
}

run "roles" {
  assert {
    condition     = flatten([jsondecode(output.trust_policies.deploy).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:sub"]]) == ["repo:example/media:ref:refs/heads/main"]
    error_message = "the branch that is deployed alone may deploy"
  }
  assert {
    condition     = contains(jsondecode(output.trust_policies.plan).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:sub"], "repo:example/media:pull_request")
    error_message = "pull requests may plan"
  }
  assert {
    condition     = jsondecode(output.trust_policies.plan).Statement[0].Condition.StringEquals["token.actions.githubusercontent.com:aud"] == "sts.amazonaws.com"
    error_message = "tokens for AWS alone count"
  }
  assert {
    condition     = !strcontains(output.policies.plan, "iam:")
    error_message = "who plans makes no roles"
  }
  assert {
    condition     = [for s in jsondecode(output.policies.plan).Statement : s.Effect if s.Sid == "NotWhatPeoplePutIn"] == ["Deny"]
    error_message = "who plans reads nothing of what people have put in"
  }
  assert {
    condition     = [for s in jsondecode(output.policies.deploy).Statement : s.Effect if s.Sid == "NotItself"] == ["Deny"]
    error_message = "who deploys cannot change itself"
  }
}

run "provider_there_already" {
  command = plan
  variables {
    oidc_provider_arn = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
  }
  assert {
    condition     = length(aws_iam_openid_connect_provider.github) == 0
    error_message = "an account has GitHub's provider once"
  }
}

run "wrong" {
  command = plan
  variables {
    # no repository
    repository = "media"
    # any branch
    branch = "*"
    # another provider
    oidc_provider_arn = "arn:aws:iam::123456789012:oidc-provider/example.com"
  }
  expect_failures = [var.repository, var.branch, var.oidc_provider_arn]
}
