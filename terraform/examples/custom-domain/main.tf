# A domain of one's own in a zone of Route 53: the certificate, its proof and the site's records are made too.

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

variable "domain" {
  description = "The site's domain."
  type        = string
  default     = "media.example.com"
}

variable "zone_id" {
  description = "The hosted zone that holds it."
  type        = string
  default     = "Z0123456789ABCDEFGHIJ"
}

module "stagedoor" {
  source = "../.."

  name    = "domain"
  protect = false
  domain = {
    name    = var.domain
    zone_id = var.zone_id
  }
  alarm_emails = ["you@example.com"]
  budget_usd   = 20
}

output "url" {
  description = "The site."
  value       = module.stagedoor.url
}

output "create_user_command" {
  description = "Invites the first person."
  value       = module.stagedoor.create_user_command
}
