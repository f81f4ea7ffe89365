variable "name" {
  description = "What the names of everything here begin with, such as media-example."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,30}[a-z0-9]$", var.name))
    error_message = "name: expected 3 to 32 characters of a-z, 0-9 and -, a letter first and no - last."
  }
}

variable "viewer_request_file" {
  description = "The CloudFront Function, as `./build.sh package` writes it: dist/viewer-request.js."
  type        = string
  nullable    = false

  validation {
    condition     = fileexists(var.viewer_request_file)
    error_message = "viewer_request_file: no such file; `./build.sh package` makes dist/viewer-request.js."
  }
  validation {
    condition     = try(length(file(var.viewer_request_file)) <= 10240, false)
    error_message = "viewer_request_file: CloudFront takes 10,240 bytes at most."
  }
}

variable "tags" {
  description = "Tags of everything that takes tags."
  type        = map(string)
  default     = {}
  nullable    = false
}
