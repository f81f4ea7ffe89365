# Everything that can be switched on.

terraform {
  required_version = ">= 1.10"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.23, < 7.0"
    }
  }
}

provider "aws" {
  region = var.region
}

variable "region" {
  description = "Where the site is."
  type        = string
  default     = "eu-central-1"
}

module "stagedoor" {
  source = "../.."

  name    = "everything"
  protect = false # true for a site that anybody relies on; then `terraform destroy` leaves what people have put in
  tags    = { site = "everything" }

  domain = {
    name            = "media.example.com"
    certificate_arn = "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"
    hsts_subdomains = true
  }

  password_policy      = { minimum_length = 8, lowercase = false, uppercase = false, numbers = false }
  mfa                  = "required"
  sms                  = true
  self_sign_up         = true
  groups               = { admins = "Administrators of the site", editors = "May upload for others" }
  access_token_minutes = 5
  refresh_token_days   = 90
  identity_pool        = { guests = true }

  web_acl_arn     = "arn:aws:wafv2:us-east-1:123456789012:global/webacl/site/12345678-1234-1234-1234-123456789012"
  geo_restriction = { allow = ["DE", "AT", "CH"] }
  price_class     = "PriceClass_All"
  access_log      = "with_paths"

  authorizer       = "lambda"
  app_memory_mb    = 1024
  max_upload_bytes = null
  default_quota    = { bytes = 100000000000, minutes = 600 }
  token_api        = true

  storage        = { infrequent_access_days = 60, derived_expiry_days = 7, rendition_expiry_days = null, old_version_days = 30, log_days = 14 }
  image          = { memory_mb = 4096 }
  video          = { memory_mb = 10240, concurrency = 5 }
  topic_webhooks = ["https://hooks.example.com/stagedoor"]

  alarm_emails     = ["you@example.com"]
  budget_usd       = 100
  log_days         = 400
  edge_log_regions = ["eu-central-1", "us-east-1"]

  github = {
    repository   = "example/media"
    state_bucket = "example-terraform-state"
  }
}

output "url" {
  description = "The site."
  value       = module.stagedoor.url
}

output "create_user_command" {
  description = "Invites the first person."
  value       = module.stagedoor.create_user_command
}
