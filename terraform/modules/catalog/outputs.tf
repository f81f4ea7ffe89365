output "address" {
  description = "The catalog's address, as the programs take it in STAGEDOOR_CATALOG."
  value       = "dynamodb:${var.name}"
}

output "table_arns" {
  description = "ARNs of the tables by name: people, media, licences, usage."
  value       = { for name, table in aws_dynamodb_table.this : name => table.arn }
}

output "table_names" {
  description = "Names of the tables by name."
  value       = { for name, table in aws_dynamodb_table.this : name => table.name }
}

output "media_stream_arn" {
  description = "The change feed of the table media."
  value       = aws_dynamodb_table.this["media"].stream_arn
}
