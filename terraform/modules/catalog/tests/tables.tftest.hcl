# The tables are those of catalog/tables.json, which the program reads too.

variables {
  name        = "media-example"
  tables_file = "../../../catalog/tables.json"
  kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/12345678-1234-1234-1234-123456789012"
}

run "tables" {
  assert {
    condition     = toset(keys(aws_dynamodb_table.this)) == toset(["people", "media", "licences", "usage"]) && aws_dynamodb_table.this["media"].name == "media-example-media"
    error_message = "four tables, with the prefix that the programs are told"
  }
  assert {
    condition     = alltrue([for t in values(aws_dynamodb_table.this) : t.hash_key == "pk" && t.range_key == "sk" && one(t.ttl).attribute_name == "ttl" && one(t.ttl).enabled && one(t.point_in_time_recovery).enabled && t.billing_mode == "PAY_PER_REQUEST" && one(t.server_side_encryption).enabled])
    error_message = "keys, TTL, recovery, encryption, billing"
  }
  assert {
    condition     = aws_dynamodb_table.this["media"].stream_enabled && aws_dynamodb_table.this["media"].stream_view_type == "NEW_AND_OLD_IMAGES" && !aws_dynamodb_table.this["people"].stream_enabled
    error_message = "media alone has a change feed, with what was before"
  }
  assert {
    condition     = toset([for i in aws_dynamodb_table.this["media"].global_secondary_index : "${i.name} ${i.hash_key} ${i.range_key} ${i.projection_type}"]) == toset(["listing list sorted KEYS_ONLY", "work work due KEYS_ONLY"]) && length(aws_dynamodb_table.this["usage"].global_secondary_index) == 0
    error_message = "indexes hold keys alone"
  }
  assert {
    condition     = output.address == "dynamodb:media-example"
    error_message = "the programs' address has the tables' prefix"
  }
}

run "unprotected_by_default" {
  command = plan
  variables {
    protect = true
  }
  assert {
    condition     = alltrue([for t in values(aws_dynamodb_table.this) : t.deletion_protection_enabled])
    error_message = "a protected site's tables cannot be deleted"
  }
}

run "wrong" {
  command = plan
  variables {
    # a name that cannot be
    name = "Media"
    # no tables
    tables_file = "../../versions.tf"
  }
  expect_failures = [var.name, var.tables_file]
}
