# The whole site, applied: what leads from one module to another.

variables {
  artefacts = "./tests/artefacts"
}

run "one_apply_ends_with_a_site_that_signs_in" {
  assert {
    condition     = module.identity.callback_urls == toset(["https://${module.edge.distribution_domain}/_auth/callback"])
    error_message = "the client leads back to the distribution that calls the function that names the client"
  }
  assert {
    condition     = output.frontend_config.redirect_sign_in == one(module.identity.callback_urls) && output.frontend_config.user_pool_client_id == module.identity.web_client_id
    error_message = "what is to be pasted says the same"
  }
  assert {
    condition     = [for b in output.behaviours : b.pattern] == concat(["/_auth/*"], [for route in yamldecode(file("../policy.yaml")).routes : replace(route.path, "/\\{[A-Za-z0-9_]+\\}/", "*")])
    error_message = "behaviours are policy.yaml's routes"
  }
  assert {
    condition     = alltrue([for key in ["processed", "site"] : strcontains(module.media.bucket_policies[key], module.edge.distribution_arn)])
    error_message = "buckets are read by this distribution"
  }
  assert {
    condition     = strcontains(aws_kms_key_policy.this.policy, module.edge.distribution_arn)
    error_message = "and so is what is encrypted in them"
  }
  assert {
    condition     = strcontains(output.create_user_command, output.user_pool_id) && startswith(output.url, "https://")
    error_message = "the command invites into this pool"
  }
  assert {
    condition     = !strcontains(jsonencode(output.doctor), "key\":") && output.doctor.edge_version_arn == output.edge_function.version_arn
    error_message = "what is checked from outside holds no secret"
  }
  assert {
    condition     = jsonencode(output.doctor.policy) == jsonencode(local.policy) && output.doctor.key_ids == [for key in try(local.issuers[0].jwks.keys, []) : key.kid] && keys(output.doctor.headers) == ["app", "media", "site"]
    error_message = "it is checked by the policy, the keys and the headers that are deployed"
  }
  assert {
    condition     = local.issuers[0].issuer == module.identity.issuer && local.issuers[0].clients == [module.identity.web_client_id, module.identity.api_client_id]
    error_message = "both clients' tokens count"
  }
  assert {
    condition     = !anytrue([for queue in ["objects", "later"] : contains(module.observability.alarms, "stagedoor-${queue}-queue")]) && contains(module.observability.alarms, "stagedoor-later-failed-queue")
    error_message = "a queue in which there is work gives no alarm, and the one behind it does"
  }
  assert {
    condition     = length(module.observability.alarms) == 23
    error_message = "docs/cost.md counts 23 alarms"
  }
}

run "own_domain" {
  variables {
    domain = { name = "media.example.com", zone_id = "Z0123456789ABCDEFGHIJ" }
  }
  assert {
    condition     = output.url == "https://media.example.com" && module.identity.callback_urls == toset(["https://media.example.com/_auth/callback"])
    error_message = "with a domain everything speaks of it"
  }
  assert {
    condition     = local.certificate == module.dns[0].certificate_arn
    error_message = "the distribution has the certificate once it is valid"
  }
}
