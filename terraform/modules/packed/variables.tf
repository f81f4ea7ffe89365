variable "name" {
  description = "What the zip's name begins with."
  type        = string
  nullable    = false
}

variable "program" {
  description = "The zip with the program, as `./build.sh package` makes it."
  type        = string
  nullable    = false

  validation {
    condition     = fileexists(var.program)
    error_message = "program: no such file; `./build.sh package` makes it in dist/."
  }
}

variable "edge_json" {
  description = "EDGE.json, as JSON, which lies beside the program."
  type        = string
  sensitive   = true
  nullable    = false
}

variable "directory" {
  description = "Where the zip is written."
  type        = string
  nullable    = false
}
