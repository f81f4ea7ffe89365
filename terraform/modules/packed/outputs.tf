output "path" {
  description = "The zip. It is there once this module has been applied."
  value       = local.path
  depends_on  = [terraform_data.zip]
}

output "hash" {
  description = "A hash of all that is in it, hexadecimal."
  value       = local.hash
}
