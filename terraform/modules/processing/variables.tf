variable "name" {
  description = "What the names of everything here begin with."
  type        = string
  nullable    = false
}

variable "artefacts" {
  description = "The folder with dispatch.zip, image.zip, video.zip and notify.zip, as `./build.sh package` makes them: dist."
  type        = string
  nullable    = false

  validation {
    condition     = alltrue([for name in ["dispatch", "image", "video", "notify"] : fileexists("${var.artefacts}/${name}.zip")])
    error_message = "artefacts: dispatch.zip, image.zip, video.zip or notify.zip is missing there; `./build.sh package` makes them in dist/."
  }
}

variable "artefact_bucket" {
  description = "The bucket that programs are put into on their way to Lambda."
  type        = string
  nullable    = false
}

variable "catalog" {
  description = "The catalog's address, its tables' ARNs by name, and the name and change feed of the table media."
  type = object({
    address          = string
    table_arns       = map(string)
    media_table      = string
    media_stream_arn = string
  })
  nullable = false
}

variable "buckets" {
  description = "Names and ARNs of the buckets raw and processed."
  type = object({
    names = map(string)
    arns  = map(string)
  })
  nullable = false
}

variable "kms_key_arn" {
  description = "The key of buckets, tables, queues, topic and logs."
  type        = string
  nullable    = false
}

variable "image" {
  description = "Memory of the image function in MB, and how long one picture may take in seconds."
  type = object({
    memory_mb       = optional(number, 2048)
    timeout_seconds = optional(number, 300)
    concurrency     = optional(number, -1)
  })
  default  = {}
  nullable = false
}

variable "video" {
  description = "Memory, time and disk of the video function. The disk holds the film and what is made of it; films have 5 GB at most."
  type = object({
    memory_mb       = optional(number, 3008)
    timeout_seconds = optional(number, 900)
    disk_mb         = optional(number, 10240)
    concurrency     = optional(number, -1)
  })
  default  = {}
  nullable = false
}

variable "titles_at_once" {
  description = "How many titles of one batch are worked on at the same time."
  type        = number
  default     = 50
  nullable    = false

  validation {
    condition     = var.titles_at_once >= 1 && var.titles_at_once <= 10000 && floor(var.titles_at_once) == var.titles_at_once
    error_message = "titles_at_once: expected a whole number from 1 to 10000."
  }
}

variable "webhooks" {
  description = "Addresses that the topic tells of every title that has ended; each must confirm its subscription. People's own webhooks are another thing (docs/operations.md)."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for url in var.webhooks : can(regex("^https://[^/ ]+", url))])
    error_message = "webhooks: expected https addresses."
  }
}

variable "webhook_pauses" {
  description = "Seconds before each further attempt at a person's webhook; empty: what the program has."
  type        = list(number)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for pause in var.webhook_pauses : pause >= 1 && floor(pause) == pause])
    error_message = "webhook_pauses: expected whole numbers of 1 or more."
  }
}

variable "log_days" {
  description = "So many days logs are kept."
  type        = number
  default     = 365
  nullable    = false
}

variable "tags" {
  description = "Tags of everything that takes tags."
  type        = map(string)
  default     = {}
  nullable    = false
}
