# Files in any directory are one module; hidden ones are skipped; order does not matter.
app "a" {
  command   = [local.program, path.module, basename(dirname("/x/y/z")), fileexists("sub/b.hcl"), fileexists("sub")]
  directory = "here"
}
locals {
  motd    = trimspace(file("motd"))
  program = "${local.motd}-${length(local.list)}-${length("äöü")}"
  list    = range(3)
}
