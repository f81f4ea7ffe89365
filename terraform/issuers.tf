# Whose tokens count. The pool's keys are read at apply and baked in, so that no instance of the edge function begins with a request for
# them; it reads them anew once a day by itself.

data "http" "keys" {
  url                = "${module.identity.issuer}/.well-known/jwks.json"
  request_timeout_ms = 10000

  # A pool that was made a second ago.
  retry {
    attempts     = 5
    min_delay_ms = 1000
  }

  lifecycle {
    postcondition {
      condition     = self.status_code == 200 && can(jsondecode(self.response_body).keys)
      error_message = "The key set of the user pool cannot be read: ${self.status_code} from ${self.url}. Is user_pool.id right?"
    }
  }
}

locals {
  # By kid, as the order of a key set says nothing. Without any key the function fetches them on first use.
  keys = values({ for key in jsondecode(data.http.keys.response_body).keys : key.kid => { for field, value in key : field => value if contains(["kid", "kty", "alg", "use", "n", "e"], field) } })

  issuers = concat(
    [merge(
      {
        kind    = "cognito"
        issuer  = module.identity.issuer
        clients = [module.identity.web_client_id, module.identity.api_client_id]
      },
      length(local.keys) == 0 ? {} : { jwks = { keys = local.keys } },
    )],
    [for issuer in var.other_issuers : merge({ kind = "oidc" }, issuer)],
  )
}
