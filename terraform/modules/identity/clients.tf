# Two clients: the site's own (code and PKCE at the edge, SRP in the app's own pages; refresh tokens rotate) and that of scripts.
#
# The site's client must name the site's address, the edge function must name the client, and the distribution, which gives a site
# without a domain its address, must name the function. So that one apply is enough the client is made with a placeholder, and once
# there is a distribution a second resource, which takes over clients that are there already, writes the address in.

locals {
  site_url  = "https://${var.site_domain != null ? var.site_domain : var.distribution_domain}"
  first_url = "https://not-yet-known.invalid"
  web_name  = "${var.name}-web"
  web_flows = ["ALLOW_USER_SRP_AUTH"]
}

resource "aws_cognito_user_pool_client" "web" {
  name         = local.web_name
  user_pool_id = local.pool_id

  allowed_oauth_flows_user_pool_client = true
  allowed_oauth_flows                  = ["code"]
  allowed_oauth_scopes                 = var.scopes
  supported_identity_providers         = ["COGNITO"]
  callback_urls                        = ["${local.first_url}/_auth/callback"]
  logout_urls                          = ["${local.first_url}/_auth/signed-out"]
  explicit_auth_flows                  = local.web_flows
  prevent_user_existence_errors        = "ENABLED"
  enable_token_revocation              = true
  access_token_validity                = var.access_token_minutes
  id_token_validity                    = var.access_token_minutes
  refresh_token_validity               = var.refresh_token_days

  token_validity_units {
    access_token  = "minutes"
    id_token      = "minutes"
    refresh_token = "days"
  }

  # Two tabs that renew at once both succeed.
  refresh_token_rotation {
    feature                    = "ENABLED"
    retry_grace_period_seconds = 60
  }

  lifecycle {
    # The resource below writes them.
    ignore_changes = [callback_urls, logout_urls]
  }
}

resource "aws_cognito_managed_user_pool_client" "web" {
  user_pool_id = local.pool_id
  name_pattern = "^${local.web_name}$"

  callback_urls = ["${local.site_url}/_auth/callback"]
  logout_urls   = ["${local.site_url}/_auth/signed-out"]

  # The rest is as above: an update of a client sets everything.
  allowed_oauth_flows_user_pool_client = true
  allowed_oauth_flows                  = ["code"]
  allowed_oauth_scopes                 = var.scopes
  supported_identity_providers         = ["COGNITO"]
  explicit_auth_flows                  = local.web_flows
  prevent_user_existence_errors        = "ENABLED"
  enable_token_revocation              = true
  access_token_validity                = var.access_token_minutes
  id_token_validity                    = var.access_token_minutes
  refresh_token_validity               = var.refresh_token_days

  token_validity_units {
    access_token  = "minutes"
    id_token      = "minutes"
    refresh_token = "days"
  }

  refresh_token_rotation {
    feature                    = "ENABLED"
    retry_grace_period_seconds = 60
  }

  depends_on = [aws_cognito_user_pool_client.web]
}

# Scripts and `stagedoor upload` sign in by a password and renew without rotation: a script that dies between two requests would
# otherwise lose its session.
resource "aws_cognito_user_pool_client" "api" {
  name         = "${var.name}-api"
  user_pool_id = local.pool_id

  explicit_auth_flows           = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
  supported_identity_providers  = ["COGNITO"]
  prevent_user_existence_errors = "ENABLED"
  enable_token_revocation       = true
  access_token_validity         = var.access_token_minutes
  id_token_validity             = var.access_token_minutes
  refresh_token_validity        = var.refresh_token_days

  token_validity_units {
    access_token  = "minutes"
    id_token      = "minutes"
    refresh_token = "days"
  }
}
