# A program's zip with EDGE.json beside the program, for functions that take no layer and no environment.
#
# The archive provider makes zips of text, or of folders; EDGE.json is in no folder and the program is no text. So a script adds it to the
# zip that there is, whose compression is kept. Its name is its content's hash: a fresh checkout plans no change, and a change makes
# another file, which is how Lambda knows.

locals {
  # Of a text with 256 bits of chance in it: it tells nothing.
  hash = nonsensitive(sha256(join("\n", [var.edge_json, filesha256(var.program), filesha256("${path.module}/pack.py")])))
  path = "${var.directory}/${var.name}-${substr(local.hash, 0, 16)}.zip"
}

resource "terraform_data" "zip" {
  triggers_replace = [local.hash]

  provisioner "local-exec" {
    command     = "python3 '${path.module}/pack.py' '${var.program}' '${local.path}'"
    environment = { EDGE_JSON = var.edge_json }
  }
}
