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
    error_message = "no deployment changes who may deploy"
  }
  assert {
    condition     = [for s in jsondecode(output.policies.deploy).Statement : s.Resource if s.Sid == "ReadGitHubsProvider"] == ["arn:aws:iam::${local.account}:oidc-provider/token.actions.githubusercontent.com"]
    error_message = "who deploys reads the provider that is in the state"
  }
  # With an environment GitHub names that in the token's subject, and no branch.
  assert {
    condition     = strcontains(output.trust_policies.deploy, ":ref:") && alltrue([for job in values(yamldecode(file("../../../.github/workflows/deploy.yml")).jobs) : !contains(keys(job), "environment")])
    error_message = "the workflow's subject is the branch that the role trusts"
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
  assert {
    condition     = !strcontains(data.aws_iam_policy_document.role["deploy"].json, "ReadGitHubsProvider")
    error_message = "what is in no state is not read"
  }
}

run "wrong" {
  command = plan
  variables {
    # name in capitals
    name = "Media"
    # any bucket
    state_bucket = "*"
    # any key
    state_key = "stagedoor/*"
    # no repository
    repository = "media"
    # any branch
    branch = "*"
    # another provider
    oidc_provider_arn = "arn:aws:iam::123456789012:oidc-provider/example.com"
  }
  expect_failures = [var.name, var.state_bucket, var.state_key, var.repository, var.branch, var.oidc_provider_arn]
}
