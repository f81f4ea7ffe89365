variable "name" {
  description = "What the names of everything here begin with."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,22}[a-z0-9]$", var.name))
    error_message = "name: expected 3 to 24 characters of a-z, 0-9 and -, a letter first and no - last."
  }
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
  description = "Memory, time and reserved concurrency of the image function."
  type = object({
    memory_mb       = optional(number, 2048)
    timeout_seconds = optional(number, 300)
    concurrency     = optional(number, -1)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.image.memory_mb >= 512 && var.image.memory_mb <= 10240 && floor(var.image.memory_mb) == var.image.memory_mb && var.image.timeout_seconds >= 10 && var.image.timeout_seconds <= 900 && floor(var.image.timeout_seconds) == var.image.timeout_seconds
    error_message = "image: expected whole numbers, memory_mb from 512 to 10240 and timeout_seconds from 10 to 900."
  }
  validation {
    condition     = var.image.concurrency >= -1 && floor(var.image.concurrency) == var.image.concurrency
    error_message = "image.concurrency: expected -1, or a whole number of 0 or more."
  }
}

variable "video" {
  description = "Memory, time, disk and reserved concurrency of the video function. MP4 films never touch the disk; others (Matroska, WebM, MPEG-TS, and MP4 in fragments or with data about places) are written anew and may have two fifths of it; films have 5 GB at most."
  type = object({
    memory_mb       = optional(number, 3008)
    timeout_seconds = optional(number, 900)
    disk_mb         = optional(number, 10240)
    concurrency     = optional(number, -1)
  })
  default  = {}
  nullable = false

  # The process that decodes may have 2048 MB; the function itself needs some.
  validation {
    condition     = var.video.memory_mb >= 3008 && var.video.memory_mb <= 10240 && floor(var.video.memory_mb) == var.video.memory_mb
    error_message = "video.memory_mb: expected a whole number from 3008 to 10240."
  }
  validation {
    condition     = var.video.disk_mb >= 5120 && var.video.disk_mb <= 10240 && floor(var.video.disk_mb) == var.video.disk_mb
    error_message = "video.disk_mb: expected a whole number from 5120 to 10240."
  }
  validation {
    condition     = var.video.timeout_seconds >= 60 && var.video.timeout_seconds <= 900 && floor(var.video.timeout_seconds) == var.video.timeout_seconds
    error_message = "video.timeout_seconds: expected a whole number from 60 to 900."
  }
  validation {
    condition     = var.video.concurrency >= -1 && floor(var.video.concurrency) == var.video.concurrency
    error_message = "video.concurrency: expected -1, or a whole number of 0 or more."
  }
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

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_days)
    error_message = "log_days: expected one of the lengths that CloudWatch takes: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400 or more by years."
  }
}

variable "tags" {
  description = "Tags of everything that takes tags."
  type        = map(string)
  default     = {}
  nullable    = false
}
