# People are in a user pool already. Its groups, password policy and sign-in pages stay as they are; two clients are added to it.

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

variable "user_pool" {
  description = "The pool and the host of its sign-in pages."
  type = object({
    id     = string
    domain = string
  })
  default = {
    id     = "eu-central-1_AbCdEfGhI"
    domain = "login.example.com"
  }
}

module "stagedoor" {
  source = "../.."

  name           = "ownpool"
  user_pool      = var.user_pool
  administrators = "media-admins"

  # Tokens of another provider count too.
  other_issuers = [{
    issuer   = "https://id.example.com"
    jwks_uri = "https://id.example.com/keys"
    clients  = ["stagedoor"]
  }]
}

output "url" {
  description = "The site."
  value       = module.stagedoor.url
}

output "create_user_command" {
  description = "Invites the first person."
  value       = module.stagedoor.create_user_command
}
