app "once" {
  command     = ["true"]
  type        = "oneshot"
  remain      = true
  watchdog    = "10s" # ERROR: watchdog of a oneshot; It counts from when the program has started
  runtime_max = "10s" # ERROR: runtime_max of a oneshot; It counts from when the program has started, and that is when a oneshot has ended. Use start_timeout.
}
