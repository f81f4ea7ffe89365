variable "name" {
  description = "The tables' prefix: NAME-people, NAME-media, NAME-licences, NAME-usage."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,22}[a-z0-9]$", var.name))
    error_message = "name: expected 3 to 24 characters of a-z, 0-9 and -, a letter first and no - last."
  }
}

variable "tables_file" {
  description = "catalog/tables.json, which the program reads too."
  type        = string
  nullable    = false

  validation {
    condition     = can(jsondecode(file(var.tables_file)).tables)
    error_message = "tables_file: expected a JSON file with key, ttl, indexes and tables, such as catalog/tables.json."
  }
}

variable "kms_key_arn" {
  description = "The key that the tables are encrypted with."
  type        = string
  nullable    = false
}

variable "point_in_time_recovery" {
  description = "Whether tables can be restored to any second of the last 35 days."
  type        = bool
  default     = true
  nullable    = false
}

variable "protect" {
  description = "Whether DynamoDB refuses to delete the tables. Set it to false and apply before `terraform destroy`."
  type        = bool
  default     = false
  nullable    = false
}

variable "tags" {
  description = "Tags of everything that takes tags."
  type        = map(string)
  default     = {}
  nullable    = false
}
