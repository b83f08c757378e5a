app "b" {
  command   = [path.module, path.units, path.state, path.runtime, path.log, env("MISSING", "none"), env("PRESENT")]
  directory = "here"
}
