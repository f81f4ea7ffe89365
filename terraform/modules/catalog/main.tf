# The tables, made from the same file that the program reads: there is one place for a key's name.

locals {
  schema = jsondecode(file(var.tables_file))
}

resource "aws_dynamodb_table" "this" {
  for_each = local.schema.tables

  name                        = "${var.name}-${each.key}"
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = local.schema.key.hash
  range_key                   = local.schema.key.range
  stream_enabled              = each.value.stream
  stream_view_type            = each.value.stream ? "NEW_AND_OLD_IMAGES" : null
  deletion_protection_enabled = var.protect
  tags                        = var.tags

  dynamic "attribute" {
    for_each = toset(flatten([
      values(local.schema.key),
      [for index in each.value.indexes : values(local.schema.indexes[index])],
    ]))
    content {
      name = attribute.value
      type = "S"
    }
  }

  dynamic "global_secondary_index" {
    for_each = toset(each.value.indexes)
    content {
      name            = global_secondary_index.value
      hash_key        = local.schema.indexes[global_secondary_index.value].hash
      range_key       = local.schema.indexes[global_secondary_index.value].range
      projection_type = "KEYS_ONLY"
    }
  }

  ttl {
    attribute_name = local.schema.ttl
    enabled        = true
  }

  point_in_time_recovery {
    enabled = var.point_in_time_recovery
  }

  server_side_encryption {
    enabled     = true
    kms_key_arn = var.kms_key_arn
  }
}
