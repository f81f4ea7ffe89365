terraform {
  required_version = ">= 1.10"
  required_providers {
    archive = {
      source  = "hashicorp/archive"
      version = ">= 2.7, < 3.0"
    }
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.23, < 7.0"
    }
    http = {
      source  = "hashicorp/http"
      version = ">= 3.5, < 4.0"
    }
    random = {
      source  = "hashicorp/random"
      version = ">= 3.7, < 4.0"
    }
  }
}
