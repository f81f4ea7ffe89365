# The least there can be: a site under the distribution's own name, with a user pool of its own. One apply ends with a site that signs
# people in: the client's addresses are written last, once there is a distribution (modules/identity/clients.tf).

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

  name = "minimal"
}

output "url" {
  description = "The site."
  value       = module.stagedoor.url
}

output "create_user_command" {
  description = "Invites the first person."
  value       = module.stagedoor.create_user_command
}
